/* Check sums with a zero in them: some firmwares write one in its place, and hear nothing else. */
#include "tests/unit/collector/axpert_stage.h"

#include "collector/run/telling.h"

#include <math.h>

static const int64_t DAY_MS = 86400000;
enum { TO_JULY = 60 }; /* days from the stage's 2 May to the first of July */

static int tell(struct stage *s, char *words, struct told *told)
{
    struct order order;

    *told = (struct told){0};
    int rc = orders_read(s->device->driver, &words, 1, &order, told);
    return rc ? rc : s->device->driver->tell(s->device, &order, 1, told);
}

static double float_volts(struct stage *s)
{
    struct reading r = {0};
    double volts = 0;

    assert_int_equal(device_block(s->device, axpert_block(QPIRI), device_collect, &r), OK);
    assert_true(reading_get(&r, M_FLOAT_VOLTAGE, &volts));
    return volts;
}

static void both_ways_are_right(void **state)
{
    static const char *const zeros[] = {"PCVV45.3",  "PBDV46.4",    "PBFT48.8",    "PBEQV55.9",
                                        "PBEQV61.6", "QED20260119", "QED20260407", "QED20260701"};
    uint8_t usual[ASK_MAX], raised[ASK_MAX];
    struct axpert_frame f;
    struct answer a;

    (void)state;
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
        size_t length = axpert_request(zeros[i], usual), changed = 0;
        memcpy(raised, usual, length);
        assert_true(axpert_raise(raised, length));
        for (size_t k = 0; k < length; k++) {
            changed += usual[k] != raised[k];
            assert_true(usual[k] == raised[k] || (k >= length - 3 && !usual[k] && raised[k] == 1));
        }
        assert_in_range(changed, 1, 2);
    }
    assert_false(axpert_raise(usual, axpert_request("QPIGS", usual)));
    /* an answer that has one: a serial number with such a sum */
    for (unsigned n = 0, met = 0; met < 8; n++) {
        char payload[20];
        snprintf(payload, sizeof payload, "929320%08u", n);
        stage_say(&a, payload);
        size_t question = axpert_request("QID", usual);
        assert_int_equal(axpert_judge(usual, question, a.bytes, a.length, &f), OK);
        if (!axpert_raise(a.bytes, a.length))
            continue;
        met++;
        assert_int_equal(axpert_judge(usual, question, a.bytes, a.length, &f), OK);
        a.bytes[3] ^= 1;
        assert_int_equal(axpert_judge(usual, question, a.bytes, a.length, &f), ERR_CRC);
    }
}

/* A day whose question has a zero in its sum: asked both ways once, and then as this unit wants. */
static void todays_energy_comes_through(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "model=vm4");
    clock_step(TO_JULY * DAY_MS);
    for (unsigned round = 0; round < 3; round++) {
        struct reading r = {0};
        double kwh = -1;
        if (!round)
            assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        s.asked = 0;
        r.count = 0;
        assert_int_equal(device_block(s.device, axpert_block(QED), device_collect, &r), OK);
        assert_true(reading_get(&r, M_PV_ENERGY_TODAY, &kwh));
        assert_int_equal(s.device->wants_other_way, true);
        if (round)
            assert_int_equal(stage_heard(&s, "QED20260701"), 1);
    }
    stage_end(&s);
}

static void an_order_comes_through(void **state)
{
    struct stage s;
    struct told told;

    (void)state;
    stage_begin(&s, "model=vm4");
    assert_int_equal(tell(&s, (char[]){"float_voltage=48.8"}, &told), OK);
    assert_true(fabs(float_volts(&s) - 48.8) < 0.01);
    assert_int_equal(stage_heard(&s, "PBFT48.8"), 2);
    assert_int_equal(tell(&s, (char[]){"float_voltage=54"}, &told), OK);
    s.asked = 0;
    assert_int_equal(tell(&s, (char[]){"float_voltage=48.8"}, &told), OK);
    assert_int_equal(stage_heard(&s, "PBFT48.8"), 1);
    stage_end(&s);
}

/* Carried out, and its answer lost: what the unit shows says so, and it is not sent again. */
static void what_was_done_is_not_sent_again(void **state)
{
    struct stage s;
    struct told told;

    (void)state;
    stage_begin(&s, "model=mks");
    s.swallow = "PBFT48.8";
    assert_int_equal(tell(&s, (char[]){"float_voltage=48.8"}, &told), OK);
    assert_int_equal(stage_heard(&s, "PBFT48.8"), 1);
    assert_false(s.device->wants_other_way);
    stage_end(&s);
}

/* Nobody hears it, either way: told so, and nothing is remembered. */
static void nobody_hears_it(void **state)
{
    struct stage s;
    struct told told;

    (void)state;
    stage_begin(&s, "model=mks");
    s.silent = "PBFT48.8";
    assert_int_equal(tell(&s, (char[]){"float_voltage=48.8"}, &told), ERR_TIMEOUT);
    assert_int_equal(stage_heard(&s, "PBFT48.8"), 2);
    assert_false(s.device->wants_other_way);
    s.asked = 0;
    s.silent = "PBFT48.9"; /* whose sum has no zero: one way, so once */
    assert_int_equal(tell(&s, (char[]){"float_voltage=48.9"}, &told), ERR_TIMEOUT);
    assert_int_equal(stage_heard(&s, "PBFT48.9"), 1);
    stage_end(&s);
}

/* Whether it was carried out cannot be read: then it is not sent again. */
static void what_nobody_knows_is_not_sent_again(void **state)
{
    struct stage s;
    struct told told;

    (void)state;
    stage_begin(&s, "model=vm4");
    s.silent = s.silences_all = "PBFT48.8";
    assert_int_not_equal(tell(&s, (char[]){"float_voltage=48.8"}, &told), OK);
    assert_non_null(strstr(told.why, "look before trying again"));
    assert_int_equal(stage_heard(&s, "PBFT48.8"), 1);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_are_right),
        cmocka_unit_test(todays_energy_comes_through),
        cmocka_unit_test(an_order_comes_through),
        cmocka_unit_test(what_was_done_is_not_sent_again),
        cmocka_unit_test(what_nobody_knows_is_not_sent_again),
        cmocka_unit_test(nobody_hears_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
