/* What a group counts (collector/intake/group_totals.h). */
#include "collector/intake/group_totals.h"

#include "base/clock.h"
#include "base/decimals.h"
#include "collector/intake/group_spans.h"
#include "store/spans.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Members of another kind say their counters some minutes after the first ones. A group that is new
 * begins with all of them. */
static const int64_t settles_ms = 10 * 60000;

struct total {
    enum metric metric;
    double offset; /* to the members' sum */
    double last, before;
    int64_t first_ms;
    bool is_begun;   /* who joins now joins a running count */
    uint64_t joined; /* members, by bits */
};

struct group_totals {
    struct store *store;
    const struct origin *from;
    struct group group;
    uint32_t who;
    bool is_followed, is_same; /* members as in the run before */
    struct total *totals;
    size_t count, room;
    struct group_spans spans;
};

static_assert(MEMBERS_MAX <= 64, "members have a bit each");

struct group_totals *group_totals_new(struct store *s, const struct origin *from)
{
    struct group_totals *t = calloc(1, sizeof *t);

    if (t) {
        t->store = s;
        t->from = from;
    }
    return t;
}

void group_totals_free(struct group_totals *t)
{
    if (!t)
        return;
    free(t->totals);
    group_spans_done(&t->spans);
    free(t);
}

/* ---- members ------------------------------------------------------------------------------- */

static uint64_t members_that_give(const struct group_totals *t, enum metric m)
{
    uint64_t who = 0;

    for (size_t i = 0; i < t->group.count; i++)
        if (group_gives(&t->group, t->group.members[i].role, m))
            who |= UINT64_C(1) << i;
    return who;
}

typedef bool stand_fn(struct board *b, unsigned device, enum metric m, double *to);

/* The sum of those among `who` of whom it is known; they are left in `who`. */
static double sum_of(const struct group_totals *t, struct board *b, enum metric m, stand_fn *stand,
                     uint64_t *who)
{
    double sum = 0, one;

    for (size_t i = 0; i < t->group.count; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (!(*who & bit))
            continue;
        if (stand(b, t->group.members[i].device, m, &one))
            sum += one;
        else
            *who &= ~bit;
    }
    return sum;
}

/* Others have what was counted so far from now on. */
static void hand_over(struct group_totals *t, struct board *b, struct total *x, double counted,
                      stand_fn *stand)
{
    x->joined = members_that_give(t, x->metric);
    x->offset = counted - sum_of(t, b, x->metric, stand, &x->joined);
}

void group_totals_follow(struct group_totals *t, const struct group *g, struct board *b,
                         uint32_t who)
{
    double before, unused;
    double counted[METRIC_COUNT];

    if (!t->is_followed)
        t->is_same = !store_meter_get(t->store, t->from, M_MEMBERS, &before, &unused) ||
                     (uint32_t)before == who;
    bool is_other = t->is_followed && t->who != who;
    for (size_t i = 0; i < t->count && is_other; i++)
        counted[i] = t->totals[i].offset +
                     sum_of(t, b, t->totals[i].metric, board_total, &t->totals[i].joined);
    t->group = *g;
    t->who = who;
    t->is_followed = true;
    for (size_t i = 0; i < t->count && is_other; i++)
        hand_over(t, b, &t->totals[i], counted[i], board_total);
    if (is_other)
        group_spans_forget_members(&t->spans);
    store_meter_put(t->store, t->from, M_MEMBERS, who, 0);
}

/* ---- lifetime counters ----------------------------------------------------------------------- */

static struct total *total_of(const struct group_totals *t, enum metric m)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->totals[i].metric == m)
            return &t->totals[i];
    return NULL;
}

/* What earlier runs knew. */
static void recall(struct group_totals *t, struct board *b, struct total *x)
{
    double sum, offset;

    if (!store_meter_get(t->store, t->from, x->metric, &sum, &offset))
        return;
    x->is_begun = true;
    x->last = x->before = sum + offset;
    hand_over(t, b, x, x->last, board_stood);
    if (t->is_same)
        x->offset = offset;
}

/* NULL: no memory. */
static struct total *total_for(struct group_totals *t, struct board *b, enum metric m,
                               int64_t at_ms)
{
    struct total *known = total_of(t, m);

    if (known)
        return known;
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 8;
        struct total *more = realloc(t->totals, room * sizeof *more);
        if (!more)
            return NULL;
        t->totals = more;
        t->room = room;
    }
    struct total *x = &t->totals[t->count++];
    *x = (struct total){.metric = m, .first_ms = at_ms};
    recall(t, b, x);
    return x;
}

/* The members' sum becomes the group's own count. */
static double count_on(struct group_totals *t, struct board *b, struct total *x, double sum,
                       int64_t at_ms)
{
    uint64_t all = members_that_give(t, x->metric), who = all & ~x->joined;
    double brought = sum_of(t, b, x->metric, board_total, &who);

    if (x->is_begun || (t->group.is_partial && x->joined))
        x->offset -= brought;
    x->joined |= who;
    x->is_begun |= x->joined == all || llabs(at_ms - x->first_ms) > settles_ms;
    x->before = x->joined == who ? sum : x->last; /* the very first: nothing was counted before */
    if (x->is_begun && sum + x->offset < x->last)
        x->offset = x->last - sum; /* what was told of a member turned out wrong */
    x->last = sum + x->offset;
    store_meter_put(t->store, t->from, x->metric, sum, x->offset);
    return decimals_cut(x->last);
}

/* ---- both -------------------------------------------------------------------------------- */

static void take_counters(struct group_totals *t, struct board *b, struct reading *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        enum metric m = (enum metric)r->fields[i].metric;
        if (catalogue[m].kind != COUNTER || catalogue[m].fold != SUM)
            continue;
        struct total *x = total_for(t, b, m, r->round_ms);
        if (x)
            r->fields[i].value = count_on(t, b, x, r->fields[i].value, r->round_ms);
    }
}

static void take_spans(struct group_totals *t, struct board *b, struct reading *r)
{
    for (unsigned i = 0; i < r->count;) {
        enum metric m = (enum metric)r->fields[i].metric, whole = span_whole(m);
        struct group_span_ask ask = {.store = t->store,
                                     .from = t->from,
                                     .group = &t->group,
                                     .board = b,
                                     .metric = m,
                                     .at_ms = r->round_ms};
        double total;
        const struct total *x = whole == M_NONE ? NULL : total_of(t, whole);
        if (catalogue[m].kind != DAILY || catalogue[m].fold != SUM) {
            i++;
            continue;
        }
        bool is_told =
            x ? reading_get(r, whole, &total) &&
                    group_span_of_total(&t->spans, &ask, total, x->before, &r->fields[i].value)
              : group_span_of_sum(&t->spans, &ask);
        if (is_told)
            i++;
        else
            reading_drop(r, m);
    }
}

void group_totals_take(struct group_totals *t, struct board *b, struct reading *r)
{
    take_counters(t, b, r);
    take_spans(t, b, r);
}
