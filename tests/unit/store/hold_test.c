/* store/hold.c: what is safe, when it is asked, what is sent again. */
#include "store/hold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { S = 1000000 };

static void test_safe_after_the_time(void **state)
{
    struct hold h = {.after_us = 10 * S};
    bool is_anew;

    (void)state;
    assert_int_equal(hold_answer(&h, 7, 0, 0, &is_anew), -1);
    assert_false(is_anew);
    assert_false(hold_is_due(&h, 100 * S)); /* nothing is held */
    hold_add(&h, 5, 100 * S);
    hold_add(&h, 9, 105 * S);
    assert_int_equal(h.sent, 9);
    assert_false(hold_is_due(&h, 109 * S));
    assert_true(hold_is_due(&h, 110 * S));
    assert_int_equal(hold_answer(&h, 7, 110 * S, 0, &is_anew), 5);
    assert_int_equal(hold_answer(&h, 7, 114 * S, 5, &is_anew), -1);
    assert_int_equal(hold_answer(&h, 7, 115 * S, 5, &is_anew), 9);
    assert_int_equal(h.count, 0);
    assert_int_equal(h.sent, 9);
}

static void test_another_life(void **state)
{
    struct hold h = {.after_us = 10 * S};
    bool is_anew;

    (void)state;
    (void)hold_answer(&h, 7, 0, 0, &is_anew);
    hold_add(&h, 5, 100 * S);
    hold_add(&h, 9, 200 * S);
    assert_int_equal(hold_answer(&h, 8, 201 * S, 3, &is_anew), -1); /* not even what was ripe */
    assert_true(is_anew);
    assert_int_equal(h.sent, 3);
    assert_int_equal(h.count, 0);
    hold_add(&h, 9, 202 * S);
    assert_int_equal(hold_answer(&h, 8, 212 * S, 3, &is_anew), 9);
}

/* However many are added, nothing is called safe that was taken too short a time ago. */
static void test_never_too_early(void **state)
{
    struct hold h = {.after_us = 10 * S};
    int64_t taken[2001] = {0}, cursor = 0, now = 50 * S;
    bool is_anew;

    (void)state;
    (void)hold_answer(&h, 7, 0, 0, &is_anew);
    for (int64_t n = 1; n <= 2000; n++) {
        now += n % 7 == 0 ? 3 * S : S / 20;
        taken[n] = now;
        hold_add(&h, n, now);
        assert_true(h.count <= HOLDS);
        if (n % 50 || n > 900) /* from 900 on nobody answers for a long time */
            continue;
        int64_t upto = hold_answer(&h, 7, now, cursor, &is_anew);
        cursor = upto > cursor ? upto : cursor;
        assert_true(!cursor || now - taken[cursor] >= 10 * S);
    }
    assert_true(cursor > 700);
    int64_t upto = hold_answer(&h, 7, now, cursor, &is_anew);
    assert_true(upto < 0 || now - taken[upto] >= 10 * S);
    assert_int_equal(hold_answer(&h, 7, now + 10 * S, cursor, &is_anew), 2000);
}

static void test_asked_now_and_then(void **state)
{
    struct hold h = {.after_us = 10 * S};

    (void)state;
    hold_add(&h, 1, 100 * S);
    h.asked_us = 108 * S;
    assert_false(hold_is_due(&h, 117 * S));
    assert_true(hold_is_due(&h, 118 * S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe_after_the_time),
        cmocka_unit_test(test_another_life),
        cmocka_unit_test(test_never_too_early),
        cmocka_unit_test(test_asked_now_and_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
