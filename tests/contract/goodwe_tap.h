/*
 * For tests of GoodWe's addresses: a tap between inverters and the program that notes every packet,
 * and numbers of which no unit has the same at any moment, so that a number under another's name is
 * seen.
 */
#ifndef TESTS_GOODWE_TAP_H
#define TESTS_GOODWE_TAP_H

#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "drivers/goodwe/goodwe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t S_US = 1000000;
enum { UNITS_MOST = 8, SAID_MOST = 64 };

/* What one unit said in this round. */
struct said {
    unsigned count;
    struct {
        double kwh, watts, celsius;
    } all[SAID_MOST];
};

struct stage {
    struct section wire;
    struct cast cast; /* the inverters: they go on when the program is started again */
    struct plant_now plants[UNITS_MOST];
    struct said said[UNITS_MOST];
    uint64_t moment;
    char path[40]; /* of the settings */
    struct plan *plan;
    struct house house;
    struct bus *bus;

    char trace[4096]; /* what was sent: "search, allocate 11, ..." */
    struct text text;
    unsigned searches, removals;
    uint64_t packets;
    double lost;     /* questions that nobody hears */
    unsigned absent; /* bits: units without power */
    bool echoes;     /* the adapter gives back what it sends */
    int (*bend)(struct stage *s, const uint8_t *asked, struct far_answer *said); /* by one test */
    unsigned bends;
};

static inline struct goodwe_twin *twin_of(struct stage *s, unsigned unit)
{
    return s->cast.twins[unit].memory;
}

/* ---- the tap -------------------------------------------------------------------------------- */

/* Nothing is ever sent that could change an inverter: only packets of the codes 00 and 01. */
static inline void note_packet(struct stage *s, const uint8_t *b, size_t length)
{
    static const char *const steps[] = {"search", "allocate", "remove"};
    static const char *const reads[] = {"running", "id", "setting"};

    assert_true(length >= GOODWE_HEAD + 2 && length == b[6] + 9u);
    assert_int_equal(b[0] << 8 | b[1], 0xaa55);
    assert_int_equal(b[2], GOODWE_MASTER);
    assert_in_range(b[4], GOODWE_REGISTER, GOODWE_READ);
    assert_in_range(b[5], b[4], b[4] ? 3 : 2);
    s->packets++;
    s->searches += !b[4] && b[5] == GOODWE_OFFLINE;
    s->removals += !b[4] && b[5] == GOODWE_REMOVE;
    unsigned whom = !b[4] && b[5] == GOODWE_ALLOCATE ? b[23] : b[3];
    text_format(&s->text, "%s%s", s->text.used ? ", " : "", b[4] ? reads[b[5] - 1] : steps[b[5]]);
    if (whom != GOODWE_NOBODY)
        text_format(&s->text, " %u", whom);
}

/* Up and down again, a step at a time. */
static inline double wave(uint64_t moment, unsigned height)
{
    uint64_t at = moment % (2 * height);

    return (double)(at < height ? at : 2 * height - at);
}

/* Each unit says what nobody else says, and nothing it has just said. */
static inline void note_moment(struct stage *s, uint8_t address)
{
    s->moment++;
    for (unsigned i = 0; i < s->cast.count; i++) {
        struct plant_now *now = &s->plants[i];
        struct said *said = &s->said[i];
        now->pv_kwh = 10000 * (i + 1) + (double)(s->moment / 16 % 9999) / 10;
        now->pv_w = 1000 + 400 * i + wave(s->moment, 97);
        now->case_c = 20 + i + wave(s->moment, 53) / 10;
        if (twin_of(s, i)->address != address)
            continue;
        unsigned at = said->count++ % SAID_MOST;
        said->all[at].kwh = now->pv_kwh;
        said->all[at].watts = round(now->pv_w * 0.97);
        said->all[at].celsius = now->case_c;
    }
}

/* Without sun there is no inverter. */
static inline void let_shine(struct stage *s)
{
    for (unsigned i = 0; i < s->cast.count; i++)
        s->plants[i].sun = s->absent >> i & 1 ? 0 : 1;
}

static inline void add_echo(const uint8_t *asked, size_t length, struct far_answer *said)
{
    struct answer *a = &said->answer;

    if (a->length + length > sizeof a->bytes)
        return;
    memmove(a->bytes + length, a->bytes, a->length);
    memcpy(a->bytes, asked, length);
    a->length += length;
    said->pause_after = length;
    said->pause_us = said->delay_us;
    said->delay_us = 0;
}

static inline int tap(void *stage, const uint8_t *asked, size_t length, struct far_answer *said)
{
    struct stage *s = stage;
    int rc = ERR_TIMEOUT;

    note_packet(s, asked, length);
    if (asked[4] == GOODWE_READ && asked[5] == 1)
        note_moment(s, asked[3]);
    let_shine(s);
    said->answer.length = 0;
    if (!chance_hits(&s->cast.chance, s->lost))
        rc = cast_answer(&s->cast, asked, length, said);
    if (rc)
        said->answer.length = 0;
    if (s->bend)
        rc = s->bend(s, asked, said) ? ERR_TIMEOUT : OK;
    if (!s->echoes)
        return rc;
    add_echo(asked, length, said);
    return OK;
}

#endif
