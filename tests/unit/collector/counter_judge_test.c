/* What to believe of one counter, rule by rule; counter_test has whole histories. */
#include "base/chance.h"
#include "collector/intake/counter.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t S = 1000000, HOUR = 3600000000, NOW = 100 * 3600000000;
static const double AN_HOUR = 4; /* no more than this can be counted in one */

/* Stood at `last`, heard and moved so long ago (-1: before this run). */
static struct counter counter_at(double last, double carry, int64_t heard_ago, int64_t moved_ago)
{
    return (struct counter){.last = last,
                            .carry = carry,
                            .last_us = heard_ago < 0 ? 0 : NOW - heard_ago,
                            .moved_us = moved_ago < 0 ? 0 : NOW - moved_ago,
                            .is_known = true,
                            .is_sure = true};
}

static void one_that_fits_is_believed_at_once(void **state)
{
    static const struct {
        const char *what;
        int64_t heard_ago;
        double value;
        bool is_believed;
    } rows[] = {
        {"as it was", 0, 1000, true},
        {"lower", 0, 999.99, false},
        {"one whole step may come at any time", 0, 1001, true},
        {"more than that may not", 0, 1001.01, false},
        {"what an hour can add", 3600, 1005, true},
        {"more than an hour can add", 3600, 1005.01, false},
        {"what a day can add", 86400, 1097, true},
        {"more than a day can add", 86400, 1097.01, false},
        {"unknown time is an hour", -1, 1005, true},
        {"and no more", -1, 1005.01, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counter c =
            counter_at(1000, 0, rows[i].heard_ago < 0 ? -1 : rows[i].heard_ago * S, 0);
        enum counter_verdict v = counter_judge(&c, rows[i].value, AN_HOUR, NOW);
        if (v != (rows[i].is_believed ? COUNTER_BELIEVED : COUNTER_HELD))
            fail_msg("%s: %g is judged %d", rows[i].what, rows[i].value, (int)v);
        assert_true(c.carry == 0);
    }
}

/* The same number four times, a second apart: the last verdict, and the carry then. */
static enum counter_verdict say_four_times(struct counter *c, double value, int64_t from_us)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(counter_judge(c, value, AN_HOUR, from_us + i * S), COUNTER_HELD);
    return counter_judge(c, value, AN_HOUR, from_us + 3 * S);
}

static void a_new_beginning(void **state)
{
    static const struct {
        const char *what;
        double last, carry;
        int64_t heard_h, moved_h; /* -1: before this run */
        double value;
        enum counter_verdict verdict;
        double carry_then;
    } rows[] = {
        {"at 0", 1000, 0, 0, 0, 0, COUNTER_ANEW, 1000},
        {"at 0, the second time", 1000, 500, 0, 0, 0, COUNTER_ANEW, 1500},
        {"what an hour counts from 0", 1000, 0, 1, 1, 5, COUNTER_ANEW, 1000},
        {"a used unit", 1000, 0, 1, 1, 5.01, COUNTER_ANEW, 994.99},
        {"however long ago, an hour's worth counts", 1000, 0, 10, 10, 5, COUNTER_ANEW, 1000},
        {"and no more", 1000, 0, 10, 10, 20, COUNTER_ANEW, 980},
        {"unknown time is an hour", 1000, 0, -1, -1, 5, COUNTER_ANEW, 1000},
        {"a used unit that shows more", 1000, 0, 1, 1, 5000, COUNTER_ANEW, -4000},
        {"16 bits of tenths wrapped", 6553, 0, 1, 1, 2, COUNTER_ANEW, 6553.6},
        {"not within a hundredth of the end", 6400, 0, 1, 1, 2, COUNTER_ANEW, 6400},
        {"a large step since it last moved", 1000, 0, 0, 10, 1041, COUNTER_BELIEVED, 0},
        {"larger than that", 1000, 0, 0, 10, 1041.02, COUNTER_ANEW, -41.02},
        {"nobody knows when it moved", 1000, 0, 0, -1, 3977, COUNTER_BELIEVED, 0},
        {"more than a month counts", 1000, 0, 0, -1, 3977.01, COUNTER_ANEW, -2977.01},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counter c = counter_at(rows[i].last, rows[i].carry,
                                      rows[i].heard_h < 0 ? -1 : rows[i].heard_h * HOUR,
                                      rows[i].moved_h < 0 ? -1 : rows[i].moved_h * HOUR);
        enum counter_verdict v = say_four_times(&c, rows[i].value, NOW);
        if (v != rows[i].verdict || fabs(c.carry - rows[i].carry_then) > 1e-9)
            fail_msg("%s: verdict %d, carry %g", rows[i].what, (int)v, c.carry);
    }
}

/* Three more must agree with the first that does not fit, each with the one before. */
static void what_agrees(void **state)
{
    static const struct {
        const char *what;
        double said[4];
        enum counter_verdict last;
    } rows[] = {
        {"all the same", {7, 7, 7, 7}, COUNTER_ANEW},
        {"growing", {7, 7.5, 8, 8.5}, COUNTER_ANEW},
        {"one of them lower", {7, 7, 6.9, 7}, COUNTER_HELD},
        {"one of them too high", {7, 7, 8.1, 8.1}, COUNTER_HELD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counter c = counter_at(1000, 0, 0, 0);
        enum counter_verdict v = COUNTER_BELIEVED;
        for (int k = 0; k < 4; k++)
            v = counter_judge(&c, rows[i].said[k], AN_HOUR, NOW + k);
        if (v != rows[i].last)
            fail_msg("%s: %d", rows[i].what, (int)v);
    }
}

/* It shows 0 for a while, and is then what it was: its old carry is back, but the total never falls
 * below what was published meanwhile. */
static void one_that_comes_back(void **state)
{
    static const struct {
        double meanwhile, back, carry;
    } rows[] = {
        {0, 1000, 0}, /* nothing was counted meanwhile */
        {0, 1002, 0}, /* nothing is lost either */
        {3, 1001, 2}, /* 1003 was published: it stays */
        {3, 1003, 0}, /* it has counted the same */
        {3, 1004, 0}, /* more */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counter c = counter_at(1000, 0, 0, 0);
        assert_int_equal(say_four_times(&c, 0, NOW), COUNTER_ANEW);
        assert_int_equal(counter_judge(&c, rows[i].meanwhile, AN_HOUR, NOW + HOUR),
                         COUNTER_BELIEVED);
        assert_int_equal(say_four_times(&c, rows[i].back, NOW + HOUR + S), COUNTER_BELIEVED);
        if (fabs(c.carry - rows[i].carry) > 1e-9)
            fail_msg("%g, then %g: carry %g", rows[i].meanwhile, rows[i].back, c.carry);
    }
}

/* Two units that change places and back: each may have counted in the other's place meanwhile. */
static void one_that_was_elsewhere(void **state)
{
    for (int is_long = 0; is_long < 2; is_long++) {
        struct counter c = counter_at(1000, 0, 0, 0);
        int64_t back = is_long ? 11 * 60 * S : 9 * 60 * S;
        (void)state;
        assert_int_equal(say_four_times(&c, 2000, NOW), COUNTER_ANEW);
        assert_true(fabs(counter_total(&c) - 1000) < 1e-9);
        assert_int_equal(say_four_times(&c, 1000.5, NOW + back),
                         is_long ? COUNTER_ANEW : COUNTER_BELIEVED);
        assert_true(fabs(counter_total(&c) - (is_long ? 1000 : 1000.5)) < 1e-9);
    }
}

/* If the very first number was garbage, nothing was counted before. */
static void one_that_is_not_sure(void **state)
{
    struct counter c = {0};

    (void)state;
    assert_int_equal(counter_judge(&c, 65535, AN_HOUR, NOW), COUNTER_BELIEVED);
    assert_int_equal(say_four_times(&c, 1000, NOW + S), COUNTER_BELIEVED);
    assert_true(c.carry == 0);
    assert_int_equal(say_four_times(&c, 0, NOW + 10 * S), COUNTER_ANEW);
    assert_true(c.carry == 1000);
}

/* Whatever is said: value + carry never falls once it is sure. */
static void the_total_never_falls(void **state)
{
    struct chance chance = chance_seeded(3);

    (void)state;
    for (int history = 0; history < 200; history++) {
        struct counter c = counter_at(1000, 0, 0, 0);
        double total = 1000, says = 1000;
        int64_t now = NOW;
        for (int i = 0; i < 500; i++) {
            if (chance_hits(&chance, 0.02))
                says = (double)chance_between(&chance, 0, 1) *
                       (double)chance_between(&chance, 0, 2000);
            now += chance_hits(&chance, 0.01) ? 5 * HOUR : 5 * S;
            says += 0.01 * (double)chance_between(&chance, 0, 1);
            if (counter_judge(&c, says, AN_HOUR, now) == COUNTER_HELD)
                continue;
            if (says + c.carry < total - 1e-6)
                fail_msg("history %d: the total falls from %.6f to %.6f", history, total,
                         says + c.carry);
            total = says + c.carry;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_fits_is_believed_at_once),
        cmocka_unit_test(a_new_beginning),
        cmocka_unit_test(what_agrees),
        cmocka_unit_test(one_that_comes_back),
        cmocka_unit_test(one_that_was_elsewhere),
        cmocka_unit_test(one_that_is_not_sure),
        cmocka_unit_test(the_total_never_falls),
    };

    return cmocka_run_group_tests_name("counter rules", tests, NULL, NULL);
}
