/* Two small rules of the keeper: which tick is the newest, and how late rounds are. */
#include "collector/intake/keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void which_tick_is_the_newest(void **state)
{
    static const int64_t T = 1780000000000, HOUR = 3600000;
    const struct {
        int64_t known, heard, then;
    } rows[] = {
        {0, T, T},
        {T, T, T},
        {T, T + 5000, T + 5000},
        {T, T - 5000, T},                /* a slow bus is late */
        {T, T - HOUR, T},                /* the end of summer time is no other clock */
        {T, T - HOUR - 1, T - HOUR - 1}, /* the clock was set back */
        {50 * T, T, T},                  /* from the far future */
        {T, 50 * T, 50 * T},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (keeper_tick(rows[i].known, rows[i].heard) != rows[i].then)
            fail_msg("row %zu", i);
}

/* 90 rounds began within their first millisecond, 9 in the fifth, one far too late. */
static void how_late_rounds_are(void **state)
{
    static const struct {
        double share, ms;
    } rows[] = {{0.5, 1}, {0.9, 1}, {0.91, 5}, {0.95, 5}, {0.99, 5}, {1, LATE_STEPS}};
    static struct keeper k;

    (void)state;
    assert_true(keeper_late_ms(&k, 0.99) <= 1); /* none yet */
    k.late[0] = 90;
    k.late[4] = 9;
    k.late[LATE_STEPS - 1] = 1;
    k.rounds = 100;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (keeper_late_ms(&k, rows[i].share) != rows[i].ms)
            fail_msg("%g of all: %g ms", rows[i].share, keeper_late_ms(&k, rows[i].share));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_tick_is_the_newest),
        cmocka_unit_test(how_late_rounds_are),
    };

    return cmocka_run_group_tests_name("keeper rules", tests, NULL, NULL);
}
