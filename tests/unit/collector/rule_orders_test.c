/* The charge assistant: orders that fail, hands of others, earlier runs, clocks that jump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/collector/rule_case.h"

/* ---- orders that fail -------------------------------------------------------------------- */

static void nothing_is_repeated_blindly(void **unused)
{
    (void)unused;
    assert_int_equal(step(), RULE_RAISE);
    pass(S); /* read while the order was under way */
    known.now_us += S;
    end(ERR_IGNORED);
    assert_true(state.is_raised); /* who knows */
    known.now_us += 10 * MINUTE;
    assert_int_equal(step(), RULE_NOTHING);
    pass(0);
    assert_int_equal(step(), RULE_SAY); /* read since: it did nothing */
    assert_false(state.is_raised);
    assert_int_equal(step(), RULE_RAISE);
    end(ERR_TIMEOUT);
    pass(MINUTE);
    assert_int_equal(step(), RULE_SAY);
    assert_int_equal(step(), RULE_NOTHING); /* not so soon */
    pass(6 * MINUTE);
    assert_int_equal(step(), RULE_SAY); /* the budget is spent */
    assert_int_equal(state.raises, 2);
}

static void a_lost_answer_may_have_worked(void **unused)
{
    (void)unused;
    assert_int_equal(step(), RULE_RAISE);
    end(ERR_TIMEOUT);
    pass(MINUTE);
    known.float_v = 58.4;
    assert_int_equal(step(), RULE_NOTHING);
    assert_true(state.is_raised);
}

static void denied_is_for_the_day(void **unused)
{
    (void)unused;
    assert_int_equal(step(), RULE_RAISE);
    end(ERR_DENIED);
    pass(10 * MINUTE);
    assert_int_equal(step(), RULE_SAY);
    assert_int_equal(step(), RULE_NOTHING);
    assert_true(state.is_done);
}

static void lowering_is_tried_on(void **unused)
{
    unsigned tries = 0;

    (void)unused;
    raised_at_noon();
    known.minute = 21 * 60;
    for (int i = 0; i < 12 * 60; i++) { /* twelve hours of a device that ignores it */
        if (step() == RULE_LOWER) {
            rule_ended(&rule, &state, &known, &word, ERR_IGNORED);
            tries++;
        }
        known.now_us += MINUTE;
        known.float_us = known.now_us;
    }
    assert_true(state.is_raised);
    assert_in_range(tries, 10, 16); /* it does not give up, nor wear the memory out */
    known.float_v = 52.8;
    pass(MINUTE);
    assert_int_equal(step(), RULE_SAY);
    assert_false(state.is_raised);
}

/* ---- hands of others --------------------------------------------------------------------- */

static void set_by_somebody_else(void **unused)
{
    (void)unused;
    raised_at_noon();
    known.float_v = 54.6;
    assert_int_equal(step(), RULE_SAY);
    assert_non_null(strstr(word.why, "left alone"));
    pass(MINUTE);
    assert_int_equal(step(), RULE_NOTHING);
    known.is_leaving = true;
    assert_int_equal(step(), RULE_NOTHING); /* his value is not touched */
    known.is_leaving = false;
    known.float_v = 52.8;
    known.minute = 300;
    assert_int_equal(step(), RULE_NOTHING); /* nor is anything raised behind his back this day */
    assert_false(state.is_raised);
}

static void found_raised(void **unused)
{
    (void)unused;
    known.float_v = 58.4;
    known.minute = 1300;
    assert_int_equal(step(), RULE_SAY);
    assert_true(state.is_raised);
    lowers_because("day is over");
    (void)fresh(NULL);
    rule.is_enabled = false;
    known.float_v = 58.4;
    assert_int_equal(step(), RULE_NOTHING); /* off is off */
}

static void raised_by_an_earlier_run(void **unused)
{
    (void)unused;
    state = (struct rule_state){
        .is_raised = true, .raised_s = known.wall_s - 8 * 3600, .day = known.day, .raises = 1};
    rule_resume(&state, known.now_us);
    known.float_v = 58.4;
    known.minute = 700;
    known.covered = 0; /* nothing from before counts */
    pass(S);
    assert_int_equal(step(), RULE_NOTHING);
    known.wall_s += 13 * 3600;
    lowers_because("max_raised_hours");
    state.is_raised = true;
    rule.is_enabled = false;
    state.last_order_us = 0;
    lowers_because("rule is off");
}

/* ---- clocks ------------------------------------------------------------------------------ */

static void a_jumping_clock_gives_no_more_orders(void **unused)
{
    unsigned raises = 0;

    (void)unused;
    for (int i = 0; i < 40; i++) { /* a clock that is set from day to day, every minute */
        known.day = 20260503 + i % 20;
        if (step() == RULE_RAISE) {
            raises++;
            end(OK);
        }
        pass(MINUTE);
        if (state.is_raised) {
            known.float_v = 52.8; /* and somebody lowers it each time */
            (void)step();
        }
        known.minute = 210;
    }
    assert_int_equal(raises, 2);
}

static void a_new_day_begins_anew(void **unused)
{
    (void)unused;
    raised_at_noon();
    known.charge_a = 1;
    lowers_because("finished");
    end(OK);
    pass(15 * HOUR);
    known.day = 20260504;
    known.minute = 210;
    known.volts_now = known.volts = 51;
    assert_int_equal(step(), RULE_RAISE);
    assert_int_equal(state.raises, 1);
}

#define OF_STEPS(test) cmocka_unit_test_setup(test, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_STEPS(nothing_is_repeated_blindly), OF_STEPS(a_lost_answer_may_have_worked),
        OF_STEPS(denied_is_for_the_day),       OF_STEPS(lowering_is_tried_on),
        OF_STEPS(set_by_somebody_else),        OF_STEPS(found_raised),
        OF_STEPS(raised_by_an_earlier_run),    OF_STEPS(a_jumping_clock_gives_no_more_orders),
        OF_STEPS(a_new_day_begins_anew),
    };

    return cmocka_run_group_tests_name("rule_orders", tests, NULL, NULL);
}
