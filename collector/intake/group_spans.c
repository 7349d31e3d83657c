/* A group's day, month and year (collector/intake/group_spans.h). */
#include "collector/intake/group_spans.h"

#include "base/clock.h"
#include "base/decimals.h"
#include "store/spans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct group_span {
    enum metric metric;
    bool is_based;
    int first;   /* 20261130: of the site's day, month or year */
    double base; /* where the lifetime counter stood when that began */
    struct {
        double said, was; /* now, and before its day turned */
    } members[MEMBERS_MAX];
    uint64_t turned; /* by bits */
};

void group_spans_done(struct group_spans *s)
{
    free(s->all);
    *s = (struct group_spans){0};
}

void group_spans_forget_members(struct group_spans *s)
{
    for (size_t i = 0; i < s->count; i++) {
        memset(s->all[i].members, 0, sizeof s->all[i].members);
        s->all[i].turned = 0;
    }
}

static struct group_span *span_of(const struct group_spans *s, enum metric m)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].metric == m)
            return &s->all[i];
    return NULL;
}

/* With what earlier runs knew. NULL: no memory. */
static struct group_span *span_for(struct group_spans *s, const struct group_span_ask *ask)
{
    struct group_span *known = span_of(s, ask->metric);
    double base, first;

    if (known)
        return known;
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 4;
        struct group_span *more = realloc(s->all, room * sizeof *more);
        if (!more)
            return NULL;
        s->all = more;
        s->room = room;
    }
    struct group_span *x = &s->all[s->count++];
    *x = (struct group_span){.metric = ask->metric};
    if (store_meter_get(ask->store, ask->from, ask->metric, &base, &first)) {
        x->is_based = true;
        x->base = base;
        x->first = (int)first;
    }
    return x;
}

bool group_span_of_total(struct group_spans *s, const struct group_span_ask *ask, double total,
                         double before, double *value)
{
    struct group_span *x = span_for(s, ask);
    int first = span_first(ask->metric, ask->at_ms);

    if (!x || !clock_is_trusted(ask->at_ms))
        return false;
    if (!x->is_based)
        x->base = total - *value;
    else if (first > x->first)
        x->base = before;
    if (!x->is_based || first > x->first) {
        x->first = first;
        x->is_based = true;
        store_meter_put(ask->store, ask->from, ask->metric, x->base, first);
    }
    *value = fmax(0, decimals_cut(total - x->base));
    return true;
}

/* Looks at one member. True: its day has not turned, while another's may have. */
static bool is_of_before(struct group_span *x, const struct group_span_ask *ask, size_t i)
{
    unsigned device = ask->group->members[i].device;
    uint64_t bit = UINT64_C(1) << i;
    double now;

    if (!group_gives(ask->group, ask->group->members[i].role, ask->metric) ||
        !board_total(ask->board, device, ask->metric, &now))
        return false;
    if (now < x->members[i].said) {
        x->members[i].was = x->members[i].said;
        x->turned |= bit;
    } else if (x->turned & bit && now >= x->members[i].was) {
        x->turned &= ~bit; /* it was a stray number */
    }
    x->members[i].said = now;
    return !(x->turned & bit) && now > 0 && !board_sleeps(ask->board, device);
}

bool group_span_of_sum(struct group_spans *s, const struct group_span_ask *ask)
{
    struct group_span *x = span_for(s, ask);
    bool is_left = false;

    if (!x)
        return false;
    for (size_t i = 0; i < ask->group->count; i++)
        is_left |= is_of_before(x, ask, i);
    if (x->turned && is_left)
        return false;
    x->turned = 0;
    return true;
}
