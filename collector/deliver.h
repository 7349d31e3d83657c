/* Delivery: one pump for each sink of the plan. */
#ifndef COLLECTOR_DELIVER_H
#define COLLECTOR_DELIVER_H

#include "collector/plan.h"
#include "store/pump.h"

struct deliver {
    struct store *store;
    const struct view *view; /* for sinks that tell how the house is; NULL without a daemon */
    size_t count;
    struct {
        const struct plan *plan; /* its section belongs to this one */
        struct pump *pump;
        char name[ORIGIN_NAME];
    } seats[PLAN_SINKS];
};

/* Starts a pump for every sink of the plan that has none yet; ends those that are no longer in it,
 * that changed, or that wait for somebody to mend something. A sink that cannot begin is told and
 * left out: the others go on. */
int deliver_follow(struct deliver *d, const struct plan *plan, struct store *store) MUST_CHECK;

/* Only these sinks ("a,b"); NULL: all. Complains about a name that is none. */
int deliver_only(const struct plan *plan, const char *names, bool wanted[PLAN_SINKS]) MUST_CHECK;

struct pump *deliver_pump(struct deliver *d, const char *name);

/* Until everything stored so far is delivered; false when the time is over first. */
bool deliver_wait(struct deliver *d, int64_t deadline_us);
void deliver_stop(struct deliver *d, int64_t deadline_us);
bool deliver_uses(const struct deliver *d, const struct plan *plan);

#endif
