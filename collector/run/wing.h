/*
 * A wing: a plan, the house built from it, and the rounds of some of its buses. After a reload the
 * old wing keeps the buses that did not change, and misses nothing; a new wing runs the others.
 */
#ifndef COLLECTOR_WING_H
#define COLLECTOR_WING_H

#include "base/lock.h"

#include "collector/plan/addressee.h"
#include "collector/run/rounds.h"

#include <pthread.h>

struct wing {
    struct plan *plan; /* of the daemon, which keeps it as long as a wing runs by it */
    struct house house;
    struct rounds rounds;
    bool *is_wanted; /* by device */

    /* Guarded by the lock of the list: */
    unsigned number; /* rises from wing to wing */
    unsigned pins;   /* so many threads use it without the lock: it is not closed before */
};

/*
 * All of them. The main thread alone changes the list, under the lock; so it reads it without. All
 * others find what they want under the lock and pin it, let the lock go, and wait for a bus's
 * thread as long as they like: the wing stays until it is unpinned.
 */
struct wings {
    struct lock lock;
    struct wing **list; /* the newest last */
    size_t count, room;
    unsigned last_number;
};

void wings_init(struct wings *ws);
void wings_done(struct wings *ws); /* when all of them are closed */

/* Builds what the plan wants beyond the buses that run already the same, and has its threads stand
 * ready. Everything that may fail, room in the list included: it only needs wings_add then. NULL:
 * an error, and nothing is left. */
struct wing *wings_prepare(struct wings *ws, struct plan *plan, struct queue *news, int *rc);
void wings_add(struct wings *ws, struct wing *w); /* its threads begin */
void wing_close(struct wing *w); /* joins its threads; what they told last is in the queue */

/* Tells the buses that the new plan does not have as they are to end. */
void wings_leave(struct wings *ws, const struct plan *plan);
bool wings_have_left(struct wings *ws);

/* Takes a wing out of the list that runs nothing any more and that nobody uses, but not the one of
 * `newest`. NULL: there is none. Its news must be taken before it is closed. */
struct wing *wings_take_empty(struct wings *ws, const struct plan *newest);

/* Every thread has ended. */
bool wings_are_done(struct wings *ws);
void wings_ring(struct wings *ws);

/* When the slowest of all bus threads last showed that it lives. */
int64_t wings_beat(struct wings *ws);

/* ---- from any thread ------------------------------------------------------------------------ */

/* Who is meant by this name, and where it runs now; pinned. NULL: nobody here is called so. */
struct wing *wings_find(struct wings *ws, const char *name, struct addressee *to, size_t *bus);

/* The oldest wing behind this number, pinned; NULL: there is none. */
struct wing *wings_next(struct wings *ws, unsigned number);
void wings_unpin(struct wings *ws, struct wing *w);

#endif
