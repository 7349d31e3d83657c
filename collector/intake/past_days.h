/*
 * Days that a device has finished and kept itself: when its day has turned, the page of the day
 * before is asked for, and of every day since the newest that is stored, as far back as devices
 * go; one page a round, oldest first, so that whatever breaks off goes on from there. In the
 * keeper's thread; only the question itself is put in the bus's own.
 */
#ifndef COLLECTOR_PAST_DAYS_H
#define COLLECTOR_PAST_DAYS_H

#include "collector/intake/day_turn.h"
#include "collector/run/rounds.h"
#include "store/store.h"

/* rounds_post, or what stands in for it. */
typedef int post_fn(struct rounds *r, size_t bus, struct job *job);

struct past_days; /* of one device */

struct past_days *past_days_new(struct store *store, const struct origin *from);
void past_days_free(struct past_days *p); /* once the threads that may hold its job have ended */

/* A reading that passed the gate, with the news it came by. */
void past_days_hear(struct past_days *p, const struct news *n, const struct reading *r,
                    post_fn *post);

#endif
