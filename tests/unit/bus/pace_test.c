/* Learning how fast a device answers: neither too short of patience nor too long. */
#include "bus/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t MOST_US = 600000;

static void nothing_known_is_patient(void **state)
{
    const struct pace fresh = {0};

    (void)state;
    assert_int_equal(pace_wait_us(NULL, 1, MOST_US), 600000);
    assert_int_equal(pace_wait_us(&fresh, 1, MOST_US), 600000);
    assert_int_equal(pace_wait_us(&fresh, 20, MOST_US), 600000);
    assert_int_equal(pace_pause_us(NULL, 1), 300000);
    assert_int_equal(pace_pause_us(&fresh, 3), 300000);
    pace_learn(NULL, 1000, 0); /* nobody to teach */
}

static void the_first_answer_is_believed_half(void **state)
{
    struct pace p = {0};

    (void)state;
    pace_learn(&p, 20000, 3000);
    assert_true(p.is_known);
    assert_int_equal(p.usual_us, 20000);
    assert_int_equal(p.spread_us, 10000);
    assert_int_equal(pace_wait_us(&p, 1, MOST_US), 20000 + 4 * 10000 + 10000);
}

static void steady_answers_shorten_the_wait(void **state)
{
    struct pace p = {0};
    int64_t before;

    (void)state;
    pace_learn(&p, 60000, 0);
    before = pace_wait_us(&p, 1, MOST_US);
    for (int i = 0; i < 100; i++) {
        pace_learn(&p, 60000, 0);
        assert_true(pace_wait_us(&p, 1, MOST_US) <= before);
        before = pace_wait_us(&p, 1, MOST_US);
    }
    assert_in_range(before, 70000, 72000);
}

static void never_less_than_two_usb_turns(void **state)
{
    struct pace p = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        pace_learn(&p, 100, 0);
    assert_int_equal(pace_wait_us(&p, 1, MOST_US), 40000);
    assert_int_equal(pace_pause_us(&p, 1), 40000);
}

static void every_attempt_doubles_up_to_a_limit(void **state)
{
    struct pace p = {0};

    (void)state;
    for (int i = 0; i < 200; i++)
        pace_learn(&p, 1000, 0);
    assert_int_equal(pace_wait_us(&p, 2, MOST_US), 2 * pace_wait_us(&p, 1, MOST_US));
    assert_int_equal(pace_wait_us(&p, 3, MOST_US), 4 * pace_wait_us(&p, 1, MOST_US));
    assert_int_equal(pace_wait_us(&p, 20, MOST_US), 600000);
    assert_int_equal(pace_wait_us(&p, 20, 5 * MOST_US), 3000000); /* as long as its wire says */
    assert_int_equal(pace_wait_us(NULL, 1, 5 * MOST_US), 3000000);
}

/* Short answers do not tell of the pause inside long ones: a second attempt waits for it. */
static void a_second_attempt_bears_any_pause(void **state)
{
    struct pace p = {0};

    (void)state;
    for (int i = 0; i < 200; i++)
        pace_learn(&p, 1000, 0);
    assert_int_equal(pace_pause_us(&p, 1), 40000);
    assert_int_equal(pace_pause_us(&p, 2), 300000);
    assert_int_equal(pace_pause_us(&p, 20), 300000);
}

static void one_slow_answer_makes_room_and_wears_off(void **state)
{
    struct pace p = {0};
    int64_t calm, after;

    (void)state;
    for (int i = 0; i < 100; i++)
        pace_learn(&p, 20000, 0);
    calm = pace_wait_us(&p, 1, MOST_US);
    pace_learn(&p, 400000, 0);
    after = pace_wait_us(&p, 1, MOST_US);
    assert_true(after > 400000);
    for (int i = 0; i < 200; i++)
        pace_learn(&p, 20000, 0);
    assert_true(pace_wait_us(&p, 1, MOST_US) <= calm + 1000);
}

static void a_long_pause_is_remembered_long(void **state)
{
    struct pace p = {0};

    (void)state;
    pace_learn(&p, 20000, 0);
    pace_learn(&p, 20000, 100000);
    assert_int_equal(p.pause_us, 100000);
    assert_int_equal(pace_pause_us(&p, 1), 210000);
    for (int i = 0; i < 20; i++)
        pace_learn(&p, 20000, 0);
    assert_true(p.pause_us > 70000);
    for (int i = 0; i < 1000; i++)
        pace_learn(&p, 20000, 0);
    assert_true(p.pause_us < 100);
}

static void a_guess_is_more_patient(void **state)
{
    struct pace p = {0}, guess;

    (void)state;
    guess = pace_guess(&p);
    assert_false(guess.is_known);
    assert_int_equal(pace_wait_us(&guess, 1, MOST_US), 600000);
    for (int i = 0; i < 100; i++)
        pace_learn(&p, 20000, 5000);
    guess = pace_guess(&p);
    assert_true(pace_wait_us(&guess, 1, MOST_US) > pace_wait_us(&p, 1, MOST_US));
    assert_true(pace_pause_us(&guess, 1) > pace_pause_us(&p, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_is_patient),
        cmocka_unit_test(the_first_answer_is_believed_half),
        cmocka_unit_test(steady_answers_shorten_the_wait),
        cmocka_unit_test(never_less_than_two_usb_turns),
        cmocka_unit_test(every_attempt_doubles_up_to_a_limit),
        cmocka_unit_test(a_second_attempt_bears_any_pause),
        cmocka_unit_test(one_slow_answer_makes_room_and_wears_off),
        cmocka_unit_test(a_long_pause_is_remembered_long),
        cmocka_unit_test(a_guess_is_more_patient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
