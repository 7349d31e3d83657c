/* The charge assistant: every reason to raise, to lower, and to leave alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/collector/rule_case.h"

static void raised_before_the_sun(void **unused)
{
    (void)unused;
    assert_int_equal(step(), RULE_RAISE);
    assert_true(word.volts > 58.3 && word.volts < 58.5);
    assert_true(state.is_raised);
    end(OK);
    pass(MINUTE);
    assert_int_equal(step(), RULE_NOTHING);
}

/* No moment has to be hit: whoever comes at ten to eleven raises still. */
static void a_missed_minute_is_no_missed_day(void **unused)
{
    (void)unused;
    known.minute = 179;
    assert_int_equal(step(), RULE_NOTHING);
    known.minute = 650;
    assert_int_equal(step(), RULE_RAISE);
    (void)fresh(NULL);
    known.minute = 660;
    assert_int_equal(step(), RULE_NOTHING);
}

static void lowered_when_finished(void **unused)
{
    (void)unused;
    raised_at_noon();
    known.charge_a = 6.3;
    lowers_because("absorption is finished");
    end(OK);
    assert_false(state.is_raised);
    known.minute = 200; /* not again this day, whatever the hour */
    pass(MINUTE);
    assert_int_equal(step(), RULE_NOTHING);
    assert_string_equal(rule_state_word(&rule, &state), "done");
}

#define STAYS(field, value)                                                                        \
    do {                                                                                           \
        (void)fresh(NULL);                                                                         \
        raised_at_noon();                                                                          \
        known.charge_a = 3;                                                                        \
        known.field = (value);                                                                     \
        if (step() != RULE_NOTHING)                                                                \
            fail_msg("lowered though " #field " is " #value);                                      \
    } while (0)

static void not_finished(void **unused)
{
    (void)unused;
    STAYS(charge_a, 6.5);
    STAYS(volts, 58.1);      /* not at the voltage: clouds, or a load */
    STAYS(covered, 0.5);     /* half of the window was never heard */
    STAYS(discharge_a, 3.3); /* the load eats what would charge */
    STAYS(minute, 659);      /* the early hours: a small sun looks like an end */
}

#define LOWERS(why, ...)                                                                           \
    do {                                                                                           \
        (void)fresh(NULL);                                                                         \
        raised_at_noon();                                                                          \
        __VA_ARGS__;                                                                               \
        lowers_because(why);                                                                       \
    } while (0)

static void lowered_whatever_happens(void **unused)
{
    (void)unused;
    LOWERS("nobody will watch", known.is_leaving = true);
    LOWERS("rule is off", rule.is_enabled = false);
    LOWERS("store cannot be written", known.stuck_us = 11 * MINUTE);
    LOWERS("clock is not set", known.is_clock_trusted = false);
    LOWERS("too warm", known.has_temperature = true, known.temperature = 41);
    LOWERS("not lead-acid", known.battery_type = BATTERY_TYPE_LIFEPO4);
    LOWERS("not lead-acid", known.battery_type = BATTERY_TYPE_GEL);
    LOWERS("own absorb voltage is lower", known.device_absorb_v = 57.6);
    LOWERS("max_raised_hours", known.now_us += 12 * HOUR); /* the clock was set back meanwhile */
    LOWERS("max_raised_hours", known.wall_s += 12 * 3600); /* the machine was suspended */
    LOWERS("day is over", known.minute = 21 * 60);
    LOWERS("day is over", known.minute = 100); /* the next night, somehow */
}

static void lowered_after_hours_at_absorb(void **unused)
{
    (void)unused;
    raised_at_noon();
    for (int i = 0; i < 36; i++) {
        assert_int_equal(step(), RULE_NOTHING);
        pass(10 * MINUTE);
    }
    known.volts_now = 57; /* what is not near is not counted */
    assert_int_equal(step(), RULE_NOTHING);
    pass(10 * MINUTE);
    assert_int_equal(step(), RULE_NOTHING);
    known.volts_now = 58.3;
    pass(10 * MINUTE);
    lowers_because("max_hours");
}

static void lowered_when_heard_again(void **unused)
{
    (void)unused;
    raised_at_noon();
    known.is_online = false;
    known.silent_us = 9 * MINUTE;
    known.charge_a = 3;
    known.covered = 0;
    assert_int_equal(step(), RULE_NOTHING);
    known.silent_us = 11 * MINUTE;
    assert_int_equal(step(), RULE_NOTHING); /* nobody is there to be told */
    known.is_online = true;
    known.silent_us = 0;
    lowers_because("silent for ten minutes");
}

/* Nobody would watch it: then it is tried even without hope. */
static void leaving_a_silent_device(void **unused)
{
    (void)unused;
    raised_at_noon();
    known.is_online = false;
    known.is_leaving = true;
    lowers_because("nobody will watch");
    end(OK);
    known.is_leaving = false;
    known.is_online = true;
    known.minute = 300;
    assert_int_equal(step(), RULE_NOTHING); /* what was read before says nothing */
    pass(MINUTE);
    known.minute = 300; /* a restart in the morning begins once more */
    assert_int_equal(step(), RULE_RAISE);
}

/* ---- not raised -------------------------------------------------------------------------- */

#define WAITS(field, value)                                                                        \
    do {                                                                                           \
        (void)fresh(NULL);                                                                         \
        known.field = (value);                                                                     \
        if (step() != RULE_NOTHING)                                                                \
            fail_msg("not waited though " #field " is " #value);                                   \
        assert_false(state.is_raised);                                                             \
    } while (0)

static void raising_waits(void **unused)
{
    (void)unused;
    WAITS(is_clock_trusted, false);
    WAITS(is_online, false);
    WAITS(stuck_us, 1);
    WAITS(has_float, false);
    WAITS(has_absorb, false);
    WAITS(float_us, 48 * HOUR);
    WAITS(is_leaving, true);
    (void)fresh(NULL);
    rule.is_enabled = false;
    assert_int_equal(step(), RULE_NOTHING);
}

/* Told once this day, and never raised. */
#define REFUSES(words, ...)                                                                        \
    do {                                                                                           \
        (void)fresh(NULL);                                                                         \
        __VA_ARGS__;                                                                               \
        if (step() != RULE_SAY || !strstr(word.why, words))                                        \
            fail_msg("\"%s\" is not said: %s", words, word.why);                                   \
        pass(MINUTE);                                                                              \
        assert_int_equal(step(), RULE_NOTHING);                                                    \
        assert_false(state.is_raised);                                                             \
    } while (0)

static void raising_is_refused(void **unused)
{
    (void)unused;
    REFUSES("battery type LiFePO4", known.battery_type = BATTERY_TYPE_LIFEPO4);
    REFUSES("battery type gel", known.battery_type = BATTERY_TYPE_GEL);
    REFUSES("own absorb voltage", known.device_absorb_v = 57.6);
    REFUSES("45 degrees", known.has_temperature = true, known.temperature = 45);
    REFUSES("neither 52.8 nor 58.4", known.float_v = 54);
    REFUSES("2 times", state.day = known.day, state.raises = 2);
    (void)fresh(NULL);
    known.battery_type = RULE_TYPE_UNKNOWN; /* the owner said lead_acid = yes */
    assert_int_equal(step(), RULE_RAISE);
}

#define OF_STEPS(test) cmocka_unit_test_setup(test, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_STEPS(raised_before_the_sun),
        OF_STEPS(a_missed_minute_is_no_missed_day),
        OF_STEPS(lowered_when_finished),
        OF_STEPS(not_finished),
        OF_STEPS(lowered_whatever_happens),
        OF_STEPS(lowered_after_hours_at_absorb),
        OF_STEPS(lowered_when_heard_again),
        OF_STEPS(leaving_a_silent_device),
        OF_STEPS(raising_waits),
        OF_STEPS(raising_is_refused),
    };

    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
