/* A night of a charge assistant, ready to be changed: shared by its tests. After cmocka.h. */
#ifndef TESTS_UNIT_RULE_CASE_H
#define TESTS_UNIT_RULE_CASE_H

#include "collector/rules/rule_step.h"
#include "metrics/catalogue.h"

#include <string.h>

static const int64_t S = 1000000, MINUTE = 60000000, HOUR = 3600000000;

static struct rule rule;
static struct rule_state state;
static struct rule_known known;
static struct rule_word word;

/* Half past three of a night in May; the device is well and at its normal float. */
static inline int fresh(void **unused)
{
    (void)unused;
    rule = (struct rule){.is_enabled = true,
                         .normal_v = 52.8,
                         .absorb_v = 58.4,
                         .band_v = 0.2,
                         .end_a = 6.4,
                         .window_us = 30 * MINUTE,
                         .start = 180,
                         .stop_from = 660,
                         .stop_until = 21 * 60,
                         .held_most_us = 6 * HOUR,
                         .raised_most_us = 20 * HOUR,
                         .temperature_most = 40,
                         .changes = 2};
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

static inline enum rule_act step(void)
{
    rule_step(&rule, &state, &known, &word);
    return word.act;
}

/* Time goes on; the device says what it says, its setting included. */
static inline void pass(int64_t us)
{
    known.now_us += us;
    known.wall_s += us / S;
    known.minute += (int)(us / MINUTE);
    known.float_us = known.now_us;
}

static inline void end(int result)
{
    if (!result)
        known.float_v = word.volts;
    rule_ended(&rule, &state, &known, &word, result);
}

/* Raised, and it is noon; the battery takes 20 A at 58.3 V. */
static inline void raised_at_noon(void)
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

static inline void lowers_because(const char *why)
{
    if (step() != RULE_LOWER)
        fail_msg("it was not lowered because %s", why);
    if (!strstr(word.why, why))
        fail_msg("\"%s\" is not said in: %s", why, word.why);
    assert_true(word.volts > 52.7 && word.volts < 52.9);
}

#endif
