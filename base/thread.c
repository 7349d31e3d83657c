/* pthreads, as this program uses them (base/thread.h). */
#include "base/thread.h"

#include "base/clock.h"
#include "base/lock.h"

#include <errno.h>
#include <stdio.h>

enum { STACK_BYTES = 256 * 1024, NAME_BYTES = 16 };
static const int64_t LONGEST_US = INT64_C(86400000000); /* fits a 32-bit time_t for decades */

int thread_begin(pthread_t *to, const char *name, void *(*run)(void *), void *context)
{
    char start[NAME_BYTES]; /* a longer name would be refused, not cut */
    pthread_attr_t small;
    int error;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    error = pthread_create(to, &small, run, context);
    pthread_attr_destroy(&small);
    if (error)
        return ERR_SYSTEM;
    snprintf(start, sizeof start, "%s", name);
    pthread_setname_np(*to, start);
    return OK;
}

void thread_join(pthread_t thread)
{
    lock_hold_none("the end of a thread");
    pthread_join(thread, NULL);
}

void condition_init(pthread_cond_t *c)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(c, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

bool condition_wait_until(pthread_cond_t *c, pthread_mutex_t *held, int64_t until_us)
{
    int64_t left = until_us - clock_us();
    bool is_long = left > LONGEST_US;
    struct timespec until = clock_after(is_long ? LONGEST_US : left);

    return pthread_cond_timedwait(c, held, &until) != ETIMEDOUT || is_long;
}
