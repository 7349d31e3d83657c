/* Means over a window: what was not heard is not made up. */
#include "collector/rules/rule_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t S = 1000000, MINUTE = 60000000;

static struct rule_window window;
static double volts, charge_a, discharge_a;

static double means(int64_t now_us)
{
    return rule_window_means(&window, now_us, &volts, &charge_a, &discharge_a);
}

static void is_about(double value, double wanted)
{
    if (value < wanted - 0.001 || value > wanted + 0.001)
        fail_msg("%g is not %g", value, wanted);
}

static void nothing_heard(void **unused)
{
    (void)unused;
    rule_window_begin(&window, 30 * MINUTE, 10 * S);
    is_about(means(100 * MINUTE), 0);
    is_about(volts, 0);
}

static void charge_and_discharge_apart(void **unused)
{
    (void)unused;
    rule_window_begin(&window, 30 * MINUTE, 10 * S);
    for (int64_t t = 100 * MINUTE; t < 130 * MINUTE; t += 10 * S)
        rule_window_add(&window, t, 58, t / (10 * S) % 2 ? 20 : -20);
    is_about(means(130 * MINUTE - 10 * S), 1);
    is_about(volts, 58);
    is_about(charge_a, 10); /* a mean of nothing would look like an end */
    is_about(discharge_a, 10);
}

static void what_is_old_is_gone(void **unused)
{
    (void)unused;
    rule_window_begin(&window, 30 * MINUTE, 10 * S);
    for (int64_t t = 100 * MINUTE; t < 130 * MINUTE; t += 10 * S)
        rule_window_add(&window, t, 50, 30);
    for (int64_t t = 130 * MINUTE; t < 160 * MINUTE; t += 10 * S)
        rule_window_add(&window, t, 58, 2);
    is_about(means(160 * MINUTE - 10 * S), 1);
    is_about(volts, 58);
    is_about(means(174 * MINUTE + 59 * S), 0.5);
    is_about(means(300 * MINUTE), 0);
}

/* However slowly a device is asked, the window can be covered; and a gap shows. */
static void slow_devices_and_gaps(void **unused)
{
    (void)unused;
    rule_window_begin(&window, 30 * MINUTE, 2 * MINUTE);
    for (int64_t t = 100 * MINUTE; t < 140 * MINUTE; t += 2 * MINUTE)
        rule_window_add(&window, t, 58, 2);
    is_about(means(138 * MINUTE), 1);
    rule_window_begin(&window, 30 * MINUTE, 10 * S);
    for (int64_t t = 100 * MINUTE; t < 130 * MINUTE; t += 10 * S)
        if (t < 110 * MINUTE || t >= 116 * MINUTE)
            rule_window_add(&window, t, 58, 2);
    is_about(means(130 * MINUTE - 10 * S), 0.8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_heard),
        cmocka_unit_test(charge_and_discharge_apart),
        cmocka_unit_test(what_is_old_is_gone),
        cmocka_unit_test(slow_devices_and_gaps),
    };

    return cmocka_run_group_tests_name("rule_window", tests, NULL, NULL);
}
