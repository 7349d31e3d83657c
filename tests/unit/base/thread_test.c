/* Threads with a small stack and a name; condition variables that wait by base/clock. */
#include "base/clock.h"
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const int64_t WAIT_US = 20000, MINUTE_US = INT64_C(60000000);

struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool has_come, may_go;
};

static void meeting_init(struct meeting *m)
{
    *m = (struct meeting){.has_come = false};
    pthread_mutex_init(&m->lock, NULL);
    condition_init(&m->changed);
}

static void meeting_done(struct meeting *m)
{
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
}

static void *come(void *who)
{
    struct meeting *m = who;

    pthread_mutex_lock(&m->lock);
    m->has_come = true;
    pthread_cond_broadcast(&m->changed);
    while (!m->may_go && condition_wait_until(&m->changed, &m->lock, INT64_MAX))
        ;
    pthread_mutex_unlock(&m->lock);
    return m;
}

static void a_thread_is_small_and_has_a_name(void **state)
{
    struct meeting m;
    pthread_t thread;
    pthread_attr_t attributes;
    size_t stack = 0;
    char name[16] = "";
    void *result = NULL;

    (void)state;
    meeting_init(&m);
    assert_int_equal(thread_begin(&thread, "a name that is cut", come, &m), 0);
    pthread_mutex_lock(&m.lock);
    while (!m.has_come)
        assert_true(condition_wait_until(&m.changed, &m.lock, clock_us() + MINUTE_US));
    pthread_mutex_unlock(&m.lock);
    assert_int_equal(pthread_getname_np(thread, name, sizeof name), 0);
    assert_string_equal(name, "a name that is ");
    assert_int_equal(pthread_getattr_np(thread, &attributes), 0);
    assert_int_equal(pthread_attr_getstacksize(&attributes, &stack), 0);
    assert_in_range(stack, 1, 512 * 1024);
    pthread_attr_destroy(&attributes);
    pthread_mutex_lock(&m.lock);
    m.may_go = true;
    pthread_cond_broadcast(&m.changed);
    pthread_mutex_unlock(&m.lock);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &m);
    meeting_done(&m);
}

static void a_wait_ends_when_its_time_is_up(void **state)
{
    struct meeting m;
    int64_t until = clock_us() + WAIT_US;

    (void)state;
    meeting_init(&m);
    pthread_mutex_lock(&m.lock);
    while (condition_wait_until(&m.changed, &m.lock, until))
        assert_true(clock_us() < until + MINUTE_US); /* woken for nothing, but not for ever */
    assert_true(clock_us() >= until);
    assert_false(condition_wait_until(&m.changed, &m.lock, 0)); /* long over */
    assert_false(condition_wait_until(&m.changed, &m.lock, INT64_MIN / 2));
    pthread_mutex_unlock(&m.lock);
    meeting_done(&m);
}

/* A clock that a test holds does not move by itself: the wait lasts as long as it would have. */
static void a_wait_by_held_hands_takes_true_time(void **state)
{
    struct meeting m;
    int64_t before = clock_us();

    (void)state;
    meeting_init(&m);
    clock_take(0);
    pthread_mutex_lock(&m.lock);
    while (condition_wait_until(&m.changed, &m.lock, clock_us() + WAIT_US))
        ;
    pthread_mutex_unlock(&m.lock);
    assert_int_equal(clock_us(), 0);
    clock_give_back();
    assert_true(clock_us() - before >= WAIT_US);
    meeting_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_is_small_and_has_a_name),
        cmocka_unit_test(a_wait_ends_when_its_time_is_up),
        cmocka_unit_test(a_wait_by_held_hands_takes_true_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
