/* When the watchdog is fed. */
#include "collector/daemon/alive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void twice_as_often_as_it_bites(void **state)
{
    static const struct {
        int64_t now_us, fed_us, period_us;
        bool is_due;
    } rows[] = {
        {0, 0, 0, false}, /* there is none */
        {90000000, 0, 0, false},
        {14999999, 0, 30000000, false},
        {15000000, 0, 30000000, true},
        {16000000, 0, 30000000, true},
        {114999999, 100000000, 30000000, false},
        {115000000, 100000000, 30000000, true},
        {1000000, 0, 2000000, true},
        {999999, 0, 2000000, false},
        {90000000, 0, 3600000000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (watchdog_is_due(rows[i].now_us, rows[i].fed_us, rows[i].period_us) != rows[i].is_due)
            fail_msg("row %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(twice_as_often_as_it_bites)};

    return cmocka_run_group_tests_name("alive", tests, NULL, NULL);
}
