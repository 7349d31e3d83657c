/* What differs between members of the family on the wire: how a frame ends, how long ratings are,
 * and how a no is meant. */
#include "tests/unit/collector/axpert_stage.h"

#include <math.h>

/* ---- CR LF ---------------------------------------------------------------------------------- */

/* Whether the LF comes with the CR, or while the next question is being asked: every round is
 * whole, and nothing is asked twice. */
static void a_frame_may_end_with_cr_lf(void **state)
{
    static const int64_t late_us[] = {0, 4000, 30000, 60000};

    (void)state;
    for (size_t i = 0; i < sizeof late_us / sizeof *late_us; i++) {
        struct stage s;
        struct reading r;
        stage_begin(&s, "model=smh");
        s.last_byte_late_us = late_us[i];
        for (unsigned round = 0; round < 20; round++) {
            assert_int_equal(stage_round(&s, WITH_SLOW, &r), OK);
            assert_true(reading_has(&r, M_BATTERY_VOLTAGE));
        }
        if (s.bus->counts.retried)
            fail_msg("LF after %lld us: %llu asked again", (long long)late_us[i],
                     (unsigned long long)s.bus->counts.retried);
        stage_end(&s);
    }
}

/* ---- ratings of 28 words -------------------------------------------------------------------- */

#define RATINGS_28(tail)                                                                           \
    "220.0 46.3 220.0 50.0 46.3 0200 0200 48.0 51.0 48.0 55.4 55.4 2 120 140 1 2 1 1 01 0 0 54.0 " \
    "0 1 " tail

/* As long as a MAX's; a point in the tail says that it is none, whatever its switches say. */
static void a_pointed_tail_is_no_max(void **state)
{
    static const char *const tails[] = {"51.0 10 44.0", "23.5 12 22.0", "48.0 10 48.0"};

    (void)state;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct stage s;
        struct reading r = {0};
        char ratings[200];
        double alarms = 0;
        snprintf(ratings, sizeof ratings, RATINGS_28("%s"), tails[i]);
        stage_begin(&s, "model=mks");
        s.said[0].command = "QPIRI";
        s.said[0].payload = ratings;
        s.said[1].command = "QFLAG";
        s.said[1].payload = "EakxyDbdjuvzlg";
        s.said[2].command = "QPIWS";
        s.said[2].payload = "000000000000000000000000001000000000";
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        assert_int_equal(s.device->how.kind, KIND_CLASSIC);
        assert_true(reading_get(&r, M_PV_ALARMS, &alarms) && alarms > 0); /* as a MAX: none */
        r.count = 0;
        assert_int_equal(device_block(s.device, axpert_block(QPIRI), device_collect, &r), OK);
        assert_false(reading_has(&r, M_ABSORB_TIME));
        assert_false(reading_has(&r, M_OPERATION_LOGIC));
        assert_false(reading_has(&r, M_DISCHARGE_CURRENT_LIMIT));
        device_finish(s.device, &r);
        assert_false(reading_has(&r, M_OUTPUT_RATED_POWER)); /* 46.3 A at 220 V are not 200 W */
        assert_true(reading_has(&r, M_BATTERY_RATED_VOLTAGE));
        stage_end(&s);
    }
}

/* ---- split phase, in parallel --------------------------------------------------------------- */

static void the_second_half_of_another_unit(void **state)
{
    struct stage s;
    struct reading r;
    double volts = 0;

    (void)state;
    stage_begin(&s, "model=split");
    assert_int_equal(stage_round(&s, WITH_SLOW, &r), OK);
    assert_int_equal(s.device->how.kind, KIND_PI41);
    struct identity who = {0};
    r.count = 0;
    assert_int_equal(axpert_others(s.device, 0, &r, &who), OK);
    assert_string_not_equal(who.serial, "system");
    assert_true(reading_get(&r, M_OUTPUT_L2_VOLTAGE, &volts));
    assert_true(fabs(volts - 124.2) < 0.01);
    assert_true(reading_has(&r, M_OUTPUT_VOLTAGE));
    /* a unit that does not know the question is not asked for ever */
    s.refused = "QP2GS1";
    for (unsigned round = 0; round < 12; round++) {
        s.asked = 0;
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        assert_int_equal(axpert_others(s.device, 0, &r, &who), OK);
        assert_false(reading_has(&r, M_OUTPUT_L2_VOLTAGE));
    }
    assert_int_equal(stage_heard(&s, "QP2GS1"), 0);
    stage_end(&s);
}

/* ---- a no that is none ---------------------------------------------------------------------- */

/* What it knows, it knows: one NAK is asked again in the same round, and only a second one is
 * taken for an answer. */
static void one_no_ends_no_question(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, "model=mks");
    assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    for (unsigned round = 0; round < 10; round++) {
        s.refused_once = "QMOD";
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        assert_true(reading_has(&r, M_DEVICE_MODE));
    }
    s.asked = 0;
    s.refused = "QMOD";
    (void)stage_round(&s, LIVE_ONLY, &r);
    assert_int_equal(stage_heard(&s, "QMOD"), 2);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_may_end_with_cr_lf),
        cmocka_unit_test(a_pointed_tail_is_no_max),
        cmocka_unit_test(the_second_half_of_another_unit),
        cmocka_unit_test(one_no_ends_no_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
