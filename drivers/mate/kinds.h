/* What the three kinds of device share: their places, rows every one has, memories. */
#ifndef DRIVERS_MATE_KINDS_H
#define DRIVERS_MATE_KINDS_H

#include "drivers/mate/mate.h"

#include <math.h>

/* A page says by a bit whether it counts ampere-hours at all; the log does not. */
enum { KIND_COUNTS_AH = 4, KIND_NO_AH = 8 };

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

enum { HEARD_MAX = 96, PAGES_HEARD = 6 };

struct mate_memory {
    bool is_sought;    /* it has no port in the settings */
    int64_t totals_us; /* FLEXnet: when its later pages were read */

    /* What was heard last, believed or not. */
    struct {
        uint16_t at, value;
    } heard[HEARD_MAX];
    unsigned heard_count;
    uint8_t pages[PAGES_HEARD][MATE_PAGE];
    bool is_heard[PAGES_HEARD];
};

struct mate_twin {
    uint16_t registers[64], addresses[64]; /* what was written to it */
    unsigned count;
    int64_t day; /* of the log: when its counters began */
};

bool mate_doubts(struct device *d, const uint8_t *asked, const uint8_t *b, size_t length);
/* The battery sensor's number as a temperature, where there is a sensor. */
void mate_derive_temperature(struct reading *r);

int mate_hub_answer(struct twin *t, const uint8_t *asked, size_t length,
                    struct answer *a) MUST_CHECK;
int mate_twin_begin(struct twin *t) MUST_CHECK;
void mate_mx_now(struct twin *t);
void mate_fx_now(struct twin *t);
void mate_dc_now(struct twin *t);

#endif
