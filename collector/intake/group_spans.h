/* A group's day, month and year (collector/intake/group_totals.h). */
#ifndef COLLECTOR_GROUP_SPANS_H
#define COLLECTOR_GROUP_SPANS_H

#include "collector/intake/groups.h"
#include "store/store.h"

struct group_spans {
    struct group_span *all;
    size_t count, room;
};
void group_spans_done(struct group_spans *s);
void group_spans_forget_members(struct group_spans *s); /* they are others now */

struct group_span_ask {
    struct store *store;
    const struct origin *from;
    const struct group *group;
    struct board *board;
    enum metric metric;
    int64_t at_ms;
};

/* What the lifetime counter grew by since the site's day, month or year began. `before` is where it
 * stood the last time; `value` comes in as the members' sum, which is only asked the first time.
 * False: it cannot be told. */
bool group_span_of_total(struct group_spans *s, const struct group_span_ask *ask, double total,
                         double before, double *value);

/* Have all members' days turned, or none? */
bool group_span_of_sum(struct group_spans *s, const struct group_span_ask *ask);

#endif
