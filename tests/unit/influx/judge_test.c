/* What cannot be true is found; what only looks odd is left alone. */
#include "influx/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const int64_t MINUTE_NS = 60000000000;
static const int64_t START_NS = 1700000000000000000;

static struct point p;

static void point_at(int64_t minute)
{
    p = (struct point){.measurement = "solar", .series = "solar"};
    p.at_ns = START_NS + minute * MINUTE_NS;
}

static void put(const char *name, double value)
{
    p.fields[p.field_count].name = name;
    p.fields[p.field_count].is_there = p.fields[p.field_count].is_number = true;
    p.fields[p.field_count++].value = value;
}

static void feed(struct judge *j, const char *name, int64_t minute, double value)
{
    point_at(minute);
    put(name, value);
    judge_point(j, &p);
}

static bool has(const struct judge *j, int64_t minute, enum judge_reason reason)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->findings[i].at_ns == START_NS + minute * MINUTE_NS &&
            j->findings[i].reason == reason)
            return true;
    return false;
}

/* ---- single values ----------------------------------------------------------------------- */

static void codes_of_the_old_program(void **state)
{
    static const struct {
        const char *field;
        double value;
        int reason; /* -1: it may be true */
    } rows[] = {
        {"BAvolt", -2, JUDGE_CODE},
        {"BAperc", -2, JUDGE_CODE},
        {"BAperc", -200, JUDGE_CODE},
        {"BAperc", -0.02, JUDGE_NEGATIVE},
        {"BAperc", -0.01, JUDGE_NEGATIVE},
        {"PVwatt", -131074, JUDGE_CODE},
        {"PVwatt", -131072 + 61.25, JUDGE_HALF},
        {"DCwatt", -131072, JUDGE_HALF},
        {"PVwatt", 65534, JUDGE_RANGE},
        {"DCkwh", -12, JUDGE_NEGATIVE},
        {"PVvolt", 655.35, JUDGE_RANGE},
        {"BAamps", 0, -1},
        {"BAperc", 1, -1},
        {"PVwatt", 655.33, -1},
        {"PVwatt", 1310.69, -1},
        {"Whatever", -2, -1},
        {"battery_voltage", -2, JUDGE_RANGE},
        {"battery_current", -2, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct judge j = {0};
        feed(&j, rows[i].field, 0, rows[i].value);
        judge_end(&j);
        assert_int_equal(j.count, rows[i].reason >= 0);
        if (j.count)
            assert_int_equal(j.findings[0].reason, rows[i].reason);
        judge_done(&j);
    }
}

static void products_of_failed_reads(void **state)
{
    static const struct {
        double volts, amps, product;
        bool is_wrong;
    } rows[] = {
        {-2, -2, 4, true},    {-2, 3, -6, true},
        {60, -2, -120, true}, {20, 0.2, 4, false}, /* a true 4 */
        {-2, 0, 0, false}, /* nothing times anything is nothing: it is true */
        {0, -2, 0, false},    {60, 3, 180, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct judge j = {0};
        bool is_found = false;
        point_at(0);
        put("PVvolt", rows[i].volts);
        put("PVamps", rows[i].amps);
        put("PVwattfix", rows[i].product);
        judge_point(&j, &p);
        for (size_t k = 0; k < j.count; k++)
            is_found |= !strcmp(j.fields[j.findings[k].field], "PVwattfix");
        assert_int_equal(is_found, rows[i].is_wrong);
        judge_done(&j);
    }
}

static void metrics_keep_to_their_range(void **state)
{
    struct judge j = {0};

    (void)state;
    feed(&j, "battery_current", 0, -2); /* out of the battery: as true as can be */
    feed(&j, "battery_temperature", 0, -2);
    feed(&j, "battery_voltage", 0, 0);
    assert_int_equal(j.count, 0);
    feed(&j, "battery_voltage", 1, -2);
    feed(&j, "battery_soc", 2, 655.35);
    assert_int_equal(j.count, 2);
    judge_done(&j);
}

/* ---- counters ---------------------------------------------------------------------------- */

static const double UNITS[6] = {400, 380, 610, 150, 520, 790};

/* What the old program wrote as a sum: a lost unit counts -2. */
static double sum_without(unsigned lost, double grown)
{
    double sum = 0;

    for (unsigned i = 0; i < 6; i++)
        sum += lost & 1u << i ? -2 : UNITS[i] + grown / 6;
    return sum;
}

static void one_lost_addend(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int64_t t = 0; t < 600; t++)
        feed(&j, "PVkwh", t,
             sum_without(t == 100 || (t > 200 && t < 260) ? 8 : 0, 0.01 * (double)t));
    judge_end(&j);
    assert_int_equal(j.count, 60);
    assert_true(has(&j, 100, JUDGE_DIP) && has(&j, 201, JUDGE_DIP) && has(&j, 259, JUDGE_DIP));
    judge_done(&j);
}

/* Two units fail together and come back one by one. */
static void lost_together_back_apart(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int64_t t = 0; t < 600; t++)
        feed(&j, "PVkwh", t, sum_without(t < 100 || t >= 140 ? 0 : t < 120 ? 1 | 32 : 1, 0));
    judge_end(&j);
    assert_int_equal(j.count, 40);
    judge_done(&j);
}

/* A unit is replaced and begins at nothing. Months later the sum is where it was, and just then
 * one read fails: only that one point is wrong, not the months. */
static void replaced_long_ago(void **state)
{
    struct judge j = {0};
    int64_t t = 0;

    (void)state;
    for (; t < 1000; t++)
        feed(&j, "PVkwh", t, 2850);
    for (; t < 100000; t++)
        feed(&j, "PVkwh", t, 2700 + 0.0015 * (double)(t - 1000));
    feed(&j, "PVkwh", t++, 2848.5 - 402);
    for (; t < 102000; t++)
        feed(&j, "PVkwh", t, 2850 + 0.0015 * (double)(t - 100000));
    judge_end(&j);
    assert_int_equal(j.count, 1);
    assert_true(has(&j, 100000, JUDGE_DIP));
    assert_int_equal(j.anew, 1);
    judge_done(&j);
}

/* Replaced by a unit that has counted more; a lost addend a week later. */
static void replaced_by_a_larger_counter(void **state)
{
    struct judge j = {0};
    int64_t t = 0;

    (void)state;
    for (; t < 1000; t++)
        feed(&j, "PVkwh", t, 2850);
    for (; t < 11000; t++)
        feed(&j, "PVkwh", t, 4000 + 0.001 * (double)(t - 1000));
    feed(&j, "PVkwh", t++, 4010 - 402);
    for (; t < 12000; t++)
        feed(&j, "PVkwh", t, 4010 + 0.001 * (double)(t - 11000));
    judge_end(&j);
    assert_int_equal(j.count, 1);
    assert_true(has(&j, 11000, JUDGE_DIP));
    judge_done(&j);
}

/* Dips below a level that is itself new are found as well. */
static void dips_after_a_wrap(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int64_t t = 0; t < 3000; t++)
        feed(&j, "DCkwh", t,
             (t < 1000 ? 3000 : 3000 - 655.36) + 0.001 * (double)t -
                 (t == 1200 || t == 2900 ? 152 : 0));
    judge_end(&j);
    assert_int_equal(j.count, 2);
    assert_true(has(&j, 1200, JUDGE_DIP) && has(&j, 2900, JUDGE_DIP));
    assert_int_equal(j.anew, 1);
    judge_done(&j);
}

/* Six clocks say midnight at six different minutes; then nobody wrote for an hour of sun. */
static void midnight_comes_in_steps(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int day = 0; day < 3; day++)
        for (int64_t t = 0; t < 1440; t++) {
            double sun = t < 360 ? 0 : t > 1080 ? 1 : (double)(t - 360) / 720, sum = 0;
            if (t > 700 && t < 760)
                continue;
            for (int unit = 0; unit < 6; unit++)
                sum += day && t < 5 + 3 * unit ? 5.0 : 5.0 * sun;
            feed(&j, "PVkwh2d", day * 1440 + t, sum);
        }
    judge_end(&j);
    assert_int_equal(j.count, 0);
    judge_done(&j);
}

static void dips_of_a_day(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int64_t t = 0; t < 2880; t++) {
        double of_day = (double)(t % 1440) / 48;
        feed(&j, "PVkwh2d", t, of_day - (t == 700 || t == 2200 ? of_day / 6 + 2 : 0));
    }
    judge_end(&j);
    assert_int_equal(j.count, 2);
    assert_true(has(&j, 700, JUDGE_DIP) && has(&j, 2200, JUDGE_DIP));
    assert_int_equal(j.anew, 0); /* every night is nothing to speak of */
    judge_done(&j);
}

static void one_spike(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int64_t t = 0; t < 4000; t++)
        feed(&j, "pv_energy", t, t == 500 ? 65535 : 1000 + 0.001 * (double)t);
    judge_end(&j);
    assert_int_equal(j.count, 1);
    assert_true(has(&j, 500, JUDGE_SPIKE));
    judge_done(&j);
}

/* A new unit counts from nothing and soon passes the little the old one had. */
static void grows_back_by_itself(void **state)
{
    struct judge j = {0};

    (void)state;
    for (int64_t t = 0; t < 1000; t++)
        feed(&j, "pv_energy", t, t < 200 ? 1.5 : 0.005 * (double)(t - 200));
    judge_end(&j);
    assert_int_equal(j.count, 0);
    judge_done(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_of_the_old_program),
        cmocka_unit_test(products_of_failed_reads),
        cmocka_unit_test(metrics_keep_to_their_range),
        cmocka_unit_test(one_lost_addend),
        cmocka_unit_test(lost_together_back_apart),
        cmocka_unit_test(replaced_long_ago),
        cmocka_unit_test(replaced_by_a_larger_counter),
        cmocka_unit_test(dips_after_a_wrap),
        cmocka_unit_test(midnight_comes_in_steps),
        cmocka_unit_test(dips_of_a_day),
        cmocka_unit_test(one_spike),
        cmocka_unit_test(grows_back_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
