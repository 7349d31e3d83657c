/* The simulated plant: power and energy agree, counters only grow, the same hour is the same. */
#include "sim/plant.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const int64_t START_MS = INT64_C(1772323200000); /* 2026-03-01T00:00:00Z */
static const int64_t HOUR_MS = 3600000, DAY_MS = 86400000;

static bool is_near(double a, double b, double off)
{
    return fabs(a - b) <= off;
}

static void power_balances(void **state)
{
    struct plant p;

    (void)state;
    plant_init(&p, 7, 24, "mixed");
    for (int64_t t = 0; t < 3 * DAY_MS; t += 777777) {
        plant_to(&p, START_MS + t);
        const struct plant_now *n = plant_now(&p);
        assert_true(is_near(n->battery_w, n->charge_w - n->load_w, 1e-6));
        assert_true(is_near(n->charge_w, n->pv_w * 0.97, 1e-6));
        assert_true(is_near(n->battery_a * n->battery_v, n->battery_w, 1e-6));
        assert_true(is_near(n->pv_a * n->pv_v, n->pv_w, 1e-6));
        assert_true(n->pv_w >= 0 && n->pv_w <= 3000);
    }
}

static void battery_keeps_its_limits(void **state)
{
    static const char *const days[] = {"clear", "cloudy", "mixed", "night"};
    struct plant p;

    (void)state;
    for (int i = 0; i < 16; i++) {
        double nominal_v = 12 * (i % 4 + 1);
        plant_init(&p, 3, nominal_v, days[i / 4]);
        for (int64_t t = 0; t < 40 * DAY_MS; t += 123457) {
            plant_to(&p, START_MS + t);
            const struct plant_now *n = plant_now(&p);
            double volts = n->battery_v * 12 / nominal_v;
            assert_true(n->soc >= 20 - 1e-9 && n->soc <= 100);
            assert_true(volts >= 10.5 && volts <= 15);
            assert_true(n->load_w >= 0 && n->load_w <= 400);
            assert_true(n->pv_w >= 0 && n->pv_w <= (nominal_v < 24 ? 1200 : 3000));
        }
    }
}

/* Absorb at 14.4 V, float at 13.8 V, and panels that could give more than they may. */
static void full_battery_is_spared(void **state)
{
    struct plant p;
    double highest = 0;

    (void)state;
    plant_init(&p, 4, 24, "clear");
    for (int64_t t = 6 * HOUR_MS; t <= 14 * HOUR_MS; t += 60000) {
        plant_to(&p, START_MS + t);
        highest = fmax(highest, plant_now(&p)->battery_v);
    }
    const struct plant_now *n = plant_now(&p);
    assert_true(is_near(highest, 28.8, 0.2));
    assert_int_equal(n->stage, 3);
    assert_true(is_near(n->battery_v, 27.6, 0.2));
    assert_true(n->battery_w >= 0 && n->battery_w < 50);
    assert_true(n->pv_w < n->sun * 3000 / 2);
}

static void counters_only_grow(void **state)
{
    struct plant p;
    double pv = 0, load = 0;

    (void)state;
    plant_init(&p, 3, 48, NULL);
    for (int64_t t = 0; t < 40 * DAY_MS; t += 1234567) {
        plant_to(&p, START_MS + t);
        assert_true(plant_now(&p)->pv_kwh >= pv && plant_now(&p)->load_kwh >= load);
        pv = plant_now(&p)->pv_kwh;
        load = plant_now(&p)->load_kwh;
    }
}

static void a_step_back_changes_nothing(void **state)
{
    struct plant p;
    const int64_t noon = START_MS + 12 * HOUR_MS + 600000, back[] = {1, 60000, HOUR_MS, DAY_MS};

    (void)state;
    plant_init(&p, 3, 48, NULL);
    plant_to(&p, noon);
    struct plant before = p;
    for (size_t i = 0; i < sizeof back / sizeof *back; i++) {
        plant_to(&p, noon - back[i]);
        assert_memory_equal(&p.now, &before.now, sizeof p.now);
    }
}

/* What was highest today stays so until midnight, however fine one looks. */
static void highs_last_the_day(void **state)
{
    struct plant p;

    (void)state;
    plant_init(&p, 6, 24, "mixed");
    plant_to(&p, START_MS);
    struct plant_now then = *plant_now(&p);
    for (int64_t t = 7001; t < DAY_MS; t += 7001) {
        plant_to(&p, START_MS + t);
        const struct plant_now *n = plant_now(&p);
        assert_true(n->pv_v_high >= then.pv_v_high && n->pv_v_low <= then.pv_v_low);
        assert_true(n->battery_v_high >= then.battery_v_high);
        assert_true(n->pv_w_high >= then.pv_w_high && n->pv_w_high >= n->pv_w);
        assert_true(n->charge_a_high >= then.charge_a_high && n->charge_a_high >= n->charge_a);
        assert_true(n->battery_v_low <= then.battery_v_low);
        assert_true(n->battery_v <= n->battery_v_high && n->battery_v >= n->battery_v_low);
        then = *n;
    }
}

static void energy_is_the_sum_of_power(void **state)
{
    struct plant p;
    double pv = 0, load = 0;
    const int64_t step = 10000;

    (void)state;
    plant_init(&p, 5, 24, "cloudy");
    plant_to(&p, START_MS);
    struct plant_now first = *plant_now(&p), then = first;
    for (int64_t t = step; t <= DAY_MS; t += step) {
        plant_to(&p, START_MS + t);
        pv += (plant_now(&p)->pv_w + then.pv_w) / 2 * (double)step / 3.6e9;
        load += (plant_now(&p)->load_w + then.load_w) / 2 * (double)step / 3.6e9;
        then = *plant_now(&p);
    }
    assert_true(pv > 0.5 && load > 0.5);
    assert_true(is_near(then.pv_kwh - first.pv_kwh, pv, 0.005 * pv));
    assert_true(is_near(then.load_kwh - first.load_kwh, load, 0.005 * load));
}

static void started_again_it_is_the_same(void **state)
{
    struct plant stepped, jumped;

    (void)state;
    plant_init(&stepped, 11, 12, "clear");
    plant_init(&jumped, 11, 12, "clear");
    for (int64_t t = 0; t <= 5 * DAY_MS; t += 333333)
        plant_to(&stepped, START_MS + t);
    plant_to(&stepped, START_MS + 6 * DAY_MS);
    plant_to(&jumped, START_MS + 6 * DAY_MS);
    assert_memory_equal(plant_now(&stepped), plant_now(&jumped), sizeof(struct plant_now));
}

static void days_begin_at_nothing(void **state)
{
    struct plant p;

    (void)state;
    plant_init(&p, 2, 24, "clear");
    plant_to(&p, START_MS + 23 * HOUR_MS);
    assert_true(plant_now(&p)->pv_kwh_today > 1);
    plant_to(&p, START_MS + 24 * HOUR_MS + 1000);
    assert_true(plant_now(&p)->pv_kwh_today < 0.01);
    assert_true(plant_now(&p)->pv_kwh_month > 1); /* the first of the month was yesterday */
    assert_true(plant_now(&p)->pv_kwh_year > plant_now(&p)->pv_kwh_month);
}

static void months_and_years_begin_at_nothing(void **state)
{
    struct plant p;
    const int64_t new_year = INT64_C(1767225600000); /* 2026-01-01T00:00:00Z */

    (void)state;
    plant_init(&p, 2, 24, "clear");
    plant_to(&p, new_year - 1);
    assert_true(plant_now(&p)->pv_kwh_month > 10 && plant_now(&p)->load_kwh_year > 100);
    plant_to(&p, new_year);
    const struct plant_now *n = plant_now(&p);
    assert_true(n->pv_kwh_today <= 0 && n->pv_kwh_month <= 0 && n->pv_kwh_year <= 0);
    assert_true(n->load_kwh_today <= 0 && n->load_kwh_month <= 0 && n->load_kwh_year <= 0);
    assert_true(n->pv_kwh > 100 && n->load_kwh > 100);
    plant_to(&p, START_MS - 1);
    double year = plant_now(&p)->pv_kwh_year;
    plant_to(&p, START_MS); /* a new month of the same year */
    assert_true(n->pv_kwh_month <= 0 && n->pv_kwh_year >= year);
}

static void nights_are_dark(void **state)
{
    struct plant p;

    (void)state;
    for (int night = 0; night < 2; night++) {
        plant_init(&p, 2, 24, night ? "night" : "clear");
        for (int64_t t = 0; t < 2 * DAY_MS; t += 60000) {
            int64_t hour = t % DAY_MS / HOUR_MS;
            bool is_dark = night || hour < 6 || hour >= 18;
            plant_to(&p, START_MS + t);
            const struct plant_now *n = plant_now(&p);
            assert_int_equal(n->is_night, is_dark);
            if (is_dark) {
                assert_true(n->sun <= 0 && n->pv_w <= 0 && n->pv_a <= 0 && n->stage == 0);
                assert_true(n->pv_v >= 1 && n->pv_v <= 2);
            }
        }
    }
}

static void a_clock_never_set(void **state)
{
    struct plant p, anchored;

    (void)state;
    plant_init(&p, 2, 24, "clear");
    plant_init(&anchored, 2, 24, "clear");
    plant_to(&p, 12 * HOUR_MS - 7 * DAY_MS); /* noon, before 1970 */
    plant_to(&anchored, INT64_C(1735689600000) + 12 * HOUR_MS);
    assert_true(plant_now(&p)->pv_w > 0);
    assert_memory_equal(plant_now(&p), plant_now(&anchored), sizeof(struct plant_now));
    plant_to(&p, START_MS); /* then somebody sets it */
    plant_to(&anchored, START_MS);
    assert_memory_equal(plant_now(&p), plant_now(&anchored), sizeof(struct plant_now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_balances),
        cmocka_unit_test(battery_keeps_its_limits),
        cmocka_unit_test(full_battery_is_spared),
        cmocka_unit_test(counters_only_grow),
        cmocka_unit_test(a_step_back_changes_nothing),
        cmocka_unit_test(highs_last_the_day),
        cmocka_unit_test(energy_is_the_sum_of_power),
        cmocka_unit_test(started_again_it_is_the_same),
        cmocka_unit_test(days_begin_at_nothing),
        cmocka_unit_test(months_and_years_begin_at_nothing),
        cmocka_unit_test(nights_are_dark),
        cmocka_unit_test(a_clock_never_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
