/* A plan becomes the house's: places for its devices and groups, and their pace (keeper.h). */
#include "collector/intake/keeper_inside.h"

#include "collector/plan/addressee.h"

#include "base/log.h"

#include <string.h>

/* ---- devices --------------------------------------------------------------------------------- */

/* The first group that counts a device names it in databases. */
static const char *group_of(const struct plan *plan, size_t device)
{
    for (size_t g = 0; g < plan->group_count; g++)
        for (size_t m = 0; m < plan->groups[g].count; m++)
            if (plan->groups[g].members[m].device == device)
                return plan->groups[g].name;
    return "";
}

static void describe(struct keeper *k, const struct plan *plan, size_t at, struct origin *o)
{
    const struct plan_device *d = &plan->devices[at];

    *o = (struct origin){.address = d->address};
    snprintf(o->name, sizeof o->name, "%s", d->name);
    const struct origin *known = store_origin_named(k->store, d->name);
    /* of which kind a unit is that no section names, it says itself */
    snprintf(o->driver, sizeof o->driver, "%s",
             d->is_implied && known ? known->driver : d->driver->name);
    bool is_given = *section_text(d->section, "serial") != '\0';
    snprintf(o->serial, sizeof o->serial, "%s",
             is_given || !known ? section_text(d->section, "serial") : known->serial);
    snprintf(o->firmware, sizeof o->firmware, "%s", known ? known->firmware : "");
    snprintf(o->group, sizeof o->group, "%s", group_of(plan, at));
}

/* What people read; it is shown with its next keeper_call. */
static void call(struct slot_of *s, const struct section *section)
{
    if (s)
        snprintf(s->title, sizeof s->title, "%s", section_text(section, "title"));
}

static int prepare_device(struct keeper *k, const struct plan *plan, size_t at)
{
    const struct plan_device *d = &plan->devices[at];
    struct slot_of *s = keeper_slot(k, d->name);
    struct origin o;

    describe(k, plan, at, &o);
    return s ? keeper_furnish(k, s, &o, d->driver, section_number(d->section, "peak_power"))
             : ERR_FULL;
}

static void note_speaker(const struct plan *plan, const struct plan_device *d, struct slot_of *s)
{
    struct addressee unit;

    if (!*s->through && addressee_find(plan, d->name, &unit))
        snprintf(s->through, sizeof s->through, "%s", plan->devices[unit.at].name);
}

static int follow_device(struct keeper *k, const struct plan *plan, size_t at)
{
    const struct plan_device *d = &plan->devices[at];
    struct slot_of *s = keeper_slot(k, d->name);
    struct origin o;

    describe(k, plan, at, &o);
    call(s, d->section);
    if (s) { /* it may have been found before the plan named it */
        s->is_found = false;
        if (d->is_implied)
            note_speaker(plan, d, s);
        s->is_implied = d->is_implied;
    }
    return s ? keeper_open(k, s, &o, d->driver, section_number(d->section, "peak_power"))
             : ERR_FULL;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void describe_group(const struct plan *plan, size_t at, struct origin *o)
{
    *o = (struct origin){.driver = "group"};
    snprintf(o->name, sizeof o->name, "%s", plan->groups[at].name);
}

static int prepare_group(struct keeper *k, const struct plan *plan, size_t at)
{
    struct slot_of *s = keeper_slot(k, plan->groups[at].name);
    struct origin o;

    describe_group(plan, at, &o);
    if (s && !s->from)
        s->from = store_origin(k->store, &o);
    if (s && s->from && !s->totals)
        s->totals = group_totals_new(k->store, s->from);
    return s && s->totals && keeper_spare(s) ? OK : ERR_FULL;
}

/* Another number for other members, whatever their order. */
static uint32_t who_is_in(const struct plan *plan, size_t at)
{
    const struct group *g = &plan->groups[at];
    uint32_t all = 0;

    for (size_t m = 0; m < g->count; m++) {
        uint32_t one = 2166136261u + (uint32_t)g->members[m].role;
        for (const char *c = plan->devices[g->members[m].device].name; *c; c++)
            one = (one ^ (unsigned char)*c) * 16777619u;
        all += one;
    }
    return all;
}

static int follow_group(struct keeper *k, const struct plan *plan, size_t at)
{
    struct group *g = &k->groups[at];
    struct slot_of *s = keeper_slot(k, plan->groups[at].name);
    struct origin o;

    *g = plan->groups[at];
    for (size_t m = 0; m < g->count; m++)
        g->members[m].device = (uint16_t)keeper_place(k, plan->devices[g->members[m].device].name);
    group_totals_follow(s->totals, g, k->board, who_is_in(plan, at));
    describe_group(plan, at, &o);
    call(s, g->section);
    s->is_group = true;
    s->is_gone = false;
    g->name = s->name; /* outlives the plan */
    k->group_slots[at] = keeper_place(k, s->name);
    return keeper_call(k, s, &o);
}

/* ---- both ------------------------------------------------------------------------------------ */

int keeper_prepare(struct keeper *k, const struct plan *plan)
{
    int rc = OK;

    for (size_t i = 0; i < plan->device_count && !rc; i++)
        rc = prepare_device(k, plan, i);
    for (size_t i = 0; i < plan->group_count && !rc; i++)
        rc = prepare_group(k, plan, i);
    if (rc)
        log_err("run", "there is no room for all of its devices and groups");
    return rc;
}

void keeper_follow(struct keeper *k, const struct plan *plan)
{
    int rc = OK;

    for (size_t i = 0; i < k->count; i++)
        k->slots[i]->is_gone = true;
    for (size_t i = 0; i < plan->device_count && !rc; i++)
        rc = follow_device(k, plan, i);
    for (size_t i = 0; i < plan->group_count && !rc; i++)
        rc = follow_group(k, plan, i);
    k->group_count = plan->group_count;
    if (rc) /* all that may fail was had before */
        log_err("run", "not every device has a place: %s", error_text(rc));
}

int keeper_learn(struct keeper *k, const struct plan *plan)
{
    int rc = keeper_prepare(k, plan);

    if (!rc)
        keeper_follow(k, plan);
    return rc;
}

/* ---- how often each reports ------------------------------------------------------------------ */

static unsigned slow_blocks(const struct driver *driver)
{
    unsigned count = 0;

    for (const struct block *b = driver->blocks; b->name; b++)
        count += b->refresh == NOW_AND_THEN;
    return count ? count : 1;
}

void keeper_pace(struct keeper *k, const struct rounds *r)
{
    const struct plan *plan = r->house->plan;

    for (size_t i = 0; i < plan->device_count; i++) {
        size_t at = keeper_place(k, plan->devices[i].name);
        double every = device_every_s(r, i);
        if (at == k->count)
            continue;
        k->slots[at]->every_ms = (int64_t)(every * (double)MS_PER_S);
        keeper_period(k, at, (int64_t)(every * 1e6),
                      (int64_t)(every * 1e6) * slow_blocks(plan->devices[i].driver));
    }
}
