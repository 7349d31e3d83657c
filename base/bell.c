/* The stop flag of base/bell.h. */
#include "base/bell.h"

#include "base/clock.h"

#include <time.h>

void bell_init(struct bell *b)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&b->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&b->rings, &monotonic);
    pthread_condattr_destroy(&monotonic);
    b->is_rung = b->is_nudged = false;
}

void bell_done(struct bell *b)
{
    pthread_cond_destroy(&b->rings);
    pthread_mutex_destroy(&b->lock);
}

void bell_ring(struct bell *b)
{
    pthread_mutex_lock(&b->lock);
    b->is_rung = true;
    pthread_cond_broadcast(&b->rings);
    pthread_mutex_unlock(&b->lock);
}

void bell_nudge(struct bell *b)
{
    pthread_mutex_lock(&b->lock);
    b->is_nudged = true;
    pthread_cond_broadcast(&b->rings);
    pthread_mutex_unlock(&b->lock);
}

static bool wait_until(struct bell *b, int64_t us, bool may_nudge)
{
    struct timespec until = {.tv_sec = (time_t)(us / 1000000),
                             .tv_nsec = (long)(us % 1000000) * 1000};
    int late = 0;

    if (clock_is_taken()) {
        if (!bell_is_rung(b))
            clock_sleep_us(us - clock_us());
        return bell_is_rung(b);
    }
    pthread_mutex_lock(&b->lock);
    while (!b->is_rung && !(may_nudge && b->is_nudged) && !late)
        late = pthread_cond_timedwait(&b->rings, &b->lock, &until);
    bool is_rung = b->is_rung || (may_nudge && b->is_nudged);
    if (may_nudge)
        b->is_nudged = false;
    pthread_mutex_unlock(&b->lock);
    return is_rung;
}

bool bell_wait_until(struct bell *b, int64_t us)
{
    return wait_until(b, us, false);
}

bool bell_wait_nudged(struct bell *b, int64_t us)
{
    return wait_until(b, us, true);
}

bool bell_is_rung(struct bell *b)
{
    pthread_mutex_lock(&b->lock);
    bool is_rung = b->is_rung;
    pthread_mutex_unlock(&b->lock);
    return is_rung;
}
