/* Growing pauses, and the chance behind them. */
#include "base/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void pauses_stay_below_a_doubling_cap(void **state)
{
    struct chance c = chance_seeded(1);

    (void)state;
    for (unsigned attempt = 1; attempt <= 100; attempt++) {
        int64_t cap = attempt > 4 ? 1000 : 100 << (attempt - 1), longest = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t pause = backoff_us(&c, attempt, 10, 100, 1000);
            assert_true(pause >= 10 && pause <= cap);
            longest = pause > longest ? pause : longest;
        }
        assert_true(longest > cap * 9 / 10); /* the whole room is used */
    }
}

static void odd_limits_do_no_harm(void **state)
{
    struct chance c = chance_seeded(2);

    (void)state;
    assert_int_equal(backoff_us(&c, 1, 50, 50, 50), 50);
    assert_int_equal(backoff_us(&c, 9, 50, 0, 0), 50); /* never less than the least */
    assert_true(backoff_us(&c, 0, 0, 100, 1000) <= 100);
    assert_true(backoff_us(&c, UINT32_MAX, 0, 100, INT64_C(3600000000)) <= INT64_C(3600000000));
}

static void two_who_collided_part(void **state)
{
    struct chance a = chance_seeded(1), b = chance_seeded(2), again = chance_seeded(1);
    int same = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        int64_t pause = backoff_us(&a, 3, 0, 1000, 100000);
        same += pause == backoff_us(&b, 3, 0, 1000, 100000);
        assert_int_equal(pause, backoff_us(&again, 3, 0, 1000, 100000)); /* same seed, same way */
    }
    assert_true(same < 10);
}

static void chance_keeps_its_limits(void **state)
{
    struct chance c = chance_seeded(0);
    int hits = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        double share = chance_share(&c);
        assert_true(share >= 0 && share < 1);
        assert_in_range(chance_between(&c, 3, 5), 3, 5);
        assert_false(chance_hits(&c, 0));
        assert_true(chance_hits(&c, 1));
        hits += chance_hits(&c, 0.25);
    }
    assert_in_range(hits, 2000, 3000);
    assert_int_equal(chance_between(&c, 5, 3), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_stay_below_a_doubling_cap),
        cmocka_unit_test(odd_limits_do_no_harm),
        cmocka_unit_test(two_who_collided_part),
        cmocka_unit_test(chance_keeps_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
