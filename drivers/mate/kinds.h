/* What the three kinds of device share: their places, rows every one has, memories. */
#ifndef DRIVERS_MATE_KINDS_H
#define DRIVERS_MATE_KINDS_H

#include "drivers/mate/mate.h"

#include <math.h>

/* A page says by a bit whether it counts ampere-hours at all. */
enum { KIND_COUNTS_AH = 4 };

#define WORD_LIST(name, ...) static const struct code_word name[] = {__VA_ARGS__, {.text = NULL}}
#define ALARM_WORD(name, means, words) WORD_LIST(name, {1, means, words})

// clang-format off
/*      register, native name, metric, divided by        and: signed; in words; in another unit */
#define REG(r, n, m, by)         { .in = MATE_READ, .at = r, .form = U16, .native = n, .metric = M_##m, .per = by }
#define REGN(r, n, m, by)        { .in = MATE_READ, .at = r, .form = S16, .native = n, .metric = M_##m, .per = by }
#define REGW(r, n, m, list)      { .in = MATE_READ, .at = r, .form = U16, .native = n, .metric = M_##m, .per = 1, .words = list }
#define REGS(r, n, m, by, other) { .in = MATE_READ, .at = r, .form = U16, .native = n, .metric = M_##m, .per = by, .scale = other }
#define REGK(k, r, n, m, by)     { .in = MATE_READ, .at = r, .form = U16, .native = n, .metric = M_##m, .per = by, .kinds = k }

#define COMMON_ROWS                                                                            \
    { .in = MATE_READ, .at = REG_TYPE, .form = PART, .shift = 0, .width = 8, .native = "device_type", .metric = M_NONE, .per = 1 }, \
    REG (0x0001, "reg_0001", NONE, 1),                                                             \
    REG (0x0002, "rev_a", NONE, 1),                                                                \
    REG (0x0003, "rev_b", NONE, 1),                                                                \
    REG (0x0004, "rev_c", NONE, 1)
// clang-format on

extern const struct place mate_places[];

struct mate_memory {
    bool is_sought;    /* it has no port in the settings */
    int64_t totals_us; /* FLEXnet: when its later pages were read */
    bool is_news;      /* FLEXnet: it says there is something new on them */
};

struct mate_twin {
    uint16_t registers[64], addresses[64]; /* what was written to it */
    unsigned count;
    struct plant past; /* as it was when the day ended that was last asked for */
    int64_t past_ms;
    bool has_past;
};

/* The battery sensor's number as a temperature, where there is a sensor. */
void mate_derive_temperature(struct reading *r);

int mate_hub_answer(struct twin *t, const uint8_t *asked, size_t length,
                    struct answer *a) MUST_CHECK;
int mate_twin_begin(struct twin *t) MUST_CHECK;
void mate_mx_now(struct twin *t);
/* The same, by the unit's own day; and one day of its log: what of it differs from now. */
void mate_mx_today(struct twin *t);
void mate_mx_day(struct twin *t, unsigned ago, struct reading *r);
void mate_fx_now(struct twin *t);
void mate_dc_now(struct twin *t);

#endif
