/* History for charts and energy tables (store/energy.h): one metric of one device, by span. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/reader.h"
#include "store/rollup.h"

/* One step of a chart: everything said from `at_ms` on, for one step. Empty steps are not told. */
typedef void history_fn(void *to, int64_t at_ms, const struct slot *slot);

/* How long one may go on at a time: asked every few rows. */
struct turn {
    bool (*is_over)(void *who);
    void *who;
};

/* A walk that can be left and gone on with. What is neither stored as a reading nor rolled up costs
 * nothing, however long the span is. Steps of at least 15 minutes come from rollups where there
 * are, else from readings. */
struct history {
    int origin;
    const char *metric;
    int64_t from_ms, to_ms, step_ms;
    history_fn *each;
    void *to;

    int64_t next_ms; /* all before it is taken */
    bool is_within;  /* next_ms is inside a day whose beginning was taken from readings */
    int64_t at_ms;   /* of the step being filled */
    struct slot step;
};

struct history history_of(const struct origin *from, const char *metric, int64_t from_ms,
                          int64_t to_ms, int64_t step_ms, history_fn *each, void *to);

/* OK: all of it is told. ERR_STOPPED: the turn is over; go on later, with any reader of the same
 * store. `turn` NULL: as long as it takes. */
int history_on(struct history *w, struct reader *r, const struct turn *turn) MUST_CHECK;

/* All at once. */
int history_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                 int64_t to_ms, int64_t step_ms, history_fn *each, void *to) MUST_CHECK;

/* From the first to the last of what there is of a device, in readings and rollups: a span is cut
 * to that. False: nothing of it is stored. */
bool history_clip(struct reader *r, const struct origin *from, const char *metric, int64_t *from_ms,
                  int64_t *to_ms);

#endif
