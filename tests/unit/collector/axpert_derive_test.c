/* What follows from an Axpert's numbers, and what must not. */
#include "tests/unit/collector/axpert_stage.h"

#include <math.h>

#define HEAD "230.0 50.0 230.0 50.0 0161 "
/* A status as firmwares of three ages write it: watts and percent of the load, battery amperes in,
 * heat sink, PV word, charger voltage, amperes out. */
#define STATUS_17(pv, scc)                                                                         \
    HEAD "0119 003 460 57.50 012 100 0069 " pv " 103.8 " scc " 00003 00010110"
#define STATUS_21(pv, scc, watts) STATUS_17(pv, scc) " 00 00 " watts " 010"
#define STATUS_24(pv, scc, watts) STATUS_21(pv, scc, watts) " 0 00 0000"

static void one_round(const char *options, const char *status, const char *second, struct stage *s,
                      struct reading *r)
{
    stage_begin(s, options);
    s->said[0].command = status ? "QPIGS" : NULL;
    s->said[0].payload = status;
    s->said[1].command = second ? "QPIGS2" : NULL;
    s->said[1].payload = second;
    assert_int_equal(stage_round(s, LIVE_ONLY, r), OK);
}

/* NAN: must not be there. */
static void is(const struct reading *r, enum metric m, double expected)
{
    double value = 0;
    bool has = reading_get(r, m, &value);

    if (isnan(expected) ? has : !has || fabs(value - expected) > 1e-6)
        fail_msg("%s is %s%g, not %g", catalogue[m].name, has ? "" : "absent, ", value, expected);
}

static void power_of_the_panels(void **state)
{
    static const struct {
        const char *options, *status, *second;
        double pv, pv1, pv2, pv_a, charger_a, charger_v;
    } rows[] = {
        {"model=old", STATUS_17("0014", "57.45"), NULL, 804, NAN, NAN, NAN, 14, 57.45},
        {"model=old", STATUS_17("0000", "00.00"), NULL, NAN, NAN, NAN, NAN, 0, NAN},
        {"model=mks", STATUS_21("0014", "57.45", "00856"), NULL, 856, NAN, NAN, NAN, 14, 57.45},
        {"model=mks", STATUS_21("0000", "00.00", "00000"), NULL, 0, NAN, NAN, NAN, 0, NAN},
        {"model=max", STATUS_24("02.7", "00.00", "00879"), "03.1 327.3 01026 ", 1905, 879, 1026,
         2.7, NAN, NAN},
        {"model=max", STATUS_24("02.7", "57.45", "00879"), "00.0 000.0 00000 ", 879, 879, 0, 2.7,
         NAN, 57.45},
        {"model=mks", STATUS_21("0014", "57.45", "00856"),
         "0010 103.0 57.40 00574 11000000 0000 0000 0005 102.0 57.40 00287 01717", 1717, 856, 574,
         NAN, 14, 57.45},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct reading r;
        one_round(rows[i].options, rows[i].status, rows[i].second, &s, &r);
        is(&r, M_PV_POWER, rows[i].pv);
        is(&r, M_PV1_POWER, rows[i].pv1);
        is(&r, M_PV2_POWER, rows[i].pv2);
        is(&r, M_PV_CURRENT, rows[i].pv_a);
        is(&r, M_CHARGER_CURRENT, rows[i].charger_a);
        is(&r, M_BATTERY_VOLTAGE_CHARGER, rows[i].charger_v);
        is(&r, M_BATTERY_CURRENT, 9);
        is(&r, M_BATTERY_POWER, 517.5);
        stage_end(&s);
    }
}

/* One string is not all the power there is: without the other, nothing is said. */
static void a_second_string_that_was_lost(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    one_round("model=max", STATUS_24("02.7", "00.00", "00879"), "03.1 327.3 01026 ", &s, &r);
    is(&r, M_PV_POWER, 1905);
    s.silent = "QPIGS2";
    (void)stage_round(&s, LIVE_ONLY, &r);
    is(&r, M_PV_POWER, NAN);
    is(&r, M_PV1_POWER, 879);
    is(&r, M_PV2_POWER, NAN);
    s.silent = NULL;
    while (stage_round(&s, LIVE_ONLY, &r))
        ;
    is(&r, M_PV_POWER, 1905);
    stage_end(&s);
}

/* Lost the very first time: a MAX may have two, so nobody knows yet. */
static void a_second_string_never_heard_yet(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, "model=max");
    s.silent = "QPIGS2";
    (void)stage_round(&s, LIVE_ONLY, &r);
    is(&r, M_PV_POWER, NAN);
    for (unsigned i = 0; i < 3; i++)
        (void)stage_round(&s, LIVE_ONLY, &r);
    assert_true(reading_has(&r, M_PV_POWER)); /* it has no second one, that is known now */
    is(&r, M_PV1_POWER, NAN);
    stage_end(&s);
    stage_begin(&s, "model=max");
    s.refused = "QPIGS2";
    assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    assert_true(reading_has(&r, M_PV_POWER)); /* a refusal says so at once */
    stage_end(&s);
}

static void four_digits_are_too_few_for_ten_kilowatts(void **state)
{
    static const struct {
        const char *watts_percent;
        double expected;
    } rows[] = {
        {"0200 102", NAN},  {"9990 099", 9990}, {"0200 002", 200},
        {"5000 050", 5000}, {"0000 095", NAN},
    };
    struct stage s;
    struct reading r, ratings = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char status[200];
        stage_begin(&s, "model=max");
        s.said[0].command = "QPIRI";
        s.said[0].payload = "230.0 43.4 230.0 50.0 43.4 10000 10000 48.0 46.0 42.0 56.4 54.0 0 030 "
                            "060 0 1 2 9 01 0 0 54.0 0 1 480 0 070";
        snprintf(status, sizeof status,
                 HEAD "%s 460 57.50 012 100 0069 02.7 323.6 00.00 00000 00010110 00 00 00879 010 0 "
                      "00 0000",
                 rows[i].watts_percent);
        s.said[1].command = "QPIGS";
        s.said[1].payload = status;
        assert_int_equal(device_block(s.device, axpert_block(QPIRI), device_collect, &ratings), OK);
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        is(&r, M_OUTPUT_POWER, rows[i].expected);
        stage_end(&s);
    }
}

/* ---- faults ------------------------------------------------------------------------------- */

/* A warning's place, and what it is: W a warning, F a fault, Q a fault where place 1 says so. */
static void faults_by_their_class(void **state)
{
    static const struct {
        const char *model, *classes; /* from place 0 on; "-": says nothing */
    } rows[] = {
        {"mks", "-FFFFWWFFQQQW-WWQWFFFFFFFWWWWW--"},
        {"max", "WFFFFWFFFQQQW-WWQWFFFFQF------------"}, /* 22: runs without a battery */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct reading r;
        char options[30], marks[40];
        size_t length = strlen(rows[i].classes);
        snprintf(options, sizeof options, "model=%s", rows[i].model);
        stage_begin(&s, options);
        s.said[0].command = "QPIWS";
        s.said[0].payload = marks;
        for (unsigned at = 0; at < 2 * length; at++) {
            char class = rows[i].classes[at % length];
            bool with_fault = at >= length, expected;
            memset(marks, '0', length);
            marks[length] = '\0';
            marks[at % length] = '1';
            if (with_fault)
                marks[1] = '1';
            expected = class == 'F' || with_fault;
            assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
            double fault = -1;
            assert_true(reading_get(&r, M_FAULT, &fault));
            if ((fault > 0) != expected)
                fail_msg("%s: warning %zu%s: fault is %g", rows[i].model, at % length,
                         with_fault ? " with the fault bit" : "", fault);
        }
        s.said[1].command = "QMOD";
        s.said[1].payload = "F";
        memset(marks, '0', length);
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        is(&r, M_FAULT, 1);
        is(&r, M_DEVICE_MODE, DEVICE_MODE_FAULT);
        stage_end(&s);
    }
}

static void a_fault_code_stands_in_two_places(void **state)
{
    static const struct {
        const char *options, *marks;
        double code;
    } rows[] = {
        {"model=max", "000000000000000000000000000000005900", 59},
        {"model=max,battery=24", "000000000000000000000000000000056000", 56},
        {"model=mks", "000000000000000000000000000000005900", NAN},
        {"model=max", "00000000000000000000000000000000--00", NAN},
        {"model=max", "00000000000000000000000000000000", NAN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct reading r;
        stage_begin(&s, rows[i].options);
        s.said[0].command = "QPIWS";
        s.said[0].payload = rows[i].marks;
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        is(&r, M_FAULT_CODE, rows[i].code);
        stage_end(&s);
    }
}

/* ---- sensors ------------------------------------------------------------------------------ */

static void sensors_that_are_not_there(void **state)
{
    struct stage s;
    struct reading r = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    s.said[0].command = "Q1";
    s.said[0].payload = "00060 00000 01 01 00 059 000 053 000 00 00 000 0040 0580 0000 50.00 139";
    assert_int_equal(device_block(s.device, axpert_block(Q1), device_collect, &r), OK);
    device_finish(s.device, &r);
    is(&r, M_CHARGER_TEMPERATURE, 59);
    is(&r, M_INVERTER_TEMPERATURE, NAN);
    is(&r, M_BATTERY_SIDE_TEMPERATURE, 53);
    is(&r, M_TRANSFORMER_TEMPERATURE, NAN);
    is(&r, M_ABSORB_TIME_LEFT, 1);
    is(&r, M_FAN_SPEED, 40);
    stage_end(&s);
}

/* Small units give the sensor's raw count for degrees: such a number is withheld. */
static void what_cannot_be_true_is_withheld(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    one_round("model=mks",
              HEAD
              "0119 003 460 57.50 012 100 0448 0014 103.8 57.45 00000 00010110 00 00 00856 010",
              NULL, &s, &r);
    is(&r, M_HEATSINK_TEMPERATURE, NAN);
    assert_int_equal(s.device->withheld, 1);
    is(&r, M_PV_POWER, 856);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_of_the_panels),
        cmocka_unit_test(a_second_string_that_was_lost),
        cmocka_unit_test(a_second_string_never_heard_yet),
        cmocka_unit_test(four_digits_are_too_few_for_ten_kilowatts),
        cmocka_unit_test(faults_by_their_class),
        cmocka_unit_test(a_fault_code_stands_in_two_places),
        cmocka_unit_test(sensors_that_are_not_there),
        cmocka_unit_test(what_cannot_be_true_is_withheld),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
