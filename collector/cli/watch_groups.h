/* Groups that are watched: folded once all of their members have had their turn. */
#ifndef COLLECTOR_WATCH_GROUPS_H
#define COLLECTOR_WATCH_GROUPS_H

#include "collector/intake/groups.h"
#include "collector/run/rounds.h"

struct watch_groups {
    const struct rounds *rounds;
    const struct plan *plan;
    struct board *board; /* by place in the plan */
    int64_t *tick_ms;    /* the last of each device */
    bool is_wanted[PLAN_GROUPS];
    int64_t told_ms[PLAN_GROUPS];
};

/* `names`: of groups, among others. */
int watch_groups_open(struct watch_groups *w, const struct rounds *r, char *const *names,
                      int count) MUST_CHECK;
void watch_groups_close(struct watch_groups *w);
void watch_groups_note(struct watch_groups *w, const struct news *n);

/* One that is due after this news, folded; ask until there is none. false: none. */
bool watch_groups_next(struct watch_groups *w, const struct news *n, const char **name,
                       struct reading *to);

#endif
