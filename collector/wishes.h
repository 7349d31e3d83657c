/*
 * Wishes from outside: what a page or a topic wants set. They wait in a small box; one thread of
 * the house carries them out, one after the other, and waits for the bus thread in their place, so
 * that no server's thread waits for a wire. One wish is one attempt: nothing is tried again.
 */
#ifndef COLLECTOR_WISHES_H
#define COLLECTOR_WISHES_H

#include "metrics/control.h"

#include "base/bell.h"
#include "base/error.h"

#include <pthread.h>

struct daemon;
struct plan;

enum { WISHES_WAITING = 16 };

struct wishes {
    struct daemon *daemon; /* NULL: not begun */
    struct control control;
    pthread_mutex_t lock;
    struct wish *waiting[WISHES_WAITING]; /* the oldest first */
    unsigned count;
    bool is_open;            /* takes wishes */
    const struct plan *plan; /* who may be meant */
    struct bell bell;
    pthread_t thread;
    _Atomic bool is_leaving; /* what waits is over, what has begun may end */
    bool is_at_work;         /* a wish is out of the box and not done */
};

int wishes_open(struct wishes *w, struct daemon *d) MUST_CHECK;
void wishes_close(struct wishes *w);

/* Takes wishes for devices of this plan from now on; the one before may be freed afterwards. */
void wishes_follow(struct wishes *w, const struct plan *plan);

/* Takes no more until followed again: what waits is done with ERR_STOPPED, and what a bus thread
 * has in hand is waited for, while news are taken. Before a reload, and before an end: in the main
 * thread, without the daemon's lock. */
void wishes_leave(struct wishes *w);

#endif
