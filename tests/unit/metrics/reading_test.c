/* What is put into a reading. */
#include "metrics/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 52.81 V times 11 A: whoever reckoned, it is stored in two decimals. */
static void decimals_that_reckoning_made(void **state)
{
    struct reading r = {.count = 0};
    double watts = 0;

    (void)state;
    assert_true(reading_put(&r, M_BATTERY_POWER, 52.81 * 11));
    assert_true(reading_get(&r, M_BATTERY_POWER, &watts));
    assert_true(watts >= 580.91 && watts <= 580.91);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_that_reckoning_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
