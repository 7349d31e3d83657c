/* Time, and the hands a test can turn; the bell that waits by it. */
#include "base/bell.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

static const int64_t NOON_MS = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z */

static void real_time_moves(void **state)
{
    int64_t before = clock_us(), wall_before = clock_wall_ms();

    (void)state;
    assert_false(clock_is_taken());
    clock_sleep_us(5000);
    assert_true(clock_us() - before >= 5000);
    assert_true(clock_wall_ms() >= wall_before);
    assert_true(wall_before > INT64_C(1600000000000));
}

static void taken_time_moves_by_waiting_only(void **state)
{
    (void)state;
    clock_take(NOON_MS);
    assert_true(clock_is_taken());
    assert_int_equal(clock_us(), 0);
    assert_int_equal(clock_wall_ms(), NOON_MS);
    clock_sleep_us(INT64_C(3600) * MS_PER_S * US_PER_MS); /* an hour costs nothing */
    assert_int_equal(clock_us(), INT64_C(3600000000));
    assert_int_equal(clock_wall_ms(), NOON_MS + 3600 * MS_PER_S);
    clock_sleep_us(0);
    clock_sleep_us(-5);
    assert_int_equal(clock_us(), INT64_C(3600000000));
    clock_take(NOON_MS + 1); /* taken again: starts anew */
    assert_int_equal(clock_us(), 0);
    clock_give_back();
    assert_false(clock_is_taken());
    assert_true(clock_wall_ms() != NOON_MS + 1);
}

static void hours_in_words(void **state)
{
    char to[CLOCK_TEXT];

    (void)state;
    assert_string_equal(clock_iso(0, to), "1970-01-01T00:00:00Z");
    assert_string_equal(clock_iso(NOON_MS, to), "2026-05-02T12:00:00Z");
    assert_string_equal(clock_iso(NOON_MS + 999, to), "2026-05-02T12:00:00Z");
    assert_string_equal(clock_iso(INT64_C(1709164800000), to), "2024-02-29T00:00:00Z");
}

static void a_bell_waits_by_the_clock(void **state)
{
    struct bell b;
    int64_t before;

    (void)state;
    bell_init(&b);
    before = clock_us();
    assert_false(bell_wait_until(&b, before + 5000));
    assert_true(clock_us() >= before + 5000);
    assert_false(bell_wait_until(&b, before)); /* over already */

    clock_take(NOON_MS);
    assert_false(bell_wait_until(&b, 1000));
    assert_int_equal(clock_us(), 1000);
    bell_ring(&b);
    assert_true(bell_wait_until(&b, 5000));
    assert_int_equal(clock_us(), 1000); /* rung: nobody waited */
    clock_give_back();
    assert_true(bell_wait_until(&b, clock_us() + INT64_C(60000000)));
    bell_done(&b);
}

static void *ring(void *bell)
{
    clock_sleep_us(10000);
    bell_ring(bell);
    return NULL;
}

static void a_bell_wakes(void **state)
{
    struct bell b;
    pthread_t thread;
    int64_t before = clock_us();

    (void)state;
    bell_init(&b);
    assert_int_equal(pthread_create(&thread, NULL, ring, &b), 0);
    assert_true(bell_wait_until(&b, before + INT64_C(60000000)));
    assert_true(clock_us() - before < INT64_C(30000000));
    pthread_join(thread, NULL);
    assert_true(bell_is_rung(&b));
    bell_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_time_moves), cmocka_unit_test(taken_time_moves_by_waiting_only),
        cmocka_unit_test(hours_in_words),  cmocka_unit_test(a_bell_waits_by_the_clock),
        cmocka_unit_test(a_bell_wakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
