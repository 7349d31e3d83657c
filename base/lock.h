/*
 * A lock, and its place in the order in which locks are taken (base/locks.def). Built with
 * HELIO_LOCK_ORDER, every thread knows what it holds, and the program ends with a word where one is
 * taken out of order, or where a thread waits for something else while it holds one.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
#define X(name, where, what) LOCK_##name,
#include "base/locks.def"
#undef X
    LOCK_RANKS
};

struct lock {
    pthread_mutex_t mutex;
    enum lock_rank rank;
};

#define LOCK_INITIAL(lock_rank)                                                                    \
    {                                                                                              \
        .mutex = PTHREAD_MUTEX_INITIALIZER, .rank = (lock_rank)                                    \
    }

void lock_init(struct lock *l, enum lock_rank rank);
void lock_done(struct lock *l);
void lock_take(struct lock *l);
void lock_give(struct lock *l);

/* Lets go of the lock until the condition is signalled, and takes it again. lock_wait_until: false
 * when clock_us() has reached `until_us`; true: look again, since it may also have been woken for
 * nothing. */
void lock_wait(struct lock *l, pthread_cond_t *c);
bool lock_wait_until(struct lock *l, pthread_cond_t *c, int64_t until_us);

/* Said by whatever may take its time: nobody may hold a lock here. */
#ifdef HELIO_LOCK_ORDER
void lock_hold_none(const char *what);
#else
static inline void lock_hold_none(const char *what)
{
    (void)what;
}
#endif

#endif
