/* The charge assistant and time: what a look stands for, when a day is done, how often it tries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "collector/rules/rule_inside.h"
#include "tests/unit/collector/rule_case.h"

/* A look stands for the time since the one before, but never for more than a quarter of an hour:
 * nobody knows what the battery did in a pause. */
static void what_a_look_stands_for(void **unused)
{
    static const struct {
        int64_t pause, held;
        double volts;
        bool is_online;
    } rows[] = {
        {0, 0, 58.3, true},   {1, 1, 58.3, true},    {14, 14, 58.3, true}, {15, 15, 58.3, true},
        {16, 15, 58.3, true}, {180, 15, 58.3, true}, {10, 10, 58.2, true}, /* near is near enough */
        {10, 0, 58.1, true},  {10, 0, 58.3, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)fresh(unused);
        raised_at_noon();
        int64_t before = state.held_us;
        known.volts_now = rows[i].volts;
        known.is_online = rows[i].is_online;
        pass(rows[i].pause * MINUTE);
        (void)step();
        if (state.held_us - before != rows[i].held * MINUTE)
            fail_msg("row %zu: %lld minutes are counted", i,
                     (long long)((state.held_us - before) / MINUTE));
    }
}

/* Lowered before its hour it was the day gone by, and this day may begin. */
static void when_the_day_is_done(void **unused)
{
    static const struct {
        int minute;
        bool is_clock_trusted, is_leaving, is_done;
    } rows[] = {
        {100, true, false, false}, {179, true, false, false}, {180, true, false, true},
        {720, true, false, true},  {100, false, false, true}, {720, true, true, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)fresh(unused);
        raised_at_noon();
        known.minute = 21 * 60;
        lowers_because("day is over");
        known.minute = rows[i].minute;
        known.is_clock_trusted = rows[i].is_clock_trusted;
        known.is_leaving = rows[i].is_leaving;
        end(OK);
        if (state.is_done != rows[i].is_done)
            fail_msg("row %zu: the day is %sdone", i, state.is_done ? "" : "not ");
    }
}

/* Orders to lower that fail come again after five minutes, from the third on after an hour. */
static void how_often_it_tries(void **unused)
{
    static const struct {
        unsigned failures;
        int64_t wait;
    } rows[] = {{1, 5 * 60}, {2, 5 * 60}, {3, 3600}, {7, 3600}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)fresh(unused);
        raised_at_noon();
        known.charge_a = 3;
        lowers_because("absorption is finished");
        end(ERR_TIMEOUT);
        state.failures = rows[i].failures;
        known.float_v = 58.4; /* read again: it stands as it was raised */
        known.now_us += (rows[i].wait - 1) * S;
        known.float_us = known.now_us;
        assert_int_equal(step(), RULE_NOTHING);
        known.now_us += S;
        known.float_us = known.now_us;
        if (step() != RULE_LOWER)
            fail_msg("row %zu: it does not try again", i);
    }
}

/* Whoever leaves does not wait for the pause. */
static void leaving_does_not_wait(void **unused)
{
    (void)unused;
    raised_at_noon();
    known.charge_a = 3;
    lowers_because("absorption is finished");
    end(ERR_TIMEOUT);
    known.float_v = 58.4;
    known.now_us += S;
    known.float_us = known.now_us;
    assert_int_equal(step(), RULE_NOTHING);
    known.is_leaving = true;
    lowers_because("nobody will watch");
}

/* Raised by the wall clock for max_raised_hours; one that was not known then says nothing. */
static void how_long_it_was_raised(void **unused)
{
    static const struct {
        int64_t raised_ago_s; /* -1: unknown */
        bool is_lowered;
    } rows[] = {{0, false}, {20 * 3600, false}, {20 * 3600 + 1, true}, {-1, false}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)fresh(unused);
        raised_at_noon();
        state.raised_s = rows[i].raised_ago_s < 0 ? 0 : known.wall_s - rows[i].raised_ago_s;
        if ((step() == RULE_LOWER) != rows[i].is_lowered)
            fail_msg("row %zu", i);
    }
}

/* Settings come in steps of 0.1 V, some rounded: nearer than a step is the same. */
static void which_volts_are_the_same(void **unused)
{
    static const struct {
        double a, b;
        bool is_same;
    } rows[] = {
        {58.4, 58.4, true},  {58.4, 58.45, true}, {58.4, 58.35, true},
        {58.4, 58.5, false}, {58.4, 58.3, false}, {58.4, 58.47, false},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rule_same_volts(rows[i].a, rows[i].b) != rows[i].is_same)
            fail_msg("%g and %g", rows[i].a, rows[i].b);
}

/* What another try cannot mend, and the third failure, end the day. */
static void which_failures_end_the_day(void **unused)
{
    static const struct {
        int result;
        unsigned failures;
        bool is_done;
    } rows[] = {
        {ERR_TIMEOUT, 0, false}, {ERR_TIMEOUT, 1, false}, {ERR_TIMEOUT, 2, true},
        {ERR_DENIED, 0, true},   {ERR_USAGE, 0, true},    {ERR_ABSENT, 0, true},
        {ERR_UNKNOWN, 0, true},  {ERR_CONFIG, 0, true},   {ERR_BUSY, 0, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)fresh(unused);
        assert_int_equal(step(), RULE_RAISE);
        state.failures = rows[i].failures;
        end(rows[i].result);
        if (state.is_done != rows[i].is_done)
            fail_msg("row %zu: the day is %sdone", i, state.is_done ? "" : "not ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_look_stands_for),
        cmocka_unit_test(when_the_day_is_done),
        cmocka_unit_test(how_often_it_tries),
        cmocka_unit_test_setup(leaving_does_not_wait, fresh),
        cmocka_unit_test(how_long_it_was_raised),
        cmocka_unit_test(which_volts_are_the_same),
        cmocka_unit_test(which_failures_end_the_day),
    };

    return cmocka_run_group_tests_name("rule and time", tests, NULL, NULL);
}
