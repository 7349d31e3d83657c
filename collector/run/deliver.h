/* Delivery: one pump for each sink of the plan. */
#ifndef COLLECTOR_DELIVER_H
#define COLLECTOR_DELIVER_H

#include "base/lock.h"

#include "collector/plan/plan.h"
#include "store/pump.h"

#include <pthread.h>

/* One thread, the main one, changes the list, under the lock; so it reads it without. Others find a
 * pump under the lock and pin it, let the lock go, and wait for the pump as long as they like. */
struct deliver {
    struct store *store;
    const struct view *view; /* for sinks that tell how the house is; NULL without a daemon */
    const struct plan *plan; /* what is followed */
    int64_t retry_us;        /* a sink that could not begin is tried again then */
    struct lock lock;
    size_t count;
    struct fed {
        const struct plan *plan; /* its section belongs to this one */
        struct pump *pump;
        char name[ORIGIN_NAME];
        bool is_leaving; /* told to end: found no more, and looked after until it has */
    } seats[2 * PLAN_SINKS];
};

void deliver_init(struct deliver *d, struct store *store, const struct view *view);
void deliver_done(struct deliver *d);

/* Starts a pump for every sink of the plan that has none yet; tells those to end that are no longer
 * in it, that changed, or that wait for somebody to mend something. Those that stay try again now.
 * A sink that cannot begin is told and left out: the others go on. The error is the first of
 * these. */
int deliver_follow(struct deliver *d, const struct plan *plan) MUST_CHECK;

/* Looks after those that were told to end, and starts what could not begin yet: a sink that
 * changed begins when its old pump has ended, and one that failed is tried again now and then. */
void deliver_tend(struct deliver *d);

/* Only these sinks ("a,b"); NULL: all. Complains about a name that is none. */
int deliver_only(const struct plan *plan, const char *names, bool wanted[PLAN_SINKS]) MUST_CHECK;

/* All of them deliver on until clock_us() `deadline_us` at most, and end. In two steps, without
 * waiting, or waiting for their ends. */
void deliver_ask_stop(struct deliver *d, int64_t deadline_us);
bool deliver_has_ended(struct deliver *d);
void deliver_stop(struct deliver *d, int64_t deadline_us);

bool deliver_uses(const struct deliver *d, const struct plan *plan);

/* ---- from any thread ------------------------------------------------------------------------ */

/* Pinned; NULL: there is no such sink, or it ends. */
struct pump *deliver_pin(struct deliver *d, const char *name);

/* How each of them is; returns how many. */
size_t deliver_states(struct deliver *d, struct pump_state *to, size_t room);

/* Until everything stored so far is delivered; false when the limit is over first. */
bool deliver_wait(struct deliver *d, const struct limit *limit);

#endif
