/* The house: buses and devices of the plan, built, and simulated where the plan says so. */
#ifndef COLLECTOR_HOUSE_H
#define COLLECTOR_HOUSE_H

#include "collector/plan/plan.h"
#include "collector/run/cast.h"
#include "drivers/device.h"

struct house {
    const struct plan *plan;
    struct bus *buses;      /* one for each of the plan's, in its order */
    struct device *devices; /* likewise */
    struct cast **casts;    /* of simulated buses; NULL for real ones */
};

/* Opens nothing yet. Logs what is wrong with a plan that cannot be built. */
int house_build(struct house *h, const struct plan *plan) MUST_CHECK;

/* The same of some devices and their buses only: what is not wanted stays empty. NULL: all. A bus
 * is wanted whole. */
int house_build_part(struct house *h, const struct plan *plan, const bool *is_wanted) MUST_CHECK;
void house_raze(struct house *h);
struct bus *house_bus(struct house *h, const struct plan_bus *b);

/* Writes every exchange of every bus to this file from now on. */
int house_record(struct house *h, const char *path) MUST_CHECK;

#endif
