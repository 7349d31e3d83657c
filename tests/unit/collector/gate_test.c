/* The gate: nothing is published that cannot be defended, and nothing true is lost for long. */
#include "collector/intake/gate.h"

#include "base/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const int64_t second_us = 1000000;

/* One metric through the gate. */
static bool passes(struct gate *g, enum metric m, double value, int64_t second)
{
    struct reading r = {0};

    assert_true(reading_put(&r, m, value));
    gate_pass(g, &r, second * second_us);
    return reading_has(&r, m);
}

static struct gate *gate_of(double peak_w)
{
    struct gate *g = gate_new("south", peak_w);

    assert_non_null(g);
    return g;
}

static void what_cannot_be(void **state)
{
    struct gate *g = gate_of(3000);

    (void)state;
    assert_false(passes(g, M_BATTERY_SOC, 101, 5));
    assert_false(passes(g, M_BATTERY_VOLTAGE, NAN, 10));
    assert_int_equal(gate_count(g, GATE_RANGE), 2);
    assert_true(passes(g, M_PV_POWER, 3800, 15));
    assert_false(passes(g, M_PV_POWER, 4000, 20));
    assert_false(passes(g, M_OUTPUT_POWER, -4000, 25));
    assert_true(passes(g, M_SYSTEM_POWER, 18000, 30));
    assert_int_equal(gate_count(g, GATE_PEAK), 2);
    assert_int_equal(gate_count(g, GATE_FRAME), 0); /* there were no neighbours */
    assert_string_equal(gate_words[GATE_PEAK], "peak");
    gate_free(g);
}

static unsigned frame(struct gate *g, unsigned withheld, int64_t second)
{
    struct reading r = {.withheld = (uint16_t)withheld};

    assert_true(reading_put(&r, M_BATTERY_VOLTAGE, 26) && reading_put(&r, M_PV_POWER, 300) &&
                reading_put(&r, M_CHARGE_STAGE, 2));
    gate_pass(g, &r, second * second_us);
    return r.count;
}

static void an_impossible_number_and_its_neighbours(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    assert_int_equal(frame(g, 0, 0), 3);
    assert_int_equal(frame(g, 1, 5), 0);
    assert_int_equal(gate_count(g, GATE_FRAME), 3);
    assert_int_equal(gate_count(g, GATE_RANGE), 1);
    assert_int_equal(frame(g, 0, 10), 3);
    for (int64_t s = 1000; s < 6000; s += 250) { /* now and then: never trusted */
        for (int64_t k = 0; k < 250; k += 5)
            assert_int_equal(frame(g, 0, s + k), 3);
        assert_int_equal(frame(g, 1, s + 249), 0);
    }
    gate_free(g);
}

static void a_broken_register(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    for (int64_t s = 0; s < 15; s += 5)
        assert_int_equal(frame(g, 1, s), 0);
    assert_int_equal(frame(g, 1, 15), 3); /* every round the same: only that number is missing */
    assert_int_equal(frame(g, 1, 20), 3);
    assert_int_equal(frame(g, 2, 25), 0); /* but this is another fault */
    gate_free(g);

    g = gate_of(0); /* the same in a slow block that has its turn every fourth round */
    for (int64_t i = 1; i <= 40; i++)
        assert_int_equal(frame(g, i % 4 == 0, 5 * i), i % 4 == 0 && i <= 12 ? 0 : 3);
    gate_free(g);
}

static void a_stray_number_never_passes(void **state)
{
    static const struct {
        enum metric metric;
        double truth, stray;
    } cases[] = {
        {M_BATTERY_VOLTAGE, 26, 0},  {M_BATTERY_VOLTAGE, 26, 65.535},
        {M_BATTERY_SOC, 70, 0},      {M_BATTERY_SOC, 70, 100},
        {M_PV_POWER, 300, 65535},    {M_BATTERY_CURRENT, 20, -655},
        {M_OUTPUT_FREQUENCY, 50, 0}, {M_BATTERY_TEMPERATURE, 25, -40},
        {M_GRID_VOLTAGE, 230, 0},    {M_OUTPUT_APPARENT_POWER, 500, 65535},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate *g = gate_of(0);
        assert_true(passes(g, cases[i].metric, cases[i].truth, 0));
        assert_true(passes(g, cases[i].metric, cases[i].truth, 5));
        assert_false(passes(g, cases[i].metric, cases[i].stray, 10));
        assert_true(passes(g, cases[i].metric, cases[i].truth, 15));
        assert_false(passes(g, cases[i].metric, cases[i].stray, 20));
        assert_true(passes(g, cases[i].metric, cases[i].truth, 25));
        assert_int_equal(gate_count(g, GATE_JUMP), 2);
        gate_free(g);
    }
}

static void what_is_real_passes_one_reading_later(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    assert_true(passes(g, M_BATTERY_VOLTAGE, 26, 0));
    assert_false(passes(g, M_BATTERY_VOLTAGE, 12, 5)); /* a cell gave up */
    assert_true(passes(g, M_BATTERY_VOLTAGE, 11.8, 10));
    assert_true(passes(g, M_BATTERY_VOLTAGE, 11.7, 15));
    assert_true(passes(g, M_LOAD_POWER, 0, 20));
    assert_false(passes(g, M_LOAD_POWER, 1800, 25)); /* the first kettle */
    assert_true(passes(g, M_LOAD_POWER, 1750, 30));
    assert_true(passes(g, M_LOAD_POWER, 0, 35));
    assert_true(passes(g, M_LOAD_POWER, 1800, 40));    /* known by now */
    assert_true(passes(g, M_BATTERY_VOLTAGE, 26, 46)); /* after a gap nothing is known */
    gate_free(g);
}

static void what_may_jump(void **state)
{
    static const enum metric free_ones[] = {M_CHARGE_STAGE,    M_LOAD_ON,
                                            M_FLOAT_VOLTAGE,   M_BATTERY_ALARMS,
                                            M_LOAD_PERCENTAGE, M_SHUNT_A_ENERGY_NET};
    struct gate *g = gate_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++) {
        assert_true(passes(g, free_ones[i], catalogue[free_ones[i]].most, 0));
        assert_true(passes(g, free_ones[i], catalogue[free_ones[i]].least, 5));
        assert_true(passes(g, free_ones[i], catalogue[free_ones[i]].most, 10));
    }
    gate_free(g);
}

/* A day, month or year makes no more than its hours, by the rated power or by the catalogue's. */
static void what_a_day_can_make(void **state)
{
    static const struct {
        double peak_w;
        enum metric metric;
        double most;
    } rows[] = {
        {0, M_PV_ENERGY_TODAY, 3001},
        {0, M_PV_ENERGY_MONTH, 89401},
        {0, M_PV_ENERGY_YEAR, 1054081},
        {1000, M_PV_ENERGY_TODAY, 31},
        {1000, M_LOAD_ENERGY_TODAY, 91}, /* it passes on what others make */
        {1000, M_BATTERY_CHARGE_ENERGY_TODAY, 91},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gate *g = gate_of(rows[i].peak_w);
        assert_true(passes(g, rows[i].metric, rows[i].most - 0.01, 5));
        assert_false(passes(g, rows[i].metric, rows[i].most + 0.01, 10));
        assert_int_equal(gate_count(g, GATE_PEAK), 1);
        gate_free(g);
    }
}

/* What leaves the gate goes on, whatever unit is behind it. */
static void what_leaves_is_the_total(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    for (int64_t s = 5; s < 60; s += 5) {
        struct reading r = {0};
        double value;
        assert_true(reading_put(&r, M_PV_ENERGY, s < 30 ? 2977.18 : 972.55));
        gate_pass(g, &r, s * second_us);
        if (reading_get(&r, M_PV_ENERGY, &value))
            assert_true(value >= 2977.18 && value <= 2977.18);
    }
    struct reading r = {0};
    double value = 0;
    assert_true(reading_put(&r, M_PV_ENERGY, 972.56));
    gate_pass(g, &r, 65 * second_us);
    assert_true(reading_get(&r, M_PV_ENERGY, &value) && fabs(value - 2977.19) < 1e-9);
    gate_free(g);
}

/* Its serial number says that it is another, when its number does not. */
static void another_unit_by_its_word(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    assert_true(passes(g, M_PV_ENERGY, 70.31, 5));
    assert_true(passes(g, M_PV_ENERGY, 70.31, 10));
    gate_meet_other(g);
    assert_true(passes(g, M_PV_ENERGY, 70.9, 15));
    assert_true(fabs(gate_total(g, M_PV_ENERGY) - 70.31) < 1e-9);
    assert_true(passes(g, M_PV_ENERGY, 71, 20));
    assert_true(fabs(gate_total(g, M_PV_ENERGY) - 70.41) < 1e-9);
    gate_meet_other(g);
    assert_true(passes(g, M_PV_ENERGY, 0.2, 25)); /* what a new one counted nobody saw */
    assert_true(fabs(gate_total(g, M_PV_ENERGY) - 70.41) < 1e-9);
    assert_non_null(strstr(gate_news(g), "began anew"));
    gate_free(g);
}

/* ---- a day ------------------------------------------------------------------------------- */

enum { DAY_FIELDS = 9, DAY_ROUNDS = 17280 };
static const struct {
    enum metric metric;
    double per; /* one count of the wire */
    double may; /* an error no gate can see, since a plant can move so far */
} day_fields[DAY_FIELDS] = {
    {M_BATTERY_VOLTAGE, 100, 8},   {M_BATTERY_SOC, 1, 25},       {M_BATTERY_TEMPERATURE, 100, 20},
    {M_OUTPUT_FREQUENCY, 100, 10}, {M_PV_VOLTAGE, 100, 22},      {M_PV_POWER, 1, 6500},
    {M_PV_ENERGY, 100, 1.5},       {M_BATTERY_CURRENT, 10, 320}, {M_OUTPUT_VOLTAGE, 10, 60},
};

static double day_truth(int field, int at)
{
    double hour = at / 720.0, sun = fmax(0, sin((hour - 6) / 12 * 3.14159265358979));
    const double truth[DAY_FIELDS] = {
        25.5 + 2 * sun,
        50 + 40 * sin((hour - 6) / 24 * 6.28),
        20 + 8 * sun,
        50,
        sun > 0 ? 80 : 79,
        2000 * sun,
        100 + hour,
        80 * sun - 10,
        230,
    };

    return round(truth[field] * day_fields[field].per) / day_fields[field].per;
}

/* Every thousandth number is sixteen bits of noise; no wrong one is published, few right ones are
 * lost. */
static void a_day_with_garbage(void **state)
{
    struct gate *g = gate_of(2000);
    struct chance chance = chance_seeded(7);
    unsigned number = 0, wrong = 0, garbage = 0, missing = 0;

    (void)state;
    for (int i = 0; i < DAY_ROUNDS; i++) {
        struct reading r = {0};
        double value;
        for (int f = 0; f < DAY_FIELDS; f++) {
            bool is_garbage = ++number % 1000 == 0;
            value = is_garbage ? (double)chance_between(&chance, 0, 65535) / day_fields[f].per
                               : day_truth(f, i);
            garbage += is_garbage;
            assert_true(reading_put(&r, day_fields[f].metric, value));
        }
        gate_pass(g, &r, (i + 1) * 5 * second_us);
        for (int f = 0; f < DAY_FIELDS; f++) {
            bool is_there = reading_get(&r, day_fields[f].metric, &value);
            missing += !is_there;
            wrong += is_there && fabs(value - day_truth(f, i)) > day_fields[f].may;
        }
    }
    printf("gate: wrong published %u of %u, %u of %u numbers withheld\n", wrong, garbage, missing,
           number);
    assert_int_equal(wrong, 0);
    assert_in_range(missing, garbage / 3, garbage * DAY_FIELDS);
    assert_true(fabs(gate_total(g, M_PV_ENERGY) - day_truth(6, DAY_ROUNDS - 1)) < 1);
    gate_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(an_impossible_number_and_its_neighbours),
        cmocka_unit_test(a_broken_register),
        cmocka_unit_test(a_stray_number_never_passes),
        cmocka_unit_test(what_is_real_passes_one_reading_later),
        cmocka_unit_test(what_may_jump),
        cmocka_unit_test(what_a_day_can_make),
        cmocka_unit_test(what_leaves_is_the_total),
        cmocka_unit_test(another_unit_by_its_word),
        cmocka_unit_test(a_day_with_garbage),
    };

    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
