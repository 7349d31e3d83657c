/*
 * Readings that another collector uploads. The web server's thread hands rows over through a
 * queue; the main thread keeps them and commits, and only then is the sender told that they are
 * safe. Without the web floor all of this does nothing.
 */
#ifndef COLLECTOR_RECEIVED_H
#define COLLECTOR_RECEIVED_H

#include "base/queue.h"
#include "collector/plan.h"
#include "store/store.h"

#include <pthread.h>

struct web;
struct view;

struct received {
    struct store *store;
    struct queue *news; /* the main thread waits at it: a news from nobody wakes it */
    struct queue *rows;
    struct web *web; /* NULL: not enabled */
    char prefix[ORIGIN_NAME - 8];
    pthread_mutex_t lock;
    bool is_closed; /* takes no more rows */
};

int received_open(struct received *r, struct store *store, struct queue *news) MUST_CHECK;
void received_close(struct received *r);

/* Listens as this plan says from now on. The token is read anew. */
int received_follow(struct received *r, const struct plan *plan,
                    const struct view *front) MUST_CHECK;

/* Listens no more until followed again. Before a reload: the server's thread asks for the daemon's
 * lock, and to end it is to wait for it. */
void received_leave(struct received *r);

/* Keeps what waits, in one commit; the main thread's. */
void received_keep(struct received *r);

#endif
