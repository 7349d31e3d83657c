/* Energy out of power: what is added, and what is not. */
#include "collector/intake/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t second_us = 1000000;
static const double pi = 3.14159265358979323846;

static struct meter begun(enum metric a, enum metric b, int64_t every_us)
{
    bool has[METRIC_COUNT] = {false};
    struct meter m;

    has[a] = true;
    has[b] = true;
    meter_begin(&m, has, every_us);
    return m;
}

/* Takes one power and gives the counter, or -1 when there is none. */
static double take(struct meter *m, enum metric power, double w, enum metric energy, int64_t now_us)
{
    struct reading r = {0};
    double kwh = -1;

    assert_true(reading_put(&r, power, w));
    meter_take(m, &r, now_us);
    (void)reading_get(&r, energy, &kwh);
    return kwh;
}

static void near(double is, double wanted)
{
    if (fabs(is - wanted) > 1e-9)
        fail_msg("%.9g is not %.9g", is, wanted);
}

struct noted {
    double of[METRIC_COUNT];
};

static void note_mark(void *who, enum metric power, double mark)
{
    ((struct noted *)who)->of[power] = mark;
}

static double noted_mark(void *who, enum metric power)
{
    return ((struct noted *)who)->of[power];
}

/* The next run begins with the same meters, but for what the device counts by itself. */
static void marks_for_the_next_run(void **state)
{
    struct noted noted = {{0}};
    struct meter m = begun(M_BATTERY_POWER, M_PV_POWER, 5 * second_us), next;
    struct reading r = {0};

    (void)state;
    meter_each_mark(&m, note_mark, &noted);
    meter_begin_marked(&next, noted_mark, &noted, 5 * second_us);
    assert_int_equal(next.count, 3);
    assert_int_equal(next.rows[1].power, M_BATTERY_POWER);
    assert_int_equal(next.rows[1].energy, M_BATTERY_CHARGE_ENERGY);
    assert_true(reading_put(&r, M_PV_POWER, 100) && reading_put(&r, M_PV_ENERGY, 1234));
    meter_take(&next, &r, second_us);
    meter_each_mark(&next, note_mark, &noted);
    meter_begin_marked(&m, noted_mark, &noted, 5 * second_us);
    assert_int_equal(m.count, 2);
}

static void only_what_a_device_cannot_say(void **state)
{
    struct meter m = begun(M_PV_POWER, M_LOAD_POWER, 5 * second_us);

    (void)state;
    assert_int_equal(m.count, 2);
    m = begun(M_PV_POWER, M_PV_ENERGY, 5 * second_us);
    assert_int_equal(m.count, 0);
    m = begun(M_BATTERY_POWER, M_BATTERY_POWER, 5 * second_us);
    assert_int_equal(m.count, 2); /* in and out */
    m = begun(M_BATTERY_POWER, M_BATTERY_CHARGE_POWER, 5 * second_us);
    assert_int_equal(m.count, 2);
    assert_int_equal(m.rows[0].power, M_BATTERY_CHARGE_POWER);
    assert_int_equal(m.rows[1].power, M_BATTERY_POWER);
    m = begun(M_BATTERY_VOLTAGE, M_BATTERY_SOC, 5 * second_us);
    assert_int_equal(m.count, 0);
}

static void all_pairs_fit(void **state)
{
    bool has[METRIC_COUNT];
    struct meter m;

    (void)state;
    for (int i = 0; i < METRIC_COUNT; i++)
        has[i] = catalogue[i].unit == UNIT_WATT;
    meter_begin(&m, has, 5 * second_us);
    assert_int_equal(m.count, 7);
}

static void a_constant_power(void **state)
{
    struct meter m = begun(M_PV_POWER, M_PV_POWER, 5 * second_us);
    double kwh = 0;

    (void)state;
    for (int64_t s = 0; s <= 3600; s += 5)
        kwh = take(&m, M_PV_POWER, 1000, M_PV_ENERGY, (s + 1) * second_us);
    near(kwh, 1.0);
    assert_true(m.rows[0].is_changed);
    meter_restore(&m, M_PV_ENERGY, 41);
    near(take(&m, M_PV_POWER, 1000, M_PV_ENERGY, 3605 * second_us), 41.001111);
}

/* It says its own counter late: from then on there is only that one. */
static void one_that_counts_by_itself_after_all(void **state)
{
    struct meter m = begun(M_PV_POWER, M_PV_POWER, 5 * second_us);
    struct reading r = {0};

    (void)state;
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 1 * second_us), 0);
    assert_true(reading_put(&r, M_PV_POWER, 3600) && reading_put(&r, M_PV_ENERGY, 1234));
    meter_take(&m, &r, 6 * second_us);
    r = (struct reading){0};
    assert_true(reading_put(&r, M_PV_POWER, 3600));
    meter_take(&m, &r, 11 * second_us);
    assert_false(reading_has(&r, M_PV_ENERGY));
}

static void a_gap_adds_nothing(void **state)
{
    struct meter m = begun(M_PV_POWER, M_PV_POWER, 5 * second_us);

    (void)state;
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 1 * second_us), 0);
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 11 * second_us), 0.01);
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 71 * second_us), 0.07); /* 60 s are none */
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 132 * second_us), 0.07);
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 142 * second_us), 0.08);

    m = begun(M_PV_POWER, M_PV_POWER, 60 * second_us); /* slow rounds, longer gaps */
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 1 * second_us), 0);
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 181 * second_us), 0.18);
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 362 * second_us), 0.18);
}

static void sleep_adds_nothing(void **state)
{
    struct meter m = begun(M_OUTPUT_POWER, M_OUTPUT_POWER, 3600 * second_us);

    (void)state;
    near(take(&m, M_OUTPUT_POWER, 1000, M_OUTPUT_ENERGY, second_us), 0);
    meter_pause(&m); /* not even two hours when it is asked once an hour */
    near(take(&m, M_OUTPUT_POWER, 1000, M_OUTPUT_ENERGY, 7201 * second_us), 0);
    near(take(&m, M_OUTPUT_POWER, 1000, M_OUTPUT_ENERGY, 10801 * second_us), 1);
}

static void a_reading_without_the_power(void **state)
{
    struct meter m = begun(M_PV_POWER, M_PV_POWER, 5 * second_us);
    struct reading r = {0};

    (void)state;
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 1 * second_us), 0);
    assert_true(reading_put(&r, M_BATTERY_VOLTAGE, 26));
    meter_take(&m, &r, 6 * second_us);
    assert_false(reading_has(&r, M_PV_ENERGY));
    near(take(&m, M_PV_POWER, 3600, M_PV_ENERGY, 11 * second_us), 0.01);

    r.count = 0; /* the device learned to say it itself: then that counts */
    assert_true(reading_put(&r, M_PV_POWER, 3600) && reading_put(&r, M_PV_ENERGY, 500));
    meter_take(&m, &r, 16 * second_us);
    near(r.fields[1].value, 500);
}

static void the_battery_by_sign(void **state)
{
    struct meter m = begun(M_BATTERY_POWER, M_BATTERY_POWER, 5 * second_us);
    struct reading r = {0};
    double in, out;

    (void)state;
    (void)take(&m, M_BATTERY_POWER, 3600, M_BATTERY_CHARGE_ENERGY, 1 * second_us);
    /* It falls through zero after half the time: a triangle on either side. */
    assert_true(reading_put(&r, M_BATTERY_POWER, -3600));
    meter_take(&m, &r, 11 * second_us);
    assert_true(reading_get(&r, M_BATTERY_CHARGE_ENERGY, &in));
    assert_true(reading_get(&r, M_BATTERY_DISCHARGE_ENERGY, &out));
    near(in, 0.0025);
    near(out, 0.0025);
    near(take(&m, M_BATTERY_POWER, -3600, M_BATTERY_DISCHARGE_ENERGY, 21 * second_us), 0.0125);
    near(take(&m, M_BATTERY_POWER, -3600, M_BATTERY_CHARGE_ENERGY, 31 * second_us), 0.0025);
}

static void short_text(void **state)
{
    struct meter m = begun(M_PV_POWER, M_PV_POWER, 5 * second_us);

    (void)state;
    for (int64_t s = 1; s < 1000; s += 5) {
        double kwh = take(&m, M_PV_POWER, 123.4567, M_PV_ENERGY, s * second_us);
        char text[40], *end;
        snprintf(text, sizeof text, "%.6f", kwh);
        assert_true(strtod(text, &end) - kwh == 0);
    }
}

/* A cloudless day of twelve hours, asked at uneven times. */
static void a_sine_day(void **state)
{
    struct meter m = begun(M_PV_POWER, M_PV_POWER, 5 * second_us);
    const double day_s = 12 * 3600, peak_w = 2000;
    const double truth = peak_w * 2 / pi * day_s / 3.6e6;
    double kwh = 0, s = 0;

    (void)state;
    for (int i = 0; s < day_s; i++) {
        kwh = take(&m, M_PV_POWER, peak_w * sin(pi * s / day_s), M_PV_ENERGY,
                   second_us + (int64_t)(s * 1e6));
        s += 4.5 + (i * 7 % 11) * 0.1; /* 4.5 to 5.5 s */
        if (i % 50 == 49)
            s += 15; /* three rounds were lost */
    }
    double error = fabs(kwh - truth) / truth * 100;
    printf("meter: error %.1g %% of %.3f kWh in a sine day\n", error, truth);
    assert_true(error < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_a_device_cannot_say),
        cmocka_unit_test(marks_for_the_next_run),
        cmocka_unit_test(all_pairs_fit),
        cmocka_unit_test(a_constant_power),
        cmocka_unit_test(one_that_counts_by_itself_after_all),
        cmocka_unit_test(a_gap_adds_nothing),
        cmocka_unit_test(sleep_adds_nothing),
        cmocka_unit_test(a_reading_without_the_power),
        cmocka_unit_test(the_battery_by_sign),
        cmocka_unit_test(short_text),
        cmocka_unit_test(a_sine_day),
    };

    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
