/* What the three kinds of device share: their places, rows every one has, memories. */
#ifndef DRIVERS_MATE_KINDS_H
#define DRIVERS_MATE_KINDS_H

#include "drivers/mate/duties.h"

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
extern const struct place mate_fx_places[], mate_mx_places[], mate_dc_places[];

enum { FX_MISC = 11 }; /* the byte of an FX's page whose lowest bit means 230 V */

/* Rows of status pages, and what follows from them: an FX's powers. */
void mate_give_pages(const struct row *rows, unsigned kind, const struct stretch *s, uint16_t from,
                     uint16_t count, field_fn *each, void *to);

enum { WORDS_HEARD = 96, PAGES_HEARD = 6 };

struct mate_memory {
    bool is_sought;     /* it has no port in the settings */
    int64_t totals_us;  /* FLEXnet: when its later pages were read */
    bool is_behind_hub; /* which has its duties, too */
    struct mate_duties duties;

    /* What was heard last, believed or not. */
    struct {
        uint16_t at, value;
    } heard[WORDS_HEARD];
    unsigned heard_count;
    uint8_t pages[PAGES_HEARD][MATE_PAGE];
    bool is_heard[PAGES_HEARD];
};

struct mate_twin {
    uint16_t registers[64], addresses[64]; /* what was written to it */
    unsigned count;
    struct plant past; /* as it was when the day ended that was last asked for */
    int64_t past_ms;
    bool has_past;
};

void mate_duty(struct device *d);                  /* of a device that has the wire to itself */
unsigned mate_wanted_type(const struct device *d); /* as register 0 says it */
bool mate_doubts(struct device *d, const uint8_t *asked, const uint8_t *b, size_t length);
/* The battery sensor's number as a temperature, where there is a sensor. */
void mate_derive_temperature(struct reading *r);

int mate_hub_answer(struct twin *t, const uint8_t *asked, size_t length,
                    struct answer *a) MUST_CHECK;
int mate_twin_begin(struct twin *t) MUST_CHECK;
/* What a register was told, for what follows from it. */
uint16_t mate_twin_told(const struct twin *t, uint16_t at, uint16_t usual);
uint8_t mate_twin_port(const struct twin *t);
unsigned mate_twin_pages(struct twin *t, uint8_t all[PAGES_MAX]); /* returns its type */
struct twin *mate_hub_seat(struct twin *hub, unsigned which);     /* NULL: it has no more */
int mate_announce(struct twin *t, unsigned which, uint64_t round, struct answer *a) MUST_CHECK;
void mate_mx_now(struct twin *t);
/* The same, by the unit's own day; and one day of its log: what of it differs from now. */
void mate_mx_today(struct twin *t);
void mate_mx_day(struct twin *t, unsigned ago, struct reading *r);
void mate_fx_now(struct twin *t);
void mate_dc_now(struct twin *t);

#endif
