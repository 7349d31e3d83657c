/*
 * A gauge shows what is now, and what is now does not jump further than a plant can. What jumps is
 * held back for one reading, and believed when the next one says the same: a battery that really
 * collapses is seen one reading later, a stray number never. Pure.
 */
#ifndef COLLECTOR_GAUGE_H
#define COLLECTOR_GAUGE_H

#include "metrics/catalogue.h"

#include <stdbool.h>
#include <stdint.h>

struct gauge {
    bool is_known, is_held;
    double last;    /* the last believed */
    double held;    /* a jump that waits for another to say the same */
    double highest; /* ever reached by two in a row, whatever their sign */
    int64_t last_us;
};

/* May it be published? False: it is held back. */
bool gauge_judge(struct gauge *g, enum metric m, double value, int64_t now_us);

#endif
