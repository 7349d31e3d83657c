/* When a turn of a MATE's duties is due, whatever the pace of rounds. */
#include "drivers/mate/duties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 7 };
static const int64_t START_US = 1000000000, S = 1000000;

static void turns(void **state)
{
    static const struct {
        const char *what;
        struct {
            int second; /* since the first round */
            bool is_due;
        } rounds[ROUNDS]; /* up to one at 0 that is not the first */
    } rows[] = {
        {"a snapshot", {{0, false}}},
        {"every ten seconds",
         {{0, false}, {10, false}, {20, false}, {30, true}, {40, false}, {60, true}}},
        {"a little early",
         {{0, false}, {28, false}, {29, true}, {30, false}, {58, false}, {59, true}}},
        {"a little late", {{0, false}, {33, true}, {59, true}}},
        {"every forty", {{0, false}, {40, true}, {80, true}, {120, true}, {160, true}}},
        {"every hundred", {{0, false}, {100, true}, {200, true}, {300, true}}},
        {"after a pause nothing is made up for",
         {{0, false},
          {30, true},
          {300, true},
          {310, false},
          {320, false},
          {329, true},
          {340, false}}},
        {"just when two are due", {{0, false}, {60, true}, {70, false}, {88, false}, {89, true}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mate_duties d = {.next_us = 0};
        unsigned taken = 0;
        for (int k = 0; k < ROUNDS && (k == 0 || rows[i].rounds[k].second); k++) {
            bool is_due = mate_duties_are_due(&d, START_US + rows[i].rounds[k].second * S);
            if (is_due != rows[i].rounds[k].is_due)
                fail_msg("%s: after %d s", rows[i].what, rows[i].rounds[k].second);
            taken += is_due;
            assert_int_equal(d.turns, taken);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(turns)};

    return cmocka_run_group_tests_name("duties due", tests, NULL, NULL);
}
