/* The step of a chart: round, never so short that there are more points than asked for, and never
 * so long that all of it is one point without need. */
#include "web/inside.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t DAY_MS = 86400000, now_ms = INT64_C(1795251653000);

static int64_t touched(int64_t from_ms, int64_t to_ms, int64_t step_ms)
{
    return (to_ms - 1) / step_ms - from_ms / step_ms + 1;
}

static void spans(void **state)
{
    static const struct {
        int64_t days;
        unsigned points;
        int64_t step_s;
    } facts[] = {
        {1, 500, 300},         {1, 5000, 30},          {365, 500, 86400},
        {3650, 530, 604800},   {3650, 500, 1209600}, /* one too many for weeks */
        {365, 50, 1209600},    {3650, 360, 1209600},   {3650, 150, 2592000},
        {36500, 500, 7776000}, {36500, 120, 31536000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        int64_t step = step_between(now_ms - facts[i].days * DAY_MS, now_ms, facts[i].points);
        assert_int_equal(step, facts[i].step_s * MS_PER_S);
    }
}

/* Whatever is asked for: no more than that, and at least a quarter of it where a step of years
 * does. */
static void as_many_points_as_there_may_be(void **state)
{
    (void)state;
    for (unsigned points = 2; points <= POINTS_MOST; points = points * 3 / 2 + 1)
        for (int64_t days = 1; days < 20000; days = days * 5 / 4 + 1) {
            int64_t from = now_ms - days * DAY_MS, step = step_between(from, now_ms, points);
            assert_true(touched(from, now_ms, step) <= points);
            if (days * 86400 > points && points > 20)
                assert_true(touched(from, now_ms, step) * 7 >= points);
        }
}

static void ends_of_time(void **state)
{
    (void)state;
    for (unsigned points = 1; points <= POINTS_MOST; points += 333) {
        int64_t step = step_between(-INT64_C(86400000000000), INT64_C(253402214400000), points);
        assert_true(step > 0 && step < INT64_MAX / 2);
        assert_true(step_between(0, 1, points) == MS_PER_S);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans),
        cmocka_unit_test(as_many_points_as_there_may_be),
        cmocka_unit_test(ends_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
