/*
 * For tests of GoodWe's addresses: inverters on a wire that outlive the program that asks them, a
 * tap between the two that notes every packet, and numbers of which no unit has the same at any
 * moment, so that a number under another's name is seen.
 */
#ifndef TESTS_GOODWE_STAGE_H
#define TESTS_GOODWE_STAGE_H

#include "collector/house.h"

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

/* Each unit says what nobody else says, and never twice the same. */
static inline void note_moment(struct stage *s, uint8_t address)
{
    s->moment++;
    for (unsigned i = 0; i < s->cast.count; i++) {
        struct plant_now *now = &s->plants[i];
        struct said *said = &s->said[i];
        now->pv_kwh = 10000 * (i + 1) + (double)(s->moment % 99999) / 10;
        now->pv_w = 1000 + 400 * i + (double)(s->moment % 97);
        now->case_c = 20 + i + (double)(s->moment % 53) / 10;
        if (twin_of(s, i)->address != address)
            continue;
        unsigned at = said->count++ % SAID_MOST;
        said->all[at].kwh = now->pv_kwh;
        said->all[at].watts = round(now->pv_w * 0.97);
        said->all[at].celsius = now->case_c;
    }
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
    for (unsigned i = 0; i < s->cast.count; i++)
        if (s->absent >> i & 1)
            *twin_of(s, i) = (struct goodwe_twin){.skips = UINT32_MAX};
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

/* ---- the program that asks ------------------------------------------------------------------- */

static inline void start(struct stage *s)
{
    s->plan = plan_new();
    assert_non_null(s->plan);
    assert_int_equal(plan_load(s->plan, s->path), OK);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->bus = &s->house.buses[0];
    s->bus->chance = chance_seeded(5);
    s->bus->far = tap;
    s->bus->far_who = s;
    assert_int_equal(bus_borrow(s->bus, 0), OK);
}

static inline void stop(struct stage *s)
{
    bus_return(s->bus);
    house_raze(&s->house);
    plan_free(s->plan);
}

static inline void clear_trace(struct stage *s)
{
    s->text = text_on(s->trace, sizeof s->trace);
    s->trace[0] = '\0';
    s->searches = s->removals = 0;
    s->packets = 0;
}

/* One device a letter: '1' is the one meant for the first unit, '-' for whoever comes. */
static inline void write_settings(struct stage *s, const char *whose, const char *words)
{
    FILE *out = fopen(s->path, "w");

    assert_non_null(out);
    fprintf(out, "[bus wall]\nline = sim\nspeed = 9600\n%s", words);
    for (const char *at = whose; *at; at++) {
        fprintf(out, "[device %c%c]\ndriver = goodwe\nbus = wall\n", 'a' + (int)(at - whose), *at);
        if (*at != '-')
            fprintf(out, "serial = 13600DSN201W%04d\n", *at - '0');
    }
    assert_int_equal(fclose(out), 0);
}

static inline void stage_begin(struct stage *s, unsigned count, const char *whose,
                               const char *words, const char *moods)
{
    const struct driver *goodwe = &driver_goodwe;
    const struct setting *tables[] = {line_find("sim")->settings};

    *s = (struct stage){.path = "/tmp/helio_goodwe_XXXXXX"};
    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000)); /* 2026-05-02T12:00:00Z */
    assert_int_equal(section_from_words("bus", "sim", moods, &s->wire), OK);
    assert_int_equal(section_join(&s->wire, "at=12:00,day=clear,time_scale=0", true), OK);
    assert_int_equal(section_check(&s->wire, tables, 1), OK);
    assert_int_equal(cast_init(&s->cast, &s->wire), OK);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(cast_add(&s->cast, goodwe, (uint8_t)(i + 1), &s->wire), OK);
        s->plants[i] = (struct plant_now){.pv_w = 1000, .pv_v = 40};
        s->cast.twins[i].plant = &s->plants[i];
    }
    int fd = mkstemp(s->path);
    assert_true(fd >= 0);
    close(fd);
    write_settings(s, whose, words);
    clear_trace(s);
    start(s);
}

static inline void stage_end(struct stage *s)
{
    stop(s);
    cast_done(&s->cast);
    section_done(&s->wire);
    unlink(s->path);
    clock_give_back();
}

/* ---- rounds ---------------------------------------------------------------------------------- */

struct tally {
    uint64_t rounds, answered, wrong, misattributed;
    int64_t longest_us;
};

/* Did this unit say all of that in one answer of this round? */
static inline bool did_say(const struct said *said, const struct reading *r)
{
    double kwh = 0, watts = 0, celsius = 0;
    unsigned most = said->count < SAID_MOST ? said->count : SAID_MOST;

    if (!reading_get(r, M_PV_ENERGY, &kwh) || !reading_get(r, M_OUTPUT_POWER, &watts) ||
        !reading_get(r, M_INVERTER_TEMPERATURE, &celsius))
        return false;
    for (unsigned i = 0; i < most; i++)
        if (fabs(said->all[i].kwh - kwh) < 0.06 && fabs(said->all[i].watts - watts) < 0.6 &&
            fabs(said->all[i].celsius - celsius) < 0.06)
            return true;
    return false;
}

/* Whose device is it? By its name's second letter; '-' is the first unit's. */
static inline unsigned unit_of(const struct device *d)
{
    return d->name[1] == '-' ? 0 : (unsigned)(d->name[1] - '1');
}

static inline int one_round(struct stage *s, struct device *d, enum depth depth, struct tally *t)
{
    struct reading r;
    int64_t before = clock_us();
    unsigned mine = unit_of(d);

    for (unsigned i = 0; i < s->cast.count; i++)
        s->said[i].count = 0;
    int rc = device_round(d, depth, 1, &r);
    t->rounds++;
    t->answered += rc == OK;
    if (clock_us() - before > t->longest_us)
        t->longest_us = clock_us() - before;
    if (!r.count)
        return rc;
    t->wrong += !did_say(&s->said[mine], &r);
    for (unsigned i = 0; i < s->cast.count; i++)
        t->misattributed += i != mine && did_say(&s->said[i], &r);
    return rc;
}

/* Every device once, then a pause. True: all of them answered. */
static inline bool all_round(struct stage *s, int64_t pause_us, struct tally *t)
{
    uint64_t missed = t->rounds - t->answered;

    for (size_t i = 0; i < s->plan->device_count; i++)
        (void)(one_round(s, &s->house.devices[i], LIVE_ONLY, t) == OK); /* counted */
    clock_sleep_us(pause_us);
    return t->rounds - t->answered == missed;
}

#endif
