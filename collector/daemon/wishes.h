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
#include "base/lock.h"

#include <pthread.h>

struct daemon;
struct plan;

enum { WISHES_WAITING = 16 };

struct wishes {
    struct daemon *daemon; /* NULL: not begun */
    struct control control;
    struct lock lock;
    struct wish *waiting[WISHES_WAITING]; /* the oldest first */
    unsigned count;
    bool is_open;            /* takes wishes */
    const struct plan *plan; /* who may be meant */
    struct bell bell;
    pthread_t thread;
    _Atomic bool is_leaving; /* what waits is over, and what has begun is given back */
    _Atomic bool has_ended;  /* its thread */
    bool is_at_work;         /* somebody's wish is out of the box and not given back */
    struct wish own;         /* the one in hand: the bus thread works on this copy of it */
};

int wishes_open(struct wishes *w, struct daemon *d) MUST_CHECK;
void wishes_close(struct wishes *w);

/* Takes wishes for devices of this plan from now on; the one before may be freed afterwards. */
void wishes_follow(struct wishes *w, const struct plan *plan);

/* Takes no more until followed again. What waits is given back with ERR_STOPPED, and so is what a
 * bus thread has in hand: its end is only told in the events. All of them are given back when idle.
 */
void wishes_leave(struct wishes *w);
bool wishes_are_idle(struct wishes *w);

/* Its thread ends when the last wish has; wishes_close waits for that. */
void wishes_ask_end(struct wishes *w);
bool wishes_have_ended(const struct wishes *w);

#endif
