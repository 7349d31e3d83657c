/* The ends of every metric's range are possible, and nothing beyond them. */
#include "metrics/catalogue.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void ranges(void **state)
{
    (void)state;
    for (int i = M_NONE + 1; i < METRIC_COUNT; i++) {
        enum metric m = (enum metric)i;
        double least = catalogue[m].least, most = catalogue[m].most;
        if (!metric_is_possible(m, least) || !metric_is_possible(m, most))
            fail_msg("%s: an end of its range is not possible", catalogue[m].name);
        if (metric_is_possible(m, nextafter(least, -INFINITY)) ||
            metric_is_possible(m, nextafter(most, INFINITY)))
            fail_msg("%s: more than its range is possible", catalogue[m].name);
        assert_false(metric_is_possible(m, NAN));
        assert_false(metric_is_possible(m, INFINITY));
        assert_false(metric_is_possible(m, -INFINITY));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges)};

    return cmocka_run_group_tests_name("possible values", tests, NULL, NULL);
}
