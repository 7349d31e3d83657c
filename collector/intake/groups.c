/* Devices added up (collector/intake/groups.h). */
#include "collector/intake/groups.h"

#include "base/text.h"
#include "store/days.h"

#include <math.h>
#include <string.h>

/* ---- folding ----------------------------------------------------------------------------- */

/* One metric, as far as its members said it. */
struct heap {
    unsigned count;
    bool is_incomplete; /* somebody who says it is silent now */
    bool has_stood;     /* somebody has not said it since the start, but stands where it stood */
    double sum, low, high;
    uint64_t bits;
};

struct folding {
    const struct group *group;
    struct board *board;
    int64_t now_us, now_ms;        /* by the steady clock, and by the one on the wall */
    bool is_named[ROLE_COUNT];     /* somebody has this role, so `members` does not give it */
    bool is_unknown[ROLE_COUNT];   /* somebody who would give it was never heard */
    bool is_uncounted[ROLE_COUNT]; /* the same, but asleep: it makes nothing, and had counted */
    struct heap heaps[METRIC_COUNT];
};

bool group_gives(const struct group *g, enum role role, enum metric m)
{
    enum role wanted = metric_role(m);
    bool is_named = false;

    for (size_t i = 0; i < g->count; i++)
        is_named |= g->members[i].role == wanted;
    return is_named ? role == wanted : role == ROLE_ALL;
}

static bool gives(const struct folding *f, enum role role, enum metric m)
{
    enum role wanted = metric_role(m);

    return f->is_named[wanted] ? role == wanted : role == ROLE_ALL;
}

static void heap_add(struct heap *h, double value)
{
    h->low = h->count ? fmin(h->low, value) : value;
    h->high = h->count ? fmax(h->high, value) : value;
    h->sum += value;
    h->bits |= value > 0 ? (uint64_t)value : 0;
    h->count++;
}

/* What somebody still counts for who is asleep, or silent in a group that does not wait for all: a
 * counter stands where it stood, that of a day until the day is over. Nothing is known of power. */
static bool is_kept(const struct folding *f, const struct board_value *v)
{
    enum kind kind = catalogue[v->metric].kind;

    if (kind == DAILY)
        return day_of(f->now_ms - v->age_us / 1000) == day_of(f->now_ms);
    return kind == COUNTER || kind == NET;
}

/* Lifetime counters that it has not said since the start, but earlier runs knew: they come in their
 * turn, and stand where they stood. */
static void fold_unsaid(struct folding *f, unsigned device, enum role role)
{
    double total;

    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        if (catalogue[m].kind == COUNTER && catalogue[m].fold == SUM &&
            gives(f, role, (enum metric)m) && !board_has(f->board, device, (enum metric)m) &&
            board_total(f->board, device, (enum metric)m, &total)) {
            heap_add(&f->heaps[m], total);
            f->heaps[m].has_stood = true;
        }
}

static void fold_member(struct folding *f, unsigned device, enum role role)
{
    struct board_value values[METRIC_COUNT];
    unsigned count = board_all(f->board, device, f->now_us, values, METRIC_COUNT);
    bool is_asleep = board_sleeps(f->board, device), stands = is_asleep || f->group->is_partial;

    fold_unsaid(f, device, role);
    for (unsigned i = 0; i < count; i++) {
        enum metric m = values[i].metric;
        if (catalogue[m].fold == NONE || !gives(f, role, m))
            continue;
        if (values[i].is_fresh || (stands && is_kept(f, &values[i])))
            heap_add(&f->heaps[m], values[i].value);
        else
            f->heaps[m].is_incomplete |= !is_asleep;
    }
}

static void put_folded(const struct folding *f, enum metric m, struct reading *to)
{
    const struct heap *h = &f->heaps[m];
    enum role role = metric_role(m);
    enum role from = f->is_named[role] ? role : ROLE_ALL;
    bool is_sum_over_time =
        catalogue[m].kind == COUNTER || catalogue[m].kind == NET || catalogue[m].kind == DAILY;
    bool is_whole = !h->is_incomplete && !f->is_unknown[from] &&
                    !(is_sum_over_time && !h->has_stood && f->is_uncounted[from]);
    enum fold rule = m == M_BATTERY_SOC ? f->group->soc : catalogue[m].fold;
    double value = 0;

    if (!h->count)
        return;
    switch (rule) {
    case NONE:
        return;
    case SUM:
        if (!is_whole && !f->group->is_partial)
            return; /* a total without somebody is no total */
        value = h->sum;
        break;
    case MEAN:
        value = h->sum / h->count;
        break;
    case LOW:
        value = h->low;
        break;
    case HIGH:
        value = h->high;
        break;
    case EITHER:
        value = catalogue[m].kind == FLAGS ? (double)h->bits : h->high;
        break;
    }
    (void)reading_put(to, m, value); /* no room: the metrics that come first are there */
}

/* Counts every device once, however many roles it has. */
static unsigned count_members(struct folding *f, unsigned *heard)
{
    const struct group *g = f->group;
    unsigned members = 0;

    *heard = 0;
    for (size_t i = 0; i < g->count; i++) {
        bool is_counted = false;
        int64_t age_us;
        for (size_t k = 0; k < i; k++)
            is_counted |= g->members[k].device == g->members[i].device;
        enum board_state state =
            board_state(f->board, g->members[i].device, f->now_us, &age_us, NULL);
        bool is_asleep = board_sleeps(f->board, g->members[i].device);
        f->is_unknown[g->members[i].role] |= age_us < 0 && !is_asleep;
        f->is_uncounted[g->members[i].role] |= age_us < 0 && is_asleep;
        f->is_named[g->members[i].role] = true;
        members += !is_counted;
        *heard += !is_counted && state == HEARD;
    }
    return members;
}

bool group_fold(const struct group *g, struct board *board, int64_t now_us, struct reading *to)
{
    struct folding f = {.group = g, .board = board, .now_us = now_us, .now_ms = to->round_ms};
    unsigned heard, members = count_members(&f, &heard);

    to->count = 0;
    to->withheld = 0;
    if (!heard)
        return false;
    for (size_t i = 0; i < g->count; i++)
        fold_member(&f, g->members[i].device, g->members[i].role);
    (void)reading_put(to, M_MEMBERS, members); /* an empty reading has room */
    (void)reading_put(to, M_MEMBERS_HEARD, heard);
    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        put_folded(&f, (enum metric)m, to);
    return true;
}
