/*
 * For tests of GoodWe's addresses: inverters on a wire (goodwe_tap.h) that outlive the program that
 * asks them, and its rounds, whose numbers are held against what was said.
 */
#ifndef TESTS_GOODWE_STAGE_H
#define TESTS_GOODWE_STAGE_H

#include "tests/contract/goodwe_tap.h"

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
        s->plants[i] = (struct plant_now){.sun = 1, .pv_w = 1000, .pv_v = 40};
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
    uint64_t off; /* by a few of the wire's steps: what no sum shows, and no second hearing */
    int64_t longest_us;
};

/* Did this unit say all of that in one answer of this round? Up to so many steps of the wire. */
static inline bool did_say(const struct said *said, const struct reading *r, double steps)
{
    double kwh = 0, watts = 0, celsius = 0;
    unsigned most = said->count < SAID_MOST ? said->count : SAID_MOST;

    if (!reading_get(r, M_PV_ENERGY, &kwh) || !reading_get(r, M_OUTPUT_POWER, &watts) ||
        !reading_get(r, M_INVERTER_TEMPERATURE, &celsius))
        return false;
    for (unsigned i = 0; i < most; i++)
        if (fabs(said->all[i].kwh - kwh) < 0.1 * steps + 0.06 &&
            fabs(said->all[i].watts - watts) < 16 * steps + 0.6 &&
            fabs(said->all[i].celsius - celsius) < 0.1 * steps + 0.06)
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
    t->wrong += !did_say(&s->said[mine], &r, 20);
    t->off += !did_say(&s->said[mine], &r, 0);
    for (unsigned i = 0; i < s->cast.count; i++)
        t->misattributed += i != mine && did_say(&s->said[i], &r, 0);
    return rc;
}

/* The wire has long shown that it garbles nothing: numbers are not heard twice any more. */
static inline void trust_wire(struct stage *s)
{
    for (size_t i = 0; i < s->plan->device_count; i++) {
        struct goodwe_memory *m = s->house.devices[i].memory;
        uint64_t *failed = s->bus->counts.failed;
        m->clean = GOODWE_TRUST;
        m->garbled = failed[error_index(ERR_CRC)] + failed[error_index(ERR_GARBAGE)] +
                     failed[error_index(ERR_SHORT)] + failed[error_index(ERR_FOREIGN)];
    }
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
