/* A device's day: how evenly clocks must run, at which hours growth tells a date, which gap counts.
 */
#include "collector/intake/day_turn.h"
#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t MINUTE_MS = 60000;
static struct day_turn turn;
static int64_t wall_ms, steady_us;

static void begin_at(int64_t at_ms)
{
    turn = (struct day_turn){0};
    wall_ms = at_ms;
    steady_us = 1000000;
}

static int say(double kwh)
{
    int date = day_turn_take(&turn, wall_ms, steady_us, kwh);

    wall_ms += MINUTE_MS;
    steady_us += MINUTE_MS * 1000;
    return date;
}

/* Long enough that the clock is believed. */
static void be_steady(double kwh)
{
    for (int i = 0; i < TURN_STEADY + 1; i++)
        assert_int_equal(say(kwh), 0);
}

/* Rounds may differ by a quarter of a minute, and by a hundredth. */
static void how_evenly_clocks_run(void **state)
{
    static const struct {
        int64_t jump_ms;
        bool is_sure;
    } rows[] = {
        {0, true},       {15600, true},    {15601, false},    {-15600, true},
        {-15601, false}, {3600000, false}, {-3600000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_at(day_start(20260601) + 720 * MINUTE_MS);
        be_steady(3);
        assert_true(day_turn_is_sure(&turn));
        wall_ms += rows[i].jump_ms;
        (void)say(3);
        (void)say(3);
        if (day_turn_is_sure(&turn) != rows[i].is_sure)
            fail_msg("a jump of %lld ms", (long long)rows[i].jump_ms);
    }
}

/* What grows within three hours of midnight tells no date: the device's clock may be off. */
static void when_growth_tells_the_date(void **state)
{
    static const struct {
        int minute; /* of the day, when the third reading says so */
        bool tells;
    } rows[] = {
        {20, false},  {179, false},  {180, true},   {720, true},
        {1259, true}, {1260, false}, {1430, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_at(day_start(20260601) + (rows[i].minute - TURN_STEADY - 3) * MINUTE_MS);
        be_steady(3);
        assert_int_equal(say(3.1), 0);
        assert_int_equal(say(3.2), 0);
        int date = say(3.3);
        if (date != (rows[i].tells ? 20260531 : 0))
            fail_msg("at minute %d: %d", rows[i].minute, date);
        assert_int_equal(turn.day, rows[i].tells ? 20260601 : 0);
    }
}

/* A fall that was watched is a turn; behind a gap nobody knows when it was. */
static void which_gap_hides_a_turn(void **state)
{
    static const struct {
        int gap_minutes;
        bool is_told;
    } rows[] = {{1, true}, {119, true}, {120, true}, {121, false}, {600, false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_at(day_start(20260601) + 600 * MINUTE_MS);
        be_steady(3);
        (void)say(3.1), (void)say(3.2);
        assert_int_equal(say(3.3), 20260531);
        wall_ms += (rows[i].gap_minutes - 1) * MINUTE_MS;
        steady_us += (rows[i].gap_minutes - 1) * MINUTE_MS * 1000;
        unsigned before = turn.falls;
        (void)say(0), (void)say(0), (void)say(0);
        if ((turn.falls > before) != rows[i].is_told)
            fail_msg("a gap of %d minutes", rows[i].gap_minutes);
    }
}

/* Counters count tenths or hundredths: less than that is no step. */
static void how_large_a_step_is(void **state)
{
    static const struct {
        double more;
        bool is_step;
    } rows[] = {{0.039, false}, {0.041, true}, {0.1, true}, {-0.039, false}, {-0.041, true}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_at(day_start(20260601) + 600 * MINUTE_MS);
        be_steady(3);
        for (int k = 0; k < TURN_AGREE; k++)
            (void)say(3 + rows[i].more);
        if ((turn.value != 3) != rows[i].is_step)
            fail_msg("%g kWh more", rows[i].more);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_evenly_clocks_run),
        cmocka_unit_test(when_growth_tells_the_date),
        cmocka_unit_test(which_gap_hides_a_turn),
        cmocka_unit_test(how_large_a_step_is),
    };

    return cmocka_run_group_tests_name("edges of a day's turn", tests, NULL, NULL);
}
