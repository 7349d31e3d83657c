/* Taking and giving, in order (base/lock.h). */
#include "base/lock.h"

#include "base/thread.h"

/* ---- the order ---------------------------------------------------------------------------------
 */

#ifdef HELIO_LOCK_ORDER

#include <stdio.h>
#include <stdlib.h>

enum { HELD_MOST = 8 };

static const char *const names[] = {
#define X(name, where, what) #name " (" where ")",
#include "base/locks.def"
#undef X
};

static _Thread_local const struct lock *held[HELD_MOST];
static _Thread_local unsigned held_count;

__attribute__((noreturn)) static void die(const char *does, const char *what,
                                          const struct lock *other)
{
    fprintf(stderr, "locks: a thread %s %s while it holds %s (base/locks.def)\n", does, what,
            names[other->rank]);
    abort();
}

static void note_taken(const struct lock *l)
{
    for (unsigned i = 0; i < held_count; i++)
        if (held[i]->rank >= l->rank)
            die("takes", names[l->rank], held[i]);
    if (held_count == HELD_MOST)
        die("takes", names[l->rank], held[0]);
    held[held_count++] = l;
}

static void note_given(const struct lock *l)
{
    for (unsigned i = held_count; i-- > 0;)
        if (held[i] == l) {
            for (held_count--; i < held_count; i++)
                held[i] = held[i + 1];
            return;
        }
    fprintf(stderr, "locks: a thread gives %s, which it does not hold\n", names[l->rank]);
    abort();
}

static void note_wait(const struct lock *l)
{
    for (unsigned i = 0; i < held_count; i++)
        if (held[i] != l)
            die("waits at a condition of", names[l->rank], held[i]);
}

void lock_hold_none(const char *what)
{
    if (held_count)
        die("waits:", what, held[held_count - 1]);
}

#else

static void note_taken(const struct lock *l)
{
    (void)l;
}

static void note_given(const struct lock *l)
{
    (void)l;
}

static void note_wait(const struct lock *l)
{
    (void)l;
}

#endif

/* ---- the locks ---------------------------------------------------------------------------------
 */

void lock_init(struct lock *l, enum lock_rank rank)
{
    pthread_mutex_init(&l->mutex, NULL);
    l->rank = rank;
}

void lock_done(struct lock *l)
{
    pthread_mutex_destroy(&l->mutex);
}

void lock_take(struct lock *l)
{
    note_taken(l);
    pthread_mutex_lock(&l->mutex);
}

void lock_give(struct lock *l)
{
    note_given(l);
    pthread_mutex_unlock(&l->mutex);
}

void lock_wait(struct lock *l, pthread_cond_t *c)
{
    note_wait(l);
    pthread_cond_wait(c, &l->mutex);
}

bool lock_wait_until(struct lock *l, pthread_cond_t *c, int64_t until_us)
{
    note_wait(l);
    return condition_wait_until(c, &l->mutex, until_us);
}
