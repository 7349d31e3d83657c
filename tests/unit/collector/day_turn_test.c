/* When a device's own day turned, and which date the finished one has: weather, clocks, noise. */
#include "base/clock.h"
#include "collector/intake/day_turn.h"
#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { STEP_S = 60, ENDED_MAX = 64 };

static struct day_turn turn;
static int64_t wall_ms, steady_us;
static int ended[ENDED_MAX];
static unsigned ended_count;

static void begin_at(int day, double hour)
{
    turn = (struct day_turn){0};
    wall_ms = day_start(day) + (int64_t)(hour * 3600000);
    steady_us = 1000000;
    ended_count = 0;
}

static void say(double kwh)
{
    int date = day_turn_take(&turn, wall_ms, steady_us, kwh);

    if (date) {
        assert_true(ended_count < ENDED_MAX);
        ended[ended_count++] = date;
    }
}

static void wait_s(int64_t s)
{
    wall_ms += s * 1000;
    steady_us += s * 1000000;
}

static double hour_of_day(void)
{
    return (double)(wall_ms - day_start(day_of(wall_ms))) / 3600000;
}

/* A device with a good day of `kwh`, from 8 to 16 o'clock. */
struct made_up {
    bool turns_at_midnight;
    double kwh, counter;
    int woken, zeroed;
};

static double reckon(struct made_up *m)
{
    int today = day_of(wall_ms);
    double hour = hour_of_day();
    bool turns =
        m->turns_at_midnight ? m->zeroed != today : m->woken != today && hour >= 7.5 && m->kwh > 0;

    if (turns) {
        m->counter = 0;
        m->zeroed = m->woken = today;
    }
    if (hour > 8 && hour < 16 && m->woken == today) {
        double grown = m->kwh * (hour - 8) / 8;
        m->counter = (double)(int)(grown * 10) / 10;
    }
    return m->counter;
}

static void live(struct made_up *m, double hours)
{
    for (int64_t left = (int64_t)(hours * 3600); left > 0; left -= STEP_S) {
        say(reckon(m));
        wait_s(STEP_S);
    }
}

/* Nobody listens, the device goes on. */
static void miss(struct made_up *m, double hours)
{
    for (int64_t left = (int64_t)(hours * 3600); left > 0; left -= STEP_S) {
        (void)reckon(m);
        wait_s(STEP_S);
    }
}

static void assert_ended(const int *dates, unsigned count)
{
    assert_int_equal(ended_count, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(ended[i], dates[i]);
}
#define ASSERT_ENDED(...)                                                                          \
    assert_ended((const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static void at_waking_up(void **state)
{
    struct made_up m = {.kwh = 5};

    (void)state;
    begin_at(20260601, 6);
    live(&m, 72);
    ASSERT_ENDED(20260531, 20260601, 20260602); /* the first by what grew */
}

static void at_midnight(void **state)
{
    struct made_up m = {.kwh = 5, .turns_at_midnight = true};

    (void)state;
    begin_at(20260601, 6);
    live(&m, 18); /* it is midnight: not told before several readings agree */
    ASSERT_ENDED(20260531);
    live(&m, 0.1);
    ASSERT_ENDED(20260531, 20260601);
}

static void months_and_years(void **state)
{
    struct made_up m = {.kwh = 3};

    (void)state;
    begin_at(20261230, 6);
    live(&m, 96);
    ASSERT_ENDED(20261229, 20261230, 20261231, 20270101);
    begin_at(20280228, 6);
    m = (struct made_up){.kwh = 3, .turns_at_midnight = true};
    live(&m, 72);
    ASSERT_ENDED(20280227, 20280228, 20280229, 20280301);
}

static void summer_time(void **state)
{
    static const int days[] = {20260328, 20261024};

    (void)state;
    assert_true(zone_set("Europe/Sofia"));
    for (unsigned i = 0; i < 4; i++) {
        struct made_up m = {.kwh = 4, .turns_at_midnight = i % 2 == 1};
        int day = days[i / 2];
        begin_at(day, 6);
        live(&m, 72);
        assert_true(ended_count >= 3);
        assert_int_equal(ended[0], day_before(day));
        assert_int_equal(ended[1], day);
        assert_int_equal(ended[2], day_next(day));
    }
    zone_set("UTC");
}

/* Its clock is some minutes before ours. */
static void a_clock_ahead(void **state)
{
    (void)state;
    begin_at(20260630, 12);
    for (int i = 0; i < 12 * 60; i++) {
        say(i < 60 ? 4.0 : i < 12 * 60 - 6 ? 5.3 : 0);
        wait_s(60);
    }
    ASSERT_ENDED(20260629, 20260630);
    assert_int_equal(turn.day, 20260701);
}

/* Under snow it neither wakes nor counts: the day that ends is the one it last worked. */
static void snow_on_the_panels(void **state)
{
    struct made_up m = {.kwh = 5};

    (void)state;
    begin_at(20260110, 6);
    wall_ms = day_start(20270110) + 6 * 3600000;
    live(&m, 24);
    m.kwh = 0;
    live(&m, 48);
    m.kwh = 2;
    live(&m, 24);
    ASSERT_ENDED(20270109, 20270110);
}

/* One that turns by its clock has a day of nothing then, and it is finished, too. */
static void a_day_of_nothing(void **state)
{
    struct made_up m = {.kwh = 5, .turns_at_midnight = true};

    (void)state;
    begin_at(20270110, 6);
    live(&m, 18);
    m.kwh = 0;
    live(&m, 24);
    m.kwh = 2;
    live(&m, 12);
    ASSERT_ENDED(20270109, 20270110, 20270111);
}

static void restarted_over_night(void **state)
{
    (void)state;
    for (int midnight = 0; midnight < 2; midnight++) {
        struct made_up m = {.kwh = 5, .turns_at_midnight = midnight};
        begin_at(20260601, 6);
        live(&m, 16);
        miss(&m, 4); /* 22 to 2 */
        turn = (struct day_turn){0};
        live(&m, 5.6);
        if (midnight)
            ASSERT_ENDED(20260531); /* it has turned, but nobody knows when */
        live(&m, 4);
        ASSERT_ENDED(20260531, 20260601);
        live(&m, 24);
        ASSERT_ENDED(20260531, 20260601, 20260602);
    }
}

static void off_for_a_week(void **state)
{
    struct made_up m = {.kwh = 5};

    (void)state;
    begin_at(20260601, 6);
    live(&m, 16);
    m.kwh = 6;
    miss(&m, 7 * 24);
    live(&m, 24);
    ASSERT_ENDED(20260531, 20260608);
}

static void lost_readings_and_noise(void **state)
{
    struct made_up m = {.kwh = 5};

    (void)state;
    begin_at(20260601, 6);
    for (int i = 0; i < 3 * 24 * 60; i++) {
        double kwh = reckon(&m);
        if (i % 37 == 5)
            say(0);
        else if (i % 41 == 7)
            say(409.5);
        else if (i % 53 > 8)
            say(kwh);
        wait_s(60);
    }
    ASSERT_ENDED(20260531, 20260601, 20260602);
}

/* Before the clock is right nothing is dated; a clock that was set is watched first. */
static void clocks_that_are_wrong(void **state)
{
    struct made_up m = {.kwh = 5};

    (void)state;
    begin_at(20260601, 6);
    int64_t real = wall_ms;
    wall_ms = 3600000;
    for (int i = 0; i < 60; i++, wait_s(60))
        say(i * 0.1);
    assert_int_equal(ended_count, 0);
    assert_int_equal(turn.day, 0);
    wall_ms = real + 3600000;
    live(&m, 15);
    ASSERT_ENDED(20260531);
    int64_t jump = (int64_t)30 * 86400000;
    wall_ms += jump; /* for some minutes at night, while its counter stands */
    for (int i = 0; i < 30; i++, wait_s(60))
        say(m.counter);
    wall_ms -= jump;
    live(&m, 24);
    ASSERT_ENDED(20260531, 20260601);
}

/* It lost its power at noon and counts from 0 again: the date is the same. */
static void a_device_that_was_off(void **state)
{
    (void)state;
    begin_at(20260601, 10);
    for (int i = 0; i < 300; i++, wait_s(60))
        say(i < 120 ? 1 + i / 60 * 0.5 : (i - 120) / 30 * 0.1);
    ASSERT_ENDED(20260531);
    assert_int_equal(turn.day, 20260601);
}

static void how_sure_it_is(void **state)
{
    struct made_up m = {.kwh = 5};

    (void)state;
    begin_at(20260601, 17);
    assert_false(day_turn_is_sure(&turn));
    live(&m, 1);
    assert_true(day_turn_is_sure(&turn));
    say(7);
    assert_false(day_turn_is_sure(&turn));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_waking_up),          cmocka_unit_test(at_midnight),
        cmocka_unit_test(months_and_years),      cmocka_unit_test(summer_time),
        cmocka_unit_test(a_clock_ahead),         cmocka_unit_test(snow_on_the_panels),
        cmocka_unit_test(a_day_of_nothing),      cmocka_unit_test(restarted_over_night),
        cmocka_unit_test(off_for_a_week),        cmocka_unit_test(lost_readings_and_noise),
        cmocka_unit_test(clocks_that_are_wrong), cmocka_unit_test(a_device_that_was_off),
        cmocka_unit_test(how_sure_it_is),
    };

    zone_set("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
