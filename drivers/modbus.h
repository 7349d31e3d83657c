/*
 * Modbus RTU as a speech: frames, their check, and both directions of the row tables. A driver
 * for another Modbus device needs only blocks and rows.
 *
 *      [id][function][start hi lo][count hi lo][crc lo hi]              a question
 *      [id][function][bytes][word hi lo]...[crc lo hi]                  an answer
 *      [id][function|80][number][crc lo hi]                             a refusal
 *
 * Beside 1-6, 15 and 16 it knows 2B/0E (device identity) and the EPEver family's sparse read 43.
 * Its 45, by which a unit is told its address or asked for it, is understood but never sent.
 */
#ifndef DRIVERS_MODBUS_H
#define DRIVERS_MODBUS_H

#include "drivers/driver.h"

enum {
    READ_COILS = 0x01,
    READ_DISCRETE = 0x02,
    READ_HOLDING = 0x03,
    READ_INPUT = 0x04,
    WRITE_COIL = 0x05,
    WRITE_HOLDING = 0x06,
    WRITE_HOLDINGS = 0x10,
    READ_IDENTITY = 0x2b,
    READ_SPARSE = 0x43,
    SET_ADDRESS = 0x45, /* from F8, which is everybody: only ever seen in captures */
};

/* Frames, the most registers that fit into one, and where the objects of an identity begin. */
enum { MODBUS_SHORTEST = 5, MODBUS_LONGEST = 256, SPARSE_MAX = 0x7d, IDENTITY_HEAD = 8 };

enum {
    NOT_KNOWN_FUNCTION = 1,
    NOT_KNOWN_ADDRESS = 2,
    NOT_GOOD_VALUE = 3,
    DEVICE_FAILED = 4,
    STILL_AT_WORK = 5,
    BUSY_JUST_NOW = 6,
    TARGET_SILENT = 11,
};

extern const struct speech modbus_speech;

/* Reads a stretch of holding registers; writes one, and says whether the device agreed. A write is
 * sent once and never again: who is in doubt reads back. */
int modbus_read(struct device *d, uint8_t function, uint16_t start, uint16_t count,
                uint16_t *words) MUST_CHECK;
int modbus_write(struct device *d, uint16_t start, uint16_t count, const uint16_t *words,
                 int *exception) MUST_CHECK;
int modbus_write_coil(struct device *d, uint16_t at, bool is_on, int *exception) MUST_CHECK;
int modbus_identity(struct device *d, struct identity *who) MUST_CHECK;

/* The whole_fn of every Modbus question. */
int modbus_whole(const struct ask *ask, const uint8_t *bytes, size_t length);

/* The same when no more will come: OK, or what is wrong with it. */
int modbus_judge(const uint8_t *asked, size_t asked_length, const uint8_t *answered, size_t length);

int modbus_decode(struct decoding *how, const uint8_t *asked, size_t asked_length,
                  const uint8_t *answered, size_t length, field_fn *each, void *to, int *detail);

/* Vendor, model, version, serial number: the first objects of an identity, as fields. */
enum { IDENTITY_OBJECTS = 4 };
extern const char *const modbus_identity_names[IDENTITY_OBJECTS];

static inline uint16_t modbus_word(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* What a Modbus twin remembers: what was written to it. */
struct modbus_memory {
    struct {
        uint8_t function;
        uint16_t at, value;
    } cells[160];
    unsigned count;
    uint16_t longest; /* registers it gives at once */
    struct identity identity;
    /* May this be written? Number of the exception, or 0. NULL: everything that is there. */
    int (*may_write)(struct twin *t, uint16_t start, uint16_t count, const uint16_t *words);
    bool (*has)(const struct twin *t, uint8_t function, uint16_t at); /* NULL: as the rows say */
    void (*wrote)(struct twin *t, uint16_t start, uint16_t count);
};
bool memory_put(struct modbus_memory *m, uint8_t function, uint16_t at, uint16_t value);
bool memory_get(const struct modbus_memory *m, uint8_t function, uint16_t at, uint16_t *to);

#endif
