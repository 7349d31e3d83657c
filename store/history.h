/* History for charts and energy tables (store/energy.h): one metric of one device, by span. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/reader.h"
#include "store/rollup.h"

/* One step of a chart: everything said from `at_ms` on, for one step. Empty steps are not told. */
typedef void history_fn(void *to, int64_t at_ms, const struct slot *slot);

/* Steps of at least 15 minutes come from rollups where there are, else from readings. */
int history_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                 int64_t to_ms, int64_t step_ms, history_fn *each, void *to) MUST_CHECK;

#endif
