/*
 * A flag plus a wake: how a thread waits for its next tick and still stops at once. A nudge ends
 * one such wait early, because there is something else to do first.
 */
#ifndef BASE_BELL_H
#define BASE_BELL_H

#include "base/lock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct bell {
    struct lock lock;
    pthread_cond_t rings;
    bool is_rung, is_nudged;
};

void bell_init(struct bell *b);
void bell_done(struct bell *b);
void bell_ring(struct bell *b);                   /* for ever: there is no un-ringing */
bool bell_wait_until(struct bell *b, int64_t us); /* clock_us(); true: it was rung */
void bell_nudge(struct bell *b);
bool bell_wait_nudged(struct bell *b, int64_t us); /* true: it was rung, or nudged (once) */
bool bell_is_rung(struct bell *b);

#endif
