/*
 * A wing: a plan, the house built from it, and the rounds of some of its buses. After a reload the
 * old wing keeps the buses that did not change, and misses nothing; a new wing runs the others.
 */
#ifndef COLLECTOR_WING_H
#define COLLECTOR_WING_H

#include "collector/rounds.h"

enum { WINGS_MAX = 8 };

struct wing {
    struct plan *plan; /* taken over */
    struct house house;
    struct rounds rounds;
    bool *is_wanted; /* by device */
};

/* Runs the buses that `before` (NULL: none) do not run already, the same. */
int wing_open(struct wing *w, struct plan *take_plan, struct wing *const *before, size_t count,
              struct queue *news) MUST_CHECK;

/* Ends the buses of this wing that the new plan does not have as they are. */
void wing_leave(struct wing *w, const struct plan *plan);
bool wing_is_empty(const struct wing *w);
void wing_close(struct wing *w); /* joins its threads; what they told last is in the queue */

#endif
