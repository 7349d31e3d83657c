/* Lifetime counters at the gate: whatever happens to them, the totals go on as they should. */
#include "collector/intake/gate.h"

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

enum trouble {
    STRAY_ZERO,
    THREE_ZEROS,
    ZEROS_AT_DAWN, /* it shows 0 for a minute while it starts */
    ONE_PERCENT_LESS,
    LESS_FOR_A_MINUTE,
    STRAY_HIGH,
    WRAPS,
    NEW_AT_ZERO,
    USED_LOWER,
    USED_HIGHER
};

static const struct counter_case {
    const char *name;
    enum trouble trouble;
    double start, span; /* span: where it wraps */
    bool is_restarted;  /* the collector is, just before the trouble */
    double stands_at;   /* of a replaced unit */
    bool is_news;
} counter_cases[] = {
    {"a stray 0", STRAY_ZERO, 1234.5, 0, false, 0, false},
    {"a stray 0 after a restart", STRAY_ZERO, 1234.5, 0, true, 0, false},
    {"three zeros", THREE_ZEROS, 1234.5, 0, false, 0, false},
    {"zeros for a minute", ZEROS_AT_DAWN, 1234.5, 0, false, 0, true},
    {"1 % less", ONE_PERCENT_LESS, 1234.5, 0, false, 0, false},
    {"1 % less after a restart", ONE_PERCENT_LESS, 1234.5, 0, true, 0, false},
    {"1 % less for a minute", LESS_FOR_A_MINUTE, 1234.5, 0, false, 0, true},
    {"a stray 655.35", STRAY_HIGH, 123.45, 0, false, 0, false},
    {"2^16 x 0.01 wraps", WRAPS, 655.305, 655.36, false, 0, true},
    {"2^16 x 0.1 wraps", WRAPS, 6553.505, 6553.6, false, 0, true},
    {"2^16 x 0.01 wraps at a restart", WRAPS, 655.165, 655.36, true, 0, true},
    {"2^32 x 0.001 wraps", WRAPS, 4294967.251, 4294967.296, false, 0, true},
    {"replaced, new", NEW_AT_ZERO, 1234.5, 0, false, 0, true},
    {"replaced at a restart, new", NEW_AT_ZERO, 1234.5, 0, true, 0, true},
    {"replaced, used, less", USED_LOWER, 8234.5, 0, false, 5000, true},
    {"replaced at a restart, used, less", USED_LOWER, 8234.5, 0, true, 5000, true},
    {"replaced, used, more", USED_HIGHER, 1234.5, 0, false, 5000, true},
};

enum { COUNTER_ROUNDS = 200, TROUBLE_AT = 20 };
static const double step_kwh = 0.01; /* each round, exactly one count */

/* What the wire says in round i. */
static double said_in(const struct counter_case *c, int i)
{
    double truth = c->start + i * step_kwh, since = (i - TROUBLE_AT) * step_kwh;

    if (c->trouble == WRAPS)
        return fmod(truth, c->span);
    if (i < TROUBLE_AT)
        return truth;
    switch (c->trouble) {
    case STRAY_ZERO:
        return i == TROUBLE_AT ? 0 : truth;
    case THREE_ZEROS:
        return i < TROUBLE_AT + 3 ? 0 : truth;
    case ZEROS_AT_DAWN:
        return i < TROUBLE_AT + 12 ? 0 : truth;
    case ONE_PERCENT_LESS:
        return i == TROUBLE_AT ? truth * 0.99 : truth;
    case LESS_FOR_A_MINUTE:
        return i < TROUBLE_AT + 12 ? truth * 0.99 : truth;
    case STRAY_HIGH:
        return i == TROUBLE_AT ? 655.35 : truth;
    case NEW_AT_ZERO:
    case USED_LOWER:
    case USED_HIGHER:
        return c->stands_at + since;
    default:
        return truth;
    }
}

static struct gate *restarted(struct gate *g)
{
    struct gate_counter kept[4];
    struct gate *again = gate_of(0);

    assert_int_equal(gate_changed(g, kept, 4), 1);
    assert_int_equal(gate_changed(g, kept + 1, 3), 0);
    gate_restore(again, &kept[0]);
    gate_free(g);
    return again;
}

/* The total at the end against what was really made. A unit with a past was never seen making the
 * count between the last reading of the old one and its own first. */
static double error_of(const struct counter_case *c)
{
    struct gate *g = gate_of(0);
    double total = c->start, truth = c->start + (COUNTER_ROUNDS - 1) * step_kwh;
    bool is_news = false;

    if (c->trouble == USED_LOWER || c->trouble == USED_HIGHER || c->trouble == NEW_AT_ZERO)
        truth -= step_kwh;
    for (int i = 0; i < COUNTER_ROUNDS; i++) {
        struct reading r = {0};
        double value;
        if (i == TROUBLE_AT && c->is_restarted)
            g = restarted(g);
        assert_true(reading_put(&r, M_PV_ENERGY, said_in(c, i)));
        gate_pass(g, &r, (i + 1) * 5 * second_us);
        is_news |= *gate_news(g) != '\0';
        assert_string_equal(gate_news(g), ""); /* once */
        if (!reading_get(&r, M_PV_ENERGY, &value))
            continue;
        if (value < total - 1e-6)
            fail_msg("%s: the total falls from %.6f to %.6f", c->name, total, value);
        total = value;
    }
    if (is_news != c->is_news)
        fail_msg("%s: %s", c->name, is_news ? "news of a replaced unit" : "no news");
    gate_free(g);
    return fabs(total - truth);
}

static void counters_go_on(void **state)
{
    const size_t count = sizeof counter_cases / sizeof *counter_cases;
    double sum = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        double error = error_of(&counter_cases[i]);
        if (error > 1e-6)
            print_error("%s: off by %.6f kWh\n", counter_cases[i].name, error);
        sum += error;
    }
    printf("counters: kWh error %.6g in %zu cases\n", round(sum * 1e6) / 1e6, count);
    assert_true(sum < 1e-6);
}

static void the_news(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    assert_string_equal(gate_news(g), "");
    assert_true(passes(g, M_PV_ENERGY, 1234.5, 5));
    assert_true(passes(g, M_PV_ENERGY, 1234.5, 10));
    for (int64_t s = 15; s < 30; s += 5)
        assert_false(passes(g, M_PV_ENERGY, 0.3, s));
    assert_string_equal(gate_news(g), "");
    assert_true(passes(g, M_PV_ENERGY, 0.3, 30));
    assert_string_equal(gate_news(g),
                        "pv_energy began anew at 0.3 after 1234.5: a replaced unit, or "
                        "a counter that wrapped");
    assert_string_equal(gate_news(g), "");
    assert_int_equal(gate_count(g, GATE_COUNTER), 3);
    gate_free(g);
}

static void two_pieces_of_news(void **state)
{
    struct gate *g = gate_of(0);
    const char *news;

    (void)state;
    for (int64_t s = 5; s < 50; s += 5) {
        struct reading r = {0};
        assert_true(reading_put(&r, M_PV_ENERGY, s < 25 ? 100 : 1));
        assert_true(reading_put(&r, M_LOAD_ENERGY, s < 25 ? 50 : 1));
        gate_pass(g, &r, s * second_us);
    }
    news = gate_news(g);
    assert_non_null(strstr(news, "pv_energy began anew at 1 after 100"));
    assert_non_null(strstr(news, "; load_energy began anew at 1 after 50"));
    gate_free(g);
}

static void the_first_number_is_garbage(void **state)
{
    struct gate *g = gate_of(0);

    (void)state;
    assert_true(passes(g, M_PV_ENERGY, 65535, 5)); /* nobody can know */
    for (int64_t s = 10; s < 100; s += 5)
        assert_true(passes(g, M_PV_ENERGY, 1234.5, s) == (s >= 25));
    assert_true(fabs(gate_total(g, M_PV_ENERGY) - 1234.5) <
                1e-9); /* but it is not counted for ever */
    assert_string_equal(gate_news(g), "");
    gate_free(g);
}

static void large_steps(void **state)
{
    struct gate *g = gate_of(5000);

    (void)state;
    assert_true(passes(g, M_PV_ENERGY, 1230, 5));
    for (int64_t s = 10; s < 4 * 3600; s += 5)
        assert_true(passes(g, M_PV_ENERGY, 1230, s));
    for (int64_t s = 4 * 3600; s < 4 * 3600 + 30; s += 5) /* it counts tens of kWh */
        assert_true(passes(g, M_PV_ENERGY, 1240, s) == (s >= 4 * 3600 + 15));
    assert_true(fabs(gate_total(g, M_PV_ENERGY) - 1240) < 1e-9);
    gate_free(g);
}

static void a_long_gap(void **state)
{
    struct gate *g = gate_of(5000);

    (void)state;
    assert_true(passes(g, M_PV_ENERGY, 1230, 5));
    assert_true(passes(g, M_PV_ENERGY, 1250, 6 * 3600)); /* the wire was cut, the sun was not */
    assert_true(passes(g, M_OPERATING_TIME, 100, 6 * 3600));
    assert_true(passes(g, M_CO2_SAVED, 10, 6 * 3600));
    assert_true(passes(g, M_CO2_SAVED, 10, 6 * 3600));
    gate_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_go_on),     cmocka_unit_test(the_news),
        cmocka_unit_test(two_pieces_of_news), cmocka_unit_test(the_first_number_is_garbage),
        cmocka_unit_test(large_steps),        cmocka_unit_test(a_long_gap),
    };

    return cmocka_run_group_tests_name("counter", tests, NULL, NULL);
}
