/* helio export --by: what counters grew by, with the very rows that /api/v1/energy has. */
#ifndef COLLECTOR_ENERGY_OUT_H
#define COLLECTOR_ENERGY_OUT_H

#include "metrics/catalogue.h"
#include "store/days.h"
#include "store/energy.h"

#include <stdio.h>

struct energy_out {
    FILE *to;
    bool is_json;
    enum by by;
    int64_t from_ms, to_ms;
    const enum metric *columns; /* none: every counter the device has */
    size_t column_count;
};

void energy_out_begin(const struct energy_out *o);
int energy_out_device(const struct energy_out *o, struct reader *r,
                      const struct origin *from) MUST_CHECK;

#endif
