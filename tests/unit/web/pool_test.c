/* The workers: everybody gets a turn, and whoever waits when it ends is told so. */
#include "store/store.h"
#include "web/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { JOBS = 40, TURNS = 5 };

struct asked {
    struct job job; /* first, so that it leads back here */
    struct pool *pool;
    int turns_left, rc;
    unsigned ended_as; /* the how manyth of all */
    bool had_reader;
};

static struct asked asked[JOBS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ring = PTHREAD_COND_INITIALIZER;
static unsigned ended;
static bool is_held;

static char folder[64], path[128];

static int begin(void **state)
{
    struct store *store;
    char holder[64];

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_pool_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    store_close(store);
    ended = 0;
    memset(asked, 0, sizeof asked);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void run(struct job *job, struct reader *reader, int rc)
{
    struct asked *a = (struct asked *)(void *)job;

    pthread_mutex_lock(&lock);
    while (is_held && rc != ERR_STOPPED)
        pthread_cond_wait(&ring, &lock);
    pthread_mutex_unlock(&lock);
    a->had_reader = reader != NULL;
    if (!rc && --a->turns_left > 0 && pool_put(a->pool, job))
        return;
    pthread_mutex_lock(&lock);
    a->rc = rc;
    a->ended_as = ++ended;
    pthread_cond_broadcast(&ring);
    pthread_mutex_unlock(&lock);
}

static void put(struct pool *pool, struct asked *a, int turns)
{
    *a = (struct asked){.job = {.run = run}, .pool = pool, .turns_left = turns};
    assert_true(pool_put(pool, &a->job));
}

static void hold(bool is_so)
{
    pthread_mutex_lock(&lock);
    is_held = is_so;
    pthread_cond_broadcast(&ring);
    pthread_mutex_unlock(&lock);
}

static void wait_for(unsigned count)
{
    pthread_mutex_lock(&lock);
    while (ended < count)
        pthread_cond_wait(&ring, &lock);
    pthread_mutex_unlock(&lock);
}

/* Forty with many turns are before one with a single turn: it is done before any of them. */
static void everybody_gets_a_turn(void **state)
{
    struct pool *pool;

    (void)state;
    assert_int_equal(pool_open(&pool, path), OK);
    hold(true);
    for (int i = 0; i < JOBS; i++)
        put(pool, &asked[i], i == JOBS - 1 ? 1 : TURNS);
    hold(false);
    wait_for(JOBS);
    assert_true(asked[JOBS - 1].ended_as < 4);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(asked[i].rc, OK);
        assert_true(asked[i].had_reader);
    }
    pool_end(pool);
    assert_false(pool_put(pool, &asked[0].job));
    pool_close(pool);
}

static void *end_it(void *pool)
{
    pool_end(pool);
    return NULL;
}

static void whoever_waits_is_told(void **state)
{
    struct pool *pool;
    pthread_t ending;

    (void)state;
    assert_int_equal(pool_open(&pool, path), OK);
    hold(true);
    for (int i = 0; i < JOBS; i++)
        put(pool, &asked[i], TURNS);
    assert_int_equal(pthread_create(&ending, NULL, end_it, pool), 0);
    while (!pool_is_ending(pool))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    hold(false);
    pthread_join(ending, NULL);
    assert_int_equal(ended, JOBS);
    unsigned stopped = 0;
    for (int i = 0; i < JOBS; i++)
        stopped += asked[i].rc == ERR_STOPPED;
    assert_true(stopped >= JOBS - 4); /* each worker had one in hand */
    pool_close(pool);
}

static void no_store_yet(void **state)
{
    struct pool *pool;

    (void)state;
    assert_int_equal(pool_open(&pool, "/nowhere/helio.db"), OK);
    hold(false);
    put(pool, &asked[0], 1);
    wait_for(1);
    assert_int_equal(asked[0].rc, ERR_INPUT);
    assert_false(asked[0].had_reader);
    pool_end(pool);
    pool_close(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_gets_a_turn, begin, end),
        cmocka_unit_test_setup_teardown(whoever_waits_is_told, begin, end),
        cmocka_unit_test_setup_teardown(no_store_yet, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
