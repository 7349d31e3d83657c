/* The queue between threads. */
#include "base/clock.h"
#include "base/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

enum { MS = 1000, WRITERS = 4, READERS = 3, EACH = 5000 };

static void first_in_first_out(void **state)
{
    struct queue *q = queue_new(sizeof(int), 3);
    int got = -1;

    (void)state;
    assert_non_null(q);
    for (int round = 0; round < 5; round++) { /* walks around the ring's end */
        for (int i = 0; i < 3; i++)
            assert_int_equal(queue_put(q, &i, 0), OK);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(queue_get(q, &got, 0), OK);
            assert_int_equal(got, i);
        }
        assert_int_equal(queue_get(q, &got, 0), OK);
        assert_int_equal(got, 2);
    }
    queue_free(q);
    queue_free(NULL);
}

static void waits_have_a_limit(void **state)
{
    struct queue *q = queue_new(sizeof(int), 1);
    int item = 7;
    int64_t before = clock_us();

    (void)state;
    assert_int_equal(queue_get(q, &item, 20 * MS), ERR_TIMEOUT);
    assert_true(clock_us() - before >= 20 * MS);
    assert_int_equal(queue_put(q, &item, 0), OK);
    before = clock_us();
    assert_int_equal(queue_put(q, &item, 20 * MS), ERR_FULL);
    assert_true(clock_us() - before >= 20 * MS);
    queue_free(q);
}

static void after_stop_the_rest_can_be_got(void **state)
{
    struct queue *q = queue_new(sizeof(int), 2);
    int item = 7, got = 0;

    (void)state;
    assert_int_equal(queue_put(q, &item, 0), OK);
    queue_stop(q);
    assert_int_equal(queue_put(q, &item, 0), ERR_STOPPED);
    assert_int_equal(queue_get(q, &got, 0), OK);
    assert_int_equal(got, 7);
    assert_int_equal(queue_get(q, &got, 1000000 * (int64_t)MS), ERR_STOPPED);
    queue_free(q);
}

struct waiter {
    struct queue *q;
    int rc;
};

static void *wait_for_an_item(void *what)
{
    struct waiter *w = what;
    int got;

    w->rc = queue_get(w->q, &got, 60000 * (int64_t)MS);
    return NULL;
}

static void stop_wakes_who_waits(void **state)
{
    struct waiter w[READERS];
    pthread_t threads[READERS];
    struct queue *q = queue_new(sizeof(int), 2);
    int64_t before = clock_us();

    (void)state;
    for (int i = 0; i < READERS; i++) {
        w[i] = (struct waiter){.q = q};
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_an_item, &w[i]), 0);
    }
    clock_sleep_us(20 * MS);
    queue_stop(q);
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(w[i].rc, ERR_STOPPED);
    }
    assert_true(clock_us() - before < 30000 * (int64_t)MS);
    queue_free(q);
}

/* Nothing is lost and nothing comes twice, whoever meets whom. */
struct worker {
    struct queue *q;
    int number;
    int64_t sum, count;
    int failures;
};

static void *write_items(void *what)
{
    struct worker *w = what;

    for (int i = 0; i < EACH; i++) {
        int64_t item = (int64_t)w->number * EACH + i;
        w->failures += queue_put(w->q, &item, 60000 * (int64_t)MS) != OK;
    }
    return NULL;
}

static void *read_items(void *what)
{
    struct worker *w = what;
    int64_t item;

    while (queue_get(w->q, &item, 60000 * (int64_t)MS) == OK) {
        w->sum += item;
        w->count++;
    }
    return NULL;
}

static void many_threads_lose_nothing(void **state)
{
    struct worker writers[WRITERS], readers[READERS];
    pthread_t writing[WRITERS], reading[READERS];
    struct queue *q = queue_new(sizeof(int64_t), 8);
    int64_t sum = 0, count = 0, all = (int64_t)WRITERS * EACH;

    (void)state;
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct worker){.q = q};
        assert_int_equal(pthread_create(&reading[i], NULL, read_items, &readers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct worker){.q = q, .number = i};
        assert_int_equal(pthread_create(&writing[i], NULL, write_items, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writing[i], NULL);
        assert_int_equal(writers[i].failures, 0);
    }
    queue_stop(q);
    for (int i = 0; i < READERS; i++) {
        pthread_join(reading[i], NULL);
        sum += readers[i].sum;
        count += readers[i].count;
    }
    assert_int_equal(count, all);
    assert_int_equal(sum, all * (all - 1) / 2);
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(waits_have_a_limit),
        cmocka_unit_test(after_stop_the_rest_can_be_got),
        cmocka_unit_test(stop_wakes_who_waits),
        cmocka_unit_test(many_threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
