/* A clock that runs so many times as fast: what it shows, and how long waiting by it takes. */
#include "base/bell.h"
#include "base/clock.h"
#include "base/notify.h"
#include "base/queue.h"
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

static const int64_t NOON_MS = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z */
static const int64_t TEN_S = 10000000; /* at the rate of 1000 a hundredth of a second outside */

static int64_t true_us(clockid_t of)
{
    struct timespec now;

    clock_gettime(of, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int end_rate(void **state)
{
    (void)state;
    return clock_set_rate(NULL);
}

static void only_a_rate_is_taken(void **state)
{
    static const struct {
        const char *text;
        double rate; /* 0: refused */
    } rows[] = {
        {NULL, 1},
        {"", 1},
        {"1", 1},
        {"10", 10},
        {"0.1", 0.1},
        {"1000", 1000},
        {"2.5@1777723200000", 2.5},
        {"10@0", 0}, /* 1970: a clock that was never set */
        {"10@", 0},
        {"@1777723200000", 0},
        {"10@noon", 0},
        {"0.09", 0},
        {"1000.1", 0},
        {"0", 0},
        {"-10", 0},
        {"nan", 0},
        {"fast", 0},
        {"10 times", 0},
        {"1000000000000000000000000000000000000000000000000000", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double before = clock_rate();
        int rc = clock_set_rate(rows[i].text);
        assert_int_equal(rc, rows[i].rate > 0 ? OK : ERR_USAGE);
        double off = clock_rate() - (rows[i].rate > 0 ? rows[i].rate : before);
        assert_true(off > -1e-9 && off < 1e-9);
        assert_int_equal(clock_is_rated(), clock_rate() < 1 || clock_rate() > 1);
    }
}

static void spans_are_converted_both_ways(void **state)
{
    static const struct {
        const char *rate;
        int64_t here, outside;
    } rows[] = {
        {"1", 0, 0},
        {"1", -5, 0},
        {"1", 1234567, 1234567},
        {"10", 10000000, 1000000},
        {"10", 1, 1}, /* rounded up: whoever waits so long is not early */
        {"10", 11, 2},
        {"2.5", 25, 10},
        {"0.1", 1000000, 10000000},
        {"1000", INT64_C(86400000000), 86400000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(clock_set_rate(rows[i].rate), OK);
        assert_int_equal(clock_real_us(rows[i].here), rows[i].outside);
        assert_true(clock_made_us(rows[i].outside) >= rows[i].here);
    }
    assert_true(clock_real_us(INT64_MAX) > 0);
    assert_true(clock_made_us(INT64_MAX) > 0);
}

static void time_runs_at_the_rate(void **state)
{
    (void)state;
    assert_int_equal(clock_set_rate("10@1777723200000"), OK);
    for (int i = 0; i < 100; i++) {
        int64_t least = true_us(CLOCK_MONOTONIC) * 10;
        int64_t now = clock_us();
        assert_in_range(now, least, true_us(CLOCK_MONOTONIC) * 10);
    }
    for (int i = 0; i < 100; i++) { /* every process with this text sees the same */
        int64_t least = true_us(CLOCK_REALTIME) / 1000 - NOON_MS;
        int64_t now = clock_wall_ms() - NOON_MS;
        assert_true(now >= least * 10);
        assert_true(now <= (true_us(CLOCK_REALTIME) / 1000 - NOON_MS) * 10);
    }
}

static void without_a_moment_it_is_right_now(void **state)
{
    int64_t least = true_us(CLOCK_REALTIME) / 1000;

    (void)state;
    assert_int_equal(clock_set_rate("10"), OK);
    int64_t now = clock_wall_ms();
    assert_true(now >= least);
    assert_true(now <= least + (true_us(CLOCK_REALTIME) / 1000 - least) * 10);
}

/* ---- waiting ------------------------------------------------------------------------------- */

static void sleep_so(void)
{
    clock_sleep_us(TEN_S);
}

static void wait_for_a_condition(void)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never;
    int64_t until = clock_us() + TEN_S;

    condition_init(&never);
    pthread_mutex_lock(&lock);
    while (condition_wait_until(&never, &lock, until))
        ;
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&never);
}

static void wait_for_a_bell(void)
{
    struct bell b;

    bell_init(&b);
    assert_false(bell_wait_until(&b, clock_us() + TEN_S));
    bell_done(&b);
}

static void wait_for_a_queue(void)
{
    struct queue *q = queue_new(1, 1);
    char item;

    assert_non_null(q);
    assert_int_equal(queue_get(q, &item, TEN_S), ERR_TIMEOUT);
    queue_free(q);
}

static void wait_for_bytes(void)
{
    int64_t until = clock_us() + TEN_S;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    struct pollfd p = {.fd = fds[0], .events = POLLIN};
    while (clock_us() < until)
        assert_int_equal(clock_poll(&p, 1, until - clock_us()), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(clock_poll(&p, 1, 0), 1);
    close(fds[0]);
    close(fds[1]);
}

static void all_waiting_is_as_fast(void **state)
{
    static void (*const waits[])(void) = {sleep_so, wait_for_a_condition, wait_for_a_bell,
                                          wait_for_a_queue, wait_for_bytes};

    (void)state;
    assert_int_equal(clock_set_rate("1000"), OK);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        int64_t here = clock_us(), outside = true_us(CLOCK_MONOTONIC);
        waits[i]();
        assert_true(clock_us() - here >= TEN_S);
        assert_true(true_us(CLOCK_MONOTONIC) - outside <
                    TEN_S / 2); /* much slack, for a slow day */
    }
}

static void a_watchdog_outside_keeps_its_own_time(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(notify_watchdog_us(), 15000000);
    assert_int_equal(clock_set_rate("10"), OK);
    assert_int_equal(notify_watchdog_us(), 150000000);
    unsetenv("WATCHDOG_USEC");
}

static void a_hand_on_the_clock_is_stronger(void **state)
{
    (void)state;
    assert_int_equal(clock_set_rate("10"), OK);
    clock_take(NOON_MS);
    assert_int_equal(clock_us(), 0);
    clock_sleep_us(TEN_S);
    assert_int_equal(clock_us(), TEN_S);
    assert_int_equal(clock_wall_ms(), NOON_MS + TEN_S / 1000);
    clock_give_back();
    assert_true(clock_us() >= 10 * (true_us(CLOCK_MONOTONIC) - TEN_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(only_a_rate_is_taken, end_rate),
        cmocka_unit_test_teardown(spans_are_converted_both_ways, end_rate),
        cmocka_unit_test_teardown(time_runs_at_the_rate, end_rate),
        cmocka_unit_test_teardown(without_a_moment_it_is_right_now, end_rate),
        cmocka_unit_test_teardown(all_waiting_is_as_fast, end_rate),
        cmocka_unit_test_teardown(a_watchdog_outside_keeps_its_own_time, end_rate),
        cmocka_unit_test_teardown(a_hand_on_the_clock_is_stronger, end_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
