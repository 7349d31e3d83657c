/* The stop flag of base/bell.h. */
#include "base/bell.h"

#include "base/clock.h"
#include "base/thread.h"

void bell_init(struct bell *b)
{
    lock_init(&b->lock, LOCK_BELL);
    condition_init(&b->rings);
    b->is_rung = b->is_nudged = false;
}

void bell_done(struct bell *b)
{
    pthread_cond_destroy(&b->rings);
    lock_done(&b->lock);
}

void bell_ring(struct bell *b)
{
    lock_take(&b->lock);
    b->is_rung = true;
    pthread_cond_broadcast(&b->rings);
    lock_give(&b->lock);
}

void bell_nudge(struct bell *b)
{
    lock_take(&b->lock);
    b->is_nudged = true;
    pthread_cond_broadcast(&b->rings);
    lock_give(&b->lock);
}

static bool wait_until(struct bell *b, int64_t us, bool may_nudge)
{
    bool is_early = true;

    lock_hold_none("a bell");
    if (clock_is_taken()) {
        if (!bell_is_rung(b))
            clock_sleep_us(us - clock_us());
        return bell_is_rung(b);
    }
    lock_take(&b->lock);
    while (!b->is_rung && !(may_nudge && b->is_nudged) && is_early)
        is_early = lock_wait_until(&b->lock, &b->rings, us);
    bool is_rung = b->is_rung || (may_nudge && b->is_nudged);
    if (may_nudge)
        b->is_nudged = false;
    lock_give(&b->lock);
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
    lock_take(&b->lock);
    bool is_rung = b->is_rung;
    lock_give(&b->lock);
    return is_rung;
}
