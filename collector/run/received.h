/*
 * Readings that another collector uploads. The web server's thread hands rows over through a
 * queue; the main thread keeps them and commits, and only then is the sender told that they are
 * safe. Without the web floor all of this does nothing.
 */
#ifndef COLLECTOR_RECEIVED_H
#define COLLECTOR_RECEIVED_H

#include "base/lock.h"
#include "base/queue.h"
#include "collector/plan/plan.h"
#include "store/store.h"

#include <pthread.h>

struct web;
struct view;

struct received {
    struct store *store;
    struct queue *news; /* the main thread waits at it: a news from nobody wakes it */
    struct queue *rows;
    struct web *web;         /* NULL: it does not listen */
    const struct plan *plan; /* what is followed */
    const struct view *front;
    int64_t retry_us; /* it could not listen: tried again then; 0: it does, or need not */

    /* A server that ends has a thread which waits for it, so that nobody else does. */
    struct web *leaving;
    const struct plan *leaving_plan;
    pthread_t ender;
    bool has_ender;
    _Atomic bool has_ended;
    char prefix[ORIGIN_NAME - 8];
    struct lock lock;
    bool is_closed; /* takes no more rows */
};

int received_open(struct received *r, struct store *store, struct queue *news) MUST_CHECK;
void received_close(struct received *r); /* waits for a server that ends */

/* Listens as this plan says from now on. The token is read anew. */
int received_follow(struct received *r, const struct plan *plan,
                    const struct view *front) MUST_CHECK;

/* Listens no more until followed again, and returns at once: the server answers whom it has to, and
 * ends. What waits for a wish must have been given back before. */
void received_leave(struct received *r);
bool received_has_left(struct received *r);

/* Listens as soon as the old server has ended, and tries again when it could not. */
void received_tend(struct received *r);
bool received_uses(const struct received *r, const struct plan *plan);

/* Keeps what waits, in one commit; the main thread's. */
void received_keep(struct received *r);

#endif
