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
        assert_true(n->battery_v > 20 && n->battery_v < 31);
        assert_true(n->soc >= 19 && n->soc <= 100);
        assert_true(n->pv_w >= 0 && n->pv_w <= 3000);
    }
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
    plant_to(&p, START_MS); /* a step back changes nothing */
    assert_true(plant_now(&p)->pv_kwh == pv);
}

static void energy_is_the_sum_of_power(void **state)
{
    struct plant p;
    double kwh = 0, before = 0, first;
    const int64_t step = 10000;

    (void)state;
    plant_init(&p, 5, 24, "cloudy");
    plant_to(&p, START_MS);
    first = plant_now(&p)->pv_kwh;
    for (int64_t t = step; t <= DAY_MS; t += step) {
        plant_to(&p, START_MS + t);
        kwh += (plant_now(&p)->pv_w + before) / 2 * (double)step / 3.6e9;
        before = plant_now(&p)->pv_w;
    }
    assert_true(kwh > 0.5);
    assert_true(is_near(plant_now(&p)->pv_kwh - first, kwh, 0.005 * kwh));
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

static void nights_are_dark(void **state)
{
    struct plant p;

    (void)state;
    plant_init(&p, 2, 24, "clear");
    plant_to(&p, START_MS + 2 * HOUR_MS);
    assert_true(plant_now(&p)->is_night && plant_now(&p)->pv_w <= 0);
    plant_to(&p, START_MS + 12 * HOUR_MS);
    assert_true(!plant_now(&p)->is_night && plant_now(&p)->pv_w > 0);
    plant_init(&p, 2, 24, "night");
    plant_to(&p, START_MS + 12 * HOUR_MS);
    assert_true(plant_now(&p)->is_night);
}

static void a_clock_never_set(void **state)
{
    struct plant p;

    (void)state;
    plant_init(&p, 2, 24, "clear");
    plant_to(&p, 12 * HOUR_MS); /* noon of 1970-01-01 */
    assert_true(plant_now(&p)->pv_w > 0 && plant_now(&p)->soc <= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_balances),
        cmocka_unit_test(counters_only_grow),
        cmocka_unit_test(energy_is_the_sum_of_power),
        cmocka_unit_test(started_again_it_is_the_same),
        cmocka_unit_test(days_begin_at_nothing),
        cmocka_unit_test(nights_are_dark),
        cmocka_unit_test(a_clock_never_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
