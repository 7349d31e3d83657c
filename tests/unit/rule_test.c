/* The charge assistant: every reason to raise, to lower, and to leave alone. */
#include "collector/rule.h"

#include "base/text.h"
#include "metrics/catalogue.h"
#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const int64_t S = 1000000, MINUTE = 60000000, HOUR = 3600000000;

/* ---- settings ---------------------------------------------------------------------------- */

#define GOOD                                                                                       \
    "device = south\nenabled = yes\nlead_acid = yes\nnormal_voltage = 52.8\n"                      \
    "absorb_voltage = 58.4\nend_current = 6.4\n"

static struct said said;
static struct settings *file;

static int load(struct rule *r, const char *words)
{
    char text[1024];
    struct text t = text_on(text, sizeof text);
    int rc;

    settings_free(file);
    text_format(&t, "[rule absorb]\n%s", words);
    assert_int_equal(settings_parse(text, "home.ini", &file), OK);
    said_start(&said);
    rc = rule_load(r, &file->sections[0]);
    said_stop(&said);
    return rc;
}

static void complains(const char *words, const char *complaint)
{
    struct rule r;

    assert_int_equal(load(&r, words), ERR_CONFIG);
    if (!strstr(said.text, complaint))
        fail_msg("\"%s\" is not said in: %s", complaint, said.text);
}

static void a_rule_is_loaded(void **state)
{
    struct rule r;

    (void)state;
    assert_int_equal(load(&r, GOOD), OK);
    assert_true(r.is_enabled);
    assert_int_equal(r.start, 180);
    assert_int_equal(r.stop_from, 660);
    assert_int_equal(r.stop_until, 21 * 60);
    assert_int_equal(r.window_us, 30 * MINUTE);
    assert_int_equal(r.held_most_us, 6 * HOUR);
    assert_int_equal(r.raised_most_us, 20 * HOUR);
    assert_int_equal(r.changes, 2);
    assert_int_equal(load(&r, GOOD "start = 8:09\n"), OK);
    assert_int_equal(r.start, 489);
    assert_int_equal(load(&r, "device = south\nlead_acid = yes\nnormal_voltage = 27.2\n"
                              "absorb_voltage = 28.8\nend_current = 2\n"),
                     OK);
    assert_false(r.is_enabled); /* off, unless somebody says otherwise */
}

static void mistakes_are_told(void **state)
{
    (void)state;
    complains("device = south\nnormal_voltage = 52.8\nabsorb_voltage = 58.4\nend_current = 6.4\n",
              "must be yes: this overcharges");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 52.8\nend_current = 6.4\n",
              "absorb_voltage");
    complains(GOOD "start = 25:00\n", "no hour of the day");
    complains(GOOD "start = 3\n", "no hour of the day");
    complains(GOOD "start = -1:30\n", "no hour of the day");
    complains(GOOD "start = 12:00\n", "must be later than start");
    complains(GOOD "stop_until = 10:00\n", "must be later than stop_from");
    complains(GOOD "max_hours = 90\n", "max_hours");
    complains(GOOD "changes_per_day = 100\n", "changes_per_day");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 58.4\nabsorb_voltage = 52.8\n"
              "end_current = 6.4\n",
              "must be above normal_voltage");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 28\nabsorb_voltage = 56\n"
              "end_current = 6.4\n",
              "a fifth above");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 56\nabsorb_voltage = 63\n"
              "end_current = 6.4\n",
              "no lead-acid battery");
}

/* ---- steps ------------------------------------------------------------------------------- */

static struct rule rule;
static struct rule_state state;
static struct rule_known known;
static struct rule_word word;

/* Half past three of a night in May; the device is well and at its normal float. */
static int fresh(void **unused)
{
    (void)unused;
    assert_int_equal(load(&rule, GOOD), OK);
    memset(&state, 0, sizeof state);
    known = (struct rule_known){
        .now_us = 50 * HOUR,
        .wall_s = 1777771800,
        .is_clock_trusted = true,
        .day = 20260503,
        .minute = 210,
        .is_online = true,
        .covered = 1,
        .volts = 51,
        .volts_now = 51,
        .discharge_a = 5,
        .battery_type = BATTERY_TYPE_USER,
        .has_float = true,
        .has_absorb = true,
        .float_v = 52.8,
        .device_absorb_v = 58.4,
        .float_us = 50 * HOUR - S,
    };
    return 0;
}

static enum rule_act step(void)
{
    rule_step(&rule, &state, &known, &word);
    return word.act;
}

/* Time goes on; the device says what it says, its setting included. */
static void pass(int64_t us)
{
    known.now_us += us;
    known.wall_s += us / S;
    known.minute += (int)(us / MINUTE);
    known.float_us = known.now_us;
}

static void end(int result)
{
    if (!result)
        known.float_v = word.volts;
    rule_ended(&rule, &state, &known, &word, result);
}

/* Raised, and it is noon; the battery takes 20 A at 58.3 V. */
static void raised_at_noon(void)
{
    assert_int_equal(step(), RULE_RAISE);
    end(OK);
    known.volts = known.volts_now = 58.3;
    known.charge_a = 20;
    known.discharge_a = 0;
    state.last_step_us = 0; /* the morning is not what is tried here */
    pass(510 * MINUTE);
    assert_int_equal(step(), RULE_NOTHING);
}

static void lowers_because(const char *why)
{
    if (step() != RULE_LOWER)
        fail_msg("it was not lowered because %s", why);
    if (!strstr(word.why, why))
        fail_msg("\"%s\" is not said in: %s", why, word.why);
    assert_true(word.volts > 52.7 && word.volts < 52.9);
}

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

static int file_is_over(void **unused)
{
    (void)unused;
    settings_free(file);
    return 0;
}

#define OF_STEPS(test) cmocka_unit_test_setup(test, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_loaded),
        cmocka_unit_test(mistakes_are_told),
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
        OF_STEPS(nothing_is_repeated_blindly),
        OF_STEPS(a_lost_answer_may_have_worked),
        OF_STEPS(denied_is_for_the_day),
        OF_STEPS(lowering_is_tried_on),
        OF_STEPS(set_by_somebody_else),
        OF_STEPS(found_raised),
        OF_STEPS(raised_by_an_earlier_run),
        OF_STEPS(a_jumping_clock_gives_no_more_orders),
        OF_STEPS(a_new_day_begins_anew),
    };

    return cmocka_run_group_tests_name("rule", tests, NULL, file_is_over);
}
