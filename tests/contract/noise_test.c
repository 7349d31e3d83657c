/*
 * The reliability figure: six units on a wire with a second talker, thousands of rounds, and not
 * one wrong number. The plant stands still, so that every number is known beforehand.
 */
#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 6, DEAD = 3 };

static const int64_t NOON_MS = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z */
static const int64_t ROUND_US = 10000000, S_US = 1000000;

struct street {
    struct plan *plan;
    struct house house;
};

static void street_begin(struct street *s, const char *moods)
{
    clock_take(NOON_MS);
    s->plan = plan_new();
    assert_non_null(s->plan);
    for (unsigned i = 1; i <= UNITS; i++) {
        char text[200];
        size_t at;
        snprintf(text, sizeof text,
                 "tracer@sim:,paced=yes,time_scale=0,at=12:00,day=clear,seed=5%s%s:%u",
                 *moods ? "," : "", moods, i);
        assert_int_equal(plan_add_bare(s->plan, text, &at), OK);
    }
    assert_int_equal(s->plan->bus_count, 1);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->house.buses[0].chance = chance_seeded(7); /* the same run every time */
    assert_int_equal(bus_borrow(&s->house.buses[0], 0), OK);
}

static void street_end(struct street *s)
{
    bus_return(&s->house.buses[0]);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

/* What every unit says when nobody disturbs. */
static struct reading quiet[UNITS];

static int listen_in_quiet(void **state)
{
    struct street s;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    street_begin(&s, "");
    for (unsigned i = 0; i < UNITS; i++) {
        assert_int_equal(device_round(&s.house.devices[i], LIVE_ONLY, 0, &quiet[i]), OK);
        assert_true(quiet[i].count > 20);
    }
    assert_int_equal(s.house.buses[0].counts.retried, 0);
    street_end(&s);
    return 0;
}

struct tally {
    uint64_t rounds, complete, missing;
    uint64_t wrong; /* readings with a number that was not said */
};

/* Exactly the numbers of the quiet run: anything else is wrong, anything less is incomplete. */
static void compare(const struct reading *r, int rc, unsigned unit, struct tally *t)
{
    unsigned same = 0;
    bool is_wrong = false;

    for (unsigned i = 0; i < r->count; i++) {
        double value = 0;
        enum metric m = (enum metric)r->fields[i].metric;
        if (reading_get(&quiet[unit], m, &value) && value == r->fields[i].value) {
            same++;
            continue;
        }
        is_wrong = true;
        print_message("unit %u: %s is %g, not %g\n", unit + 1, catalogue[m].name,
                      r->fields[i].value, value);
    }
    t->rounds++;
    t->wrong += is_wrong;
    t->complete += rc == OK && same == quiet[unit].count;
    t->missing += rc == OK && same != quiet[unit].count;
}

static void run_rounds(struct street *s, uint64_t unit_rounds, struct tally *t)
{
    int64_t next = clock_us();

    while (t->rounds < unit_rounds) {
        for (unsigned i = 0; i < UNITS && t->rounds < unit_rounds; i++) {
            struct reading r;
            int rc = device_round(&s->house.devices[i], LIVE_ONLY, 0, &r);
            compare(&r, rc, i, t);
        }
        next += ROUND_US;
        clock_sleep_us(next - clock_us());
    }
}

static void say(const char *what, const struct bus_counts *c, const struct tally *t)
{
    char classes[400] = "";
    size_t used = 0;

    for (int e = 1; e < ERROR_KINDS; e++)
        if (c->failed[e] && used < sizeof classes)
            used += (size_t)snprintf(classes + used, sizeof classes - used, " %s %llu",
                                     error_word(-e), (unsigned long long)c->failed[e]);
    print_message("%-14s %llu unit-rounds, %llu complete (%.3f %%), %llu wrong, %llu exchanges, "
                  "%llu retried, by class:%s\n",
                  what, (unsigned long long)t->rounds, (unsigned long long)t->complete,
                  100.0 * (double)t->complete / (double)t->rounds, (unsigned long long)t->wrong,
                  (unsigned long long)c->asked, (unsigned long long)c->retried,
                  *classes ? classes : " none");
}

/* Of every 65536 answers that are spoilt and still have the right length, one may carry a right
 * CRC-16 by chance: no receiver can tell. A run of the usual length must show none at all. */
static uint64_t wrong_by_theory(uint64_t spoilt)
{
    return spoilt * 8 / 65536;
}

static void suffer(const char *moods, uint64_t unit_rounds, double least_complete)
{
    struct street s;
    struct tally t = {0};

    street_begin(&s, moods);
    run_rounds(&s, unit_rounds, &t);
    say(moods, &s.house.buses[0].counts, &t);
    uint64_t spoilt = s.house.buses[0].counts.failed[error_index(ERR_CRC)];
    street_end(&s);
    assert_in_range(t.wrong, 0, wrong_by_theory(spoilt));
    assert_in_range(t.missing, 0, wrong_by_theory(spoilt)); /* such a one may be impossible, too */
    assert_true((double)t.complete >= least_complete * (double)t.rounds);
}

static void a_second_talker(void **state)
{
    (void)state;
    suffer("collide=0.2", getenv("HELIO_LONG") ? 200000 : 10000, 0.999);
}

static void every_mood(void **state)
{
    static const struct {
        const char *moods;
        double complete;
    } rows[] = {
        {"late=0.05", 0.999},
        {"garbled=0.1", 0.999},
        {"silent=0.1", 0.999},
        {"cut=0.1", 0.999},
        {"pause=250", 0.999},
        {"collide=0.1,late=0.05", 0.999},
        {"pause=250,cut=0.1,collide=0.1", 0.99},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        suffer(rows[i].moods, 2000, rows[i].complete);
}

/* One that is switched off must cost the others next to nothing, and be noticed when it is back. */
static void a_dead_unit(void **state)
{
    enum { ROUNDS = 600 };
    struct street s;
    struct reading r;
    int64_t lost = 0, busy = 0, first = 0, next, start;
    uint64_t wrong = 0;

    (void)state;
    street_begin(&s, "dead=3");
    next = start = clock_us();
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < UNITS; i++) {
            int64_t before = clock_us();
            int rc = device_round(&s.house.devices[i], LIVE_ONLY, 0, &r);
            int64_t took = clock_us() - before;
            if (i + 1 == DEAD) {
                assert_int_not_equal(rc, OK);
                assert_int_equal(r.count, 0);
                *(round ? &lost : &first) += took;
            } else {
                struct tally t = {0};
                compare(&r, rc, i, &t);
                wrong += t.wrong;
                assert_int_equal(t.complete, 1);
            }
            if (round)
                busy += took;
        }
        next += ROUND_US;
        clock_sleep_us(next - clock_us());
    }
    print_message("dead=3: first round %.0f ms; then %.1f s of %.1f s on the wire (%.2f %%), "
                  "%.3f %% of all time\n",
                  (double)first / 1e3, (double)lost / 1e6, (double)busy / 1e6,
                  100.0 * (double)lost / (double)busy,
                  100.0 * (double)lost / (double)(clock_us() - start));
    assert_int_equal(wrong, 0);
    assert_true(lost * 10 < busy);

    s.house.casts[0]->moods.dead = 0;
    int64_t back = clock_us();
    while (device_round(&s.house.devices[DEAD - 1], LIVE_ONLY, 0, &r)) {
        assert_true(clock_us() - back <= 61 * S_US + ROUND_US);
        clock_sleep_us(ROUND_US);
    }
    print_message("heard again after %.1f s\n", (double)(clock_us() - back) / 1e6);
    assert_true(clock_us() - back <= 61 * S_US + ROUND_US);
    street_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_talker),
        cmocka_unit_test(every_mood),
        cmocka_unit_test(a_dead_unit),
    };
    return cmocka_run_group_tests(tests, listen_in_quiet, NULL);
}
