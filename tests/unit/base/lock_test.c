/* Locks are taken in one order, and nobody waits while holding one: the program ends else. */
#include "base/lock.h"

#include "base/bell.h"
#include "base/clock.h"
#include "base/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct lock outer, inner;

static int set_up(void **state)
{
    (void)state;
    lock_init(&outer, LOCK_WINGS);
    lock_init(&inner, LOCK_STORE);
    return 0;
}

static void in_order_and_in_any_order_back(void **state)
{
    pthread_cond_t never;

    (void)state;
    for (int i = 0; i < 3; i++) {
        lock_take(&outer);
        lock_take(&inner);
        lock_give(&outer);
        lock_give(&inner);
    }
    assert_int_equal(pthread_cond_init(&never, NULL), 0);
    lock_take(&inner);
    assert_false(lock_wait_until(&inner, &never, clock_us()));
    lock_give(&inner);
    lock_hold_none("a test");
    pthread_cond_destroy(&never);
}

#ifdef HELIO_LOCK_ORDER

static void out_of_order(void)
{
    lock_take(&inner);
    lock_take(&outer);
}

static void twice(void)
{
    struct lock other;

    lock_init(&other, LOCK_STORE);
    lock_take(&inner);
    lock_take(&other);
}

static void asleep(void)
{
    lock_take(&outer);
    clock_sleep_us(1);
}

static void at_a_queue(void)
{
    struct queue *q = queue_new(4, 1);
    int item;

    lock_take(&outer);
    (void)!queue_get(q, &item, 1000);
}

static void at_a_bell(void)
{
    struct bell b;

    bell_init(&b);
    lock_take(&outer);
    (void)bell_wait_until(&b, clock_us() + 1000);
}

static void at_another_condition(void)
{
    pthread_cond_t never;

    pthread_cond_init(&never, NULL);
    lock_take(&outer);
    lock_take(&inner);
    (void)lock_wait_until(&inner, &never, clock_us() + 1000);
}

static void unheld(void)
{
    lock_give(&outer);
}

static void what_is_wrong_ends_the_program(void **state)
{
    static void (*const wrong[])(void) = {
        out_of_order, twice, asleep, at_a_queue, at_a_bell, at_another_condition, unheld,
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            (void)signal(SIGABRT, SIG_DFL);
            (void)!freopen("/dev/null", "w", stderr);
            wrong[i]();
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("%zu: nothing happened (%d)", i, status);
    }
}

#endif

/* The page of locks has a row for each, in this order. */
static void the_page_has_all_of_them(void **state)
{
    static const struct {
        const char *where, *what;
    } rows[] = {
#define X(name, where, what) {where, what},
#include "base/locks.def"
#undef X
    };
    FILE *page = fopen("docs/architecture.md", "r");
    char line[2000];
    size_t at = 0;

    (void)state;
    assert_non_null(page);
    while (at < LOCK_RANKS && fgets(line, sizeof line, page))
        at += strstr(line, rows[at].where) && strstr(line, rows[at].what);
    assert_int_equal(fclose(page), 0);
    if (at < LOCK_RANKS)
        fail_msg("docs/architecture.md, \"Locks\": %s is not there, or not in its place",
                 rows[at].where);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_and_in_any_order_back),
#ifdef HELIO_LOCK_ORDER
        cmocka_unit_test(what_is_wrong_ends_the_program),
#endif
        cmocka_unit_test(the_page_has_all_of_them),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
