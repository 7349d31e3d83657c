/* Which bus runs where (collector/wing.h). */
#include "collector/wing.h"

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

static bool runs_already(const struct plan *p, const struct plan_bus *b, struct wing *const *before,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct plan_bus *old = find_bus(before[i]->plan, b->name);
        if (old && rounds_has_bus(&before[i]->rounds, (size_t)(old - before[i]->plan->buses)) &&
            is_same_bus(p, b, before[i]->plan, old))
            return true;
    }
    return false;
}

int wing_open(struct wing *w, struct plan *take_plan, struct wing *const *before, size_t count,
              struct queue *news)
{
    int rc;

    *w = (struct wing){.plan = take_plan};
    w->is_wanted = calloc(take_plan->device_count + 1, sizeof *w->is_wanted);
    if (!w->is_wanted)
        return ERR_FULL;
    for (size_t i = 0; i < take_plan->device_count; i++)
        w->is_wanted[i] = !runs_already(take_plan, take_plan->devices[i].bus, before, count);
    rc = house_build(&w->house, take_plan);
    return rc ? rc : rounds_start(&w->rounds, &w->house, 0, WITH_SLOW, 0, w->is_wanted, news);
}

void wing_leave(struct wing *w, const struct plan *plan)
{
    for (size_t i = 0; i < w->plan->bus_count; i++) {
        const struct plan_bus *now = find_bus(plan, w->plan->buses[i].name);
        if (!rounds_has_bus(&w->rounds, i) ||
            (now && is_same_bus(plan, now, w->plan, &w->plan->buses[i])))
            continue;
        log_note(w->plan->buses[i].name, now ? "has changed: begins anew" : "is gone");
        rounds_stop_bus(&w->rounds, i);
    }
}

bool wing_is_empty(const struct wing *w)
{
    for (size_t i = 0; i < w->plan->bus_count; i++)
        if (rounds_has_bus(&w->rounds, i))
            return false;
    return true;
}

void wing_close(struct wing *w)
{
    if (w->rounds.house)
        rounds_stop(&w->rounds);
    if (w->house.plan)
        house_raze(&w->house);
    free(w->is_wanted);
    *w = (struct wing){0};
}
