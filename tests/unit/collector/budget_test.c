/* So many writes a day, and what is given back. */
#include "base/clock.h"
#include "collector/run/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t DAY_MS = 86400000;

static char folder[64];
static struct section section;
static struct device device = {.name = "tracer@rtu:/dev/tty1", .section = &section};

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_budget_XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    clock_take(INT64_C(1780000000000));
    return section_from_words("device", "south", "writes_per_day=5", &section);
}

static int end(void **state)
{
    char command[100];

    (void)state;
    section_done(&section);
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void a_day(void **state)
{
    static const struct {
        unsigned take, give_back; /* one of them */
        bool is_denied;
        int days; /* that go by before */
    } rows[] = {
        {4, 0, false, 0}, {2, 0, true, 0},  {1, 0, false, 0}, {1, 0, true, 0}, {0, 2, false, 0},
        {3, 0, true, 0},  {2, 0, false, 0}, {0, 9, false, 0}, /* all of them */
        {5, 0, false, 0}, {1, 0, true, 0},  {5, 0, false, 1}, {1, 0, true, 0}, {6, 0, true, 1},
        {5, 0, false, 0}, {0, 1, false, 1}, {5, 0, false, 0}, {1, 0, true, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told told = {.is_dry = false};
        clock_step(rows[i].days * DAY_MS);
        if (rows[i].give_back) {
            budget_give_back(&device, rows[i].give_back);
            continue;
        }
        int rc = budget_take(&device, rows[i].take, &told);
        if (rc != (rows[i].is_denied ? ERR_DENIED : OK))
            fail_msg("row %zu: %d, %s", i, rc, told.why);
        assert_int_equal(told.denial == DENIED_BY_BUDGET, rows[i].is_denied);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(a_day, begin, end)};

    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
