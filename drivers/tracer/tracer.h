/*
 * EPsolar / EPEver Tracer and its relatives (A, AN, BN, LS-B, TRIRON, XTRA): charge controllers
 * on RS-485, Modbus RTU, 115200 8N1. The folder: tracer.c (what follows from the numbers),
 * rows.c (where they lie), commands.c (what may be set), mimic.c (one that does not exist).
 */
#ifndef DRIVERS_TRACER_TRACER_H
#define DRIVERS_TRACER_TRACER_H

#include "drivers/device.h"
#include "drivers/modbus.h"

extern const struct block tracer_blocks[];
extern const struct row tracer_rows[];
extern const struct command tracer_commands[];
extern const char *const tracer_models[];

bool tracer_is_vain(const struct command *c, said_fn *said, void *who);
int tracer_tell(struct device *d, const struct order *orders, size_t count, struct told *told);
int tracer_twin_begin(struct twin *t);
void tracer_twin_now(struct twin *t);

/* The clock's three registers, and back. */
void tracer_clock_encode(int64_t wall_s, uint16_t words[3]);

enum {
    REG_CLOCK = 0x9013,
    REG_BATTERY = 0x9000, /* type, capacity, compensation, then the twelve voltages */
    BATTERY_REGISTERS = 15,
    REG_RATED_CODE = 0x9067,
    REG_SYSTEM_VOLTAGE = 0x311d,
    REG_NET_CURRENT = 0x331b,
};

struct tracer_memory {
    bool has_sensor, has_remote_sensor; /* it ever said anything but 25.00 and 0.00 */
};

struct tracer_twin {
    struct modbus_memory modbus; /* first: the speech knows only this */
    int64_t clock_off_ms;        /* how far its clock was set away from the plant's */
};

#endif
