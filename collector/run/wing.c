/* Which bus runs where (collector/run/wing.h). */
#include "collector/run/wing.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

static const struct plan_bus *find_bus(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->bus_count; i++)
        if (!strcmp(p->buses[i].name, name))
            return &p->buses[i];
    return NULL;
}

/* The next device of a bus from `at` on. */
static const struct plan_device *next_on(const struct plan *p, const struct plan_bus *b, size_t *at)
{
    for (; *at < p->device_count; (*at)++)
        if (p->devices[*at].bus == b)
            return &p->devices[(*at)++];
    return NULL;
}

/* The same wire with the same devices, in the same order, all said the same way. */
static bool is_same_bus(const struct plan *p, const struct plan_bus *a, const struct plan *q,
                        const struct plan_bus *b)
{
    size_t at = 0, other = 0;

    if (!section_is_same(a->section, b->section) || !sky_is_same(&p->sky, &q->sky))
        return false;
    for (;;) {
        const struct plan_device *x = next_on(p, a, &at), *y = next_on(q, b, &other);
        if (!x || !y)
            return !x && !y;
        if (!section_is_same(x->section, y->section))
            return false;
    }
}

static bool runs_already(const struct plan *p, const struct plan_bus *b, const struct wings *ws)
{
    for (size_t i = 0; i < ws->count; i++) {
        const struct wing *w = ws->list[i];
        const struct plan_bus *old = find_bus(w->plan, b->name);
        if (old && rounds_has_bus(&w->rounds, (size_t)(old - w->plan->buses)) &&
            is_same_bus(p, b, w->plan, old))
            return true;
    }
    return false;
}

/* ---- beginning ------------------------------------------------------------------------------- */

void wings_init(struct wings *ws)
{
    *ws = (struct wings){0};
    lock_init(&ws->lock, LOCK_WINGS);
}

void wings_done(struct wings *ws)
{
    free(ws->list);
    lock_done(&ws->lock);
    *ws = (struct wings){0};
}

static bool make_room(struct wings *ws)
{
    size_t room = ws->room ? 2 * ws->room : 4;
    struct wing **more;

    if (ws->count < ws->room)
        return true;
    more = malloc(room * sizeof *more);
    if (!more)
        return false;
    if (ws->count)
        memcpy(more, ws->list, ws->count * sizeof *more);
    lock_take(&ws->lock);
    struct wing **old = ws->list;
    ws->list = more;
    ws->room = room;
    lock_give(&ws->lock);
    free(old);
    return true;
}

static int open_wing(struct wing *w, const struct wings *ws, struct queue *news)
{
    struct plan *plan = w->plan;
    int rc;

    w->is_wanted = calloc(plan->device_count + 1, sizeof *w->is_wanted);
    if (!w->is_wanted)
        return ERR_FULL;
    for (size_t i = 0; i < plan->device_count; i++)
        w->is_wanted[i] = !runs_already(plan, plan->devices[i].bus, ws);
    rc = house_build_part(&w->house, plan, w->is_wanted);
    if (!rc)
        rc = rounds_prepare(&w->rounds, &w->house, 0, WITH_SLOW, 0, w->is_wanted, news);
    return rc;
}

struct wing *wings_prepare(struct wings *ws, struct plan *plan, struct queue *news, int *rc)
{
    struct wing *w = calloc(1, sizeof *w);

    *rc = w && make_room(ws) ? OK : ERR_FULL;
    if (!*rc) {
        w->plan = plan;
        *rc = open_wing(w, ws, news);
    }
    if (*rc && w) {
        wing_close(w);
        w = NULL;
    }
    return w;
}

void wings_add(struct wings *ws, struct wing *w)
{
    lock_take(&ws->lock);
    w->number = ++ws->last_number;
    ws->list[ws->count++] = w;
    lock_give(&ws->lock);
    rounds_begin(&w->rounds);
}

/* ---- ending ---------------------------------------------------------------------------------- */

static void leave(struct wing *w, const struct plan *plan)
{
    for (size_t i = 0; i < w->plan->bus_count; i++) {
        const struct plan_bus *now = find_bus(plan, w->plan->buses[i].name);
        if (!rounds_has_bus(&w->rounds, i) ||
            (now && is_same_bus(plan, now, w->plan, &w->plan->buses[i])))
            continue;
        log_note(w->plan->buses[i].name, now ? "has changed: begins anew" : "is gone");
        rounds_leave_bus(&w->rounds, i);
    }
}

void wings_leave(struct wings *ws, const struct plan *plan)
{
    for (size_t i = 0; i < ws->count; i++)
        leave(ws->list[i], plan);
}

bool wings_have_left(struct wings *ws)
{
    bool have = true;

    for (size_t i = 0; i < ws->count; i++)
        have &= rounds_reap(&ws->list[i]->rounds);
    return have;
}

void wings_ring(struct wings *ws)
{
    for (size_t i = 0; i < ws->count; i++)
        rounds_ring(&ws->list[i]->rounds);
}

bool wings_are_done(struct wings *ws)
{
    for (size_t i = 0; i < ws->count; i++)
        if (!rounds_are_done(&ws->list[i]->rounds))
            return false;
    return true;
}

int64_t wings_beat(struct wings *ws)
{
    int64_t oldest = clock_us();

    lock_take(&ws->lock);
    for (size_t i = 0; i < ws->count; i++) {
        int64_t beat = rounds_beat(&ws->list[i]->rounds);
        oldest = beat < oldest ? beat : oldest;
    }
    lock_give(&ws->lock);
    return oldest;
}

struct wing *wings_take_empty(struct wings *ws, const struct plan *newest)
{
    struct wing *w = NULL;

    lock_take(&ws->lock);
    for (size_t i = 0; i < ws->count && !w; i++) {
        if (ws->list[i]->plan == newest || ws->list[i]->pins ||
            !rounds_is_empty(&ws->list[i]->rounds))
            continue;
        w = ws->list[i];
        ws->count--;
        memmove(&ws->list[i], &ws->list[i + 1], (ws->count - i) * sizeof *ws->list);
    }
    lock_give(&ws->lock);
    return w;
}

void wing_close(struct wing *w)
{
    if (w->rounds.house)
        rounds_stop(&w->rounds);
    if (w->house.plan)
        house_raze(&w->house);
    free(w->is_wanted);
    free(w);
}

/* ---- from any thread ------------------------------------------------------------------------- */

struct wing *wings_find(struct wings *ws, const char *name, struct addressee *to, size_t *bus)
{
    struct wing *found = NULL;

    lock_take(&ws->lock);
    for (size_t i = ws->count; i-- > 0 && !found;) {
        struct wing *w = ws->list[i];
        if (!addressee_find(w->plan, name, to))
            continue;
        *bus = (size_t)(w->plan->devices[to->at].bus - w->plan->buses);
        if (rounds_has_bus(&w->rounds, *bus))
            found = w;
    }
    if (found)
        found->pins++;
    lock_give(&ws->lock);
    return found;
}

struct wing *wings_next(struct wings *ws, unsigned number)
{
    struct wing *found = NULL;

    lock_take(&ws->lock);
    for (size_t i = 0; i < ws->count && !found; i++)
        if (ws->list[i]->number > number)
            found = ws->list[i];
    if (found)
        found->pins++;
    lock_give(&ws->lock);
    return found;
}

void wings_unpin(struct wings *ws, struct wing *w)
{
    lock_take(&ws->lock);
    w->pins--;
    lock_give(&ws->lock);
}
