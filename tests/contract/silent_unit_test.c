/*
 * One of six units on a wire falls silent and comes back: the others lose no round, it is heard
 * again soon, and asking for it takes little of the wire's time meanwhile.
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

enum { UNITS = 6, NOBODY = 99 };
static const int64_t NOON_MS = INT64_C(1777723200000), ROUND_US = 1000000;

struct street {
    struct plan *plan;
    struct house house;
    int64_t next_us;
};

static void begin(struct street *s)
{
    clock_take(NOON_MS);
    s->plan = plan_new();
    assert_non_null(s->plan);
    for (unsigned i = 1; i <= UNITS; i++) {
        char text[120];
        size_t at;
        snprintf(text, sizeof text,
                 "tracer@sim:,speed=115200,time_scale=0,at=12:00,day=clear,seed=5:%u", i);
        assert_int_equal(plan_add_bare(s->plan, text, &at), OK);
    }
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->house.buses[0].chance = chance_seeded(7);
    assert_int_equal(bus_borrow(&s->house.buses[0], 0), OK);
    s->next_us = clock_us();
}

static void end(struct street *s)
{
    bus_return(&s->house.buses[0]);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

/* What one round of all of them came to. */
struct took {
    int64_t all_us, silent_us; /* of it for the units that are silent */
    unsigned silent;
};

static struct took walk(struct street *s)
{
    struct took took = {0};
    int64_t begun = clock_us();

    for (unsigned i = 0; i < UNITS; i++) {
        struct reading r;
        int64_t before = clock_us();
        if (device_round(&s->house.devices[i], LIVE_ONLY, 0, &r)) {
            took.silent++;
            took.silent_us += clock_us() - before;
        }
    }
    took.all_us = clock_us() - begun;
    s->next_us += ROUND_US;
    clock_sleep_us(s->next_us > clock_us() ? s->next_us - clock_us() : 0);
    return took;
}

/* So many units are away for so many rounds. */
static void some_fall_silent(unsigned away, unsigned rounds)
{
    struct street s;
    int64_t asking_us = 0, longest_us = 0;
    unsigned back = 0;

    begin(&s);
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(walk(&s).silent, 0);
    for (unsigned i = 0; i < away; i++)
        s.house.devices[i].address = NOBODY;
    for (unsigned i = 0; i < rounds; i++) {
        struct took took = walk(&s);
        assert_int_equal(took.silent, away);
        longest_us = took.all_us > longest_us ? took.all_us : longest_us;
        asking_us += i ? took.silent_us : 0; /* the first has more tries */
    }
    for (unsigned i = 0; i < away; i++)
        s.house.devices[i].address = (uint8_t)(i + 1);
    while (walk(&s).silent && ++back < 60)
        continue;
    print_message(
        "%u of %u silent for %u rounds: the longest took %lld ms, asking for them %.1f %% "
        "of the time, all back in round %u\n",
        away, UNITS, rounds, (long long)longest_us / 1000,
        100.0 * (double)asking_us / (double)(ROUND_US * (rounds - 1)), back + 1);
    assert_true(longest_us < ROUND_US);
    assert_true(asking_us * 10 < ROUND_US * (rounds - 1));
    assert_true(back <= (away == 1 ? 3 : 15));
    end(&s);
}

static void one_falls_silent(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    some_fall_silent(1, 20);
    some_fall_silent(1, 200);
}

static void most_fall_silent(void **state)
{
    (void)state;
    some_fall_silent(2, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_falls_silent),
        cmocka_unit_test(most_fall_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
