/* A reading: what one device said in one round. A plain value, copied wherever it goes. */
#ifndef METRICS_READING_H
#define METRICS_READING_H

#include "metrics/catalogue.h"

#include <stdbool.h>
#include <stdint.h>

enum { READING_MAX = 128 }; /* FLEXnet with its registers is the largest */

struct reading {
    int64_t round_ms; /* the tick all devices of a round share */
    uint16_t device;  /* its place among the devices of the plan */
    uint16_t count;
    uint16_t withheld; /* numbers that were said but cannot be true */
    struct {
        uint16_t metric;
        double value; /* labels are numbers too; words are looked up at the edge */
    } fields[READING_MAX];
};

bool reading_has(const struct reading *r, enum metric m);
bool reading_get(const struct reading *r, enum metric m, double *to);
/* With six decimals at most (base/decimals.h). False: no room left. */
bool reading_put(struct reading *r, enum metric m, double value);
void reading_drop(struct reading *r, enum metric m);

#endif
