/* Which moments a clock may show, and which somebody may have measured. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t Y2000 = 946684800000, Y2026 = 1767225600000, Y2050 = 2524608000000,
                     Y2100 = 4102444800000;

static void moments(void **state)
{
    const struct {
        int64_t wall_ms;
        bool is_trusted, is_possible;
    } rows[] = {
        {INT64_MIN, false, false}, {-1, false, false},        {0, false, false},
        {1000, false, false},      {Y2000 - 1, false, false}, {Y2000, false, true},
        {Y2026 - 1, false, true},  {Y2026, true, true},       {Y2050 - 1, true, true},
        {Y2050, false, true},      {Y2100 - 1, false, true},  {Y2100, false, false},
        {INT64_MAX, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (clock_is_trusted(rows[i].wall_ms) != rows[i].is_trusted)
            fail_msg("row %zu: trusted", i);
        if (clock_is_possible(rows[i].wall_ms) != rows[i].is_possible)
            fail_msg("row %zu: possible", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(moments)};

    return cmocka_run_group_tests_name("trusted clocks", tests, NULL, NULL);
}
