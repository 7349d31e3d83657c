/* Who has a place with the keeper: devices and groups of a plan, and units found on a wire. */
#include "collector/keeper_inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ------------------------------------------------------------------------------ */

size_t keeper_place(struct keeper *k, const char *name)
{
    size_t i = 0;

    while (i < k->count && strcmp(k->slots[i]->name, name) != 0)
        i++;
    return i;
}

static struct slot_of *slot_for(struct keeper *k, const char *name)
{
    size_t at = keeper_place(k, name);
    struct slot_of *s;

    if (at < k->count)
        return k->slots[at];
    s = at < SLOTS_IN_HOUSE ? calloc(1, sizeof *s) : NULL;
    if (!s) {
        log_err(name, "there is no room for it: %d devices and groups are the most",
                SLOTS_IN_HOUSE);
        return NULL;
    }
    snprintf(s->name, sizeof s->name, "%s", name);
    k->slots[k->count] = s;
    k->count++; /* only now: others look at all that are counted */
    return s;
}

/* Its row in the store is changed in place when it says more of itself; what others look at is not.
 */
static int call_it(struct keeper *k, struct slot_of *s, const struct origin *o)
{
    struct shown_as *shown;

    s->from = store_origin(k->store, o);
    if (s->from && s->shown && !memcmp(&s->shown->is, s->from, sizeof *s->from))
        return OK;
    shown = s->from ? calloc(1, sizeof *shown) : NULL;
    if (!shown)
        return ERR_FULL;
    *shown = (struct shown_as){.is = *s->from, .older = s->shown};
    s->shown = shown;
    return OK;
}

/* The first group that counts a device names it in databases. */
static const char *group_of(const struct plan *plan, size_t device)
{
    for (size_t g = 0; g < plan->group_count; g++)
        for (size_t m = 0; m < plan->groups[g].count; m++)
            if (plan->groups[g].members[m].device == device)
                return plan->groups[g].name;
    return "";
}

/* What earlier runs knew of its lifetime counters. */
static void restore_counters(struct keeper *k, struct slot_of *s)
{
    for (int m = 1; m < METRIC_COUNT; m++) {
        struct gate_counter c = {.metric = (enum metric)m};
        if (catalogue[m].kind == COUNTER &&
            store_meter_get(k->store, s->from, c.metric, &c.last, &c.carry)) {
            gate_restore(s->gate, &c);
            board_carry(k->board, (unsigned)keeper_place(k, s->name), c.metric, c.carry);
        }
    }
}

static void remember_setting(void *to, const struct record *r)
{
    struct reading now;

    record_reading(r, &now);
    for (unsigned i = 0; i < now.count; i++)
        (void)reading_put(to, (enum metric)now.fields[i].metric, now.fields[i].value);
}

static int open_slot(struct keeper *k, struct slot_of *s, const struct origin *o,
                     const struct driver *driver, double peak_w)
{
    s->is_gone = false;
    s->driver = driver;
    if (call_it(k, s, o))
        return ERR_FULL;
    if (s->gate)
        return OK;
    s->gate = gate_new(s->name, peak_w);
    s->has = calloc(METRIC_COUNT, sizeof *s->has);
    s->settings = calloc(1, sizeof *s->settings);
    if (driver && driver->past_day)
        s->past = past_days_new(k->store, s->from);
    if (!s->gate || !s->has || !s->settings)
        return ERR_FULL;
    restore_counters(k, s);
    store_each_setting(k->store, s->from, remember_setting, s->settings);
    return OK;
}

static int learn_device(struct keeper *k, const struct plan *plan, size_t at)
{
    const struct plan_device *d = &plan->devices[at];
    struct slot_of *s = slot_for(k, d->name);
    struct origin o = {.address = d->address};

    if (!s)
        return ERR_FULL;
    snprintf(o.name, sizeof o.name, "%s", d->name);
    snprintf(o.driver, sizeof o.driver, "%s", d->driver->name);
    const struct origin *known = store_origin_named(k->store, d->name);
    bool is_given = *section_text(d->section, "serial") != '\0';
    snprintf(o.serial, sizeof o.serial, "%s",
             is_given || !known ? section_text(d->section, "serial") : known->serial);
    snprintf(o.firmware, sizeof o.firmware, "%s", known ? known->firmware : "");
    snprintf(o.group, sizeof o.group, "%s", group_of(plan, at));
    return open_slot(k, s, &o, d->driver, section_number(d->section, "peak_power"));
}

/* A device that was met says who it is: sinks and pages name it by that. */
void keeper_hear_serial(struct keeper *k, struct slot_of *s, const struct news *n)
{
    struct origin o;

    if (*n->unit || !s->from)
        return;
    if (*n->model && !s->has_model) {
        snprintf(s->model, sizeof s->model, "%s", n->model);
        s->has_model = true;
    }
    o = *s->from;
    if (*n->serial)
        snprintf(o.serial, sizeof o.serial, "%s", n->serial);
    if (*n->firmware)
        snprintf(o.firmware, sizeof o.firmware, "%s", n->firmware);
    if (strcmp(o.serial, s->from->serial) != 0 || strcmp(o.firmware, s->from->firmware) != 0)
        (void)call_it(k, s, &o); /* without memory it keeps what it was called */
}

/* ---- units found on a wire ----------------------------------------------------------------- */

/* The plan may have a name for the serial number. */
const char *keeper_name(const struct news *n, char *to, size_t size)
{
    const struct plan *plan = n->from->house->plan;
    const struct plan_device *speaker = &plan->devices[n->device];

    for (size_t i = 0; i < plan->device_count && *n->unit; i++)
        if (plan->devices[i].is_heard_through && plan->devices[i].bus == speaker->bus &&
            !strcmp(section_text(plan->devices[i].section, "serial"), n->unit))
            return plan->devices[i].name;
    return news_name(n, to, size);
}

static void set_period(struct keeper *k, size_t at, int64_t every_us, int64_t slowest_us)
{
    board_period(k->board, (unsigned)at, every_us, slowest_us);
    board_period(k->settings, (unsigned)at, every_us, slowest_us);
}

/* A place for it, as soon as it is heard for the first time. */
struct slot_of *keeper_found(struct keeper *k, const struct news *n, const char *name)
{
    const struct plan_device *speaker = &n->from->house->plan->devices[n->device];
    const struct slot_of *through = k->slots[keeper_place(k, speaker->name)];
    struct slot_of *s = slot_for(k, name);
    struct origin o = {.address = speaker->address};

    if (!s)
        return NULL;
    snprintf(o.name, sizeof o.name, "%s", s->name);
    const struct driver *driver = n->driver ? n->driver : speaker->driver;
    snprintf(o.driver, sizeof o.driver, "%s", n->is_total ? "group" : driver->name);
    snprintf(o.serial, sizeof o.serial, "%s", n->is_total ? "" : n->unit);
    if (open_slot(k, s, &o, driver, section_number(speaker->section, "peak_power")))
        return NULL;
    if (!s->is_found) {
        snprintf(s->through, sizeof s->through, "%s", speaker->name);
        log_note(s->name, "found through %s", speaker->name);
    }
    s->is_found = true;
    s->is_whole = n->driver != NULL;
    s->every_ms = through->every_ms;
    set_period(k, keeper_place(k, name), s->every_ms * US_PER_MS, s->every_ms * US_PER_MS);
    return s;
}

static int learn_group(struct keeper *k, const struct plan *plan, size_t at)
{
    struct group *g = &k->groups[at];
    struct slot_of *s = slot_for(k, plan->groups[at].name);
    struct origin o = {.driver = "group"};

    if (!s)
        return ERR_FULL;
    *g = plan->groups[at];
    for (size_t m = 0; m < g->count; m++)
        g->members[m].device = (uint16_t)keeper_place(k, plan->devices[g->members[m].device].name);
    snprintf(o.name, sizeof o.name, "%s", g->name);
    s->is_group = true;
    s->is_gone = false;
    g->name = s->name; /* outlives the plan */
    k->group_slots[at] = keeper_place(k, s->name);
    return call_it(k, s, &o);
}

int keeper_learn(struct keeper *k, const struct plan *plan)
{
    int rc = OK;

    for (size_t i = 0; i < k->count; i++)
        k->slots[i]->is_gone = true;
    for (size_t i = 0; i < plan->device_count && !rc; i++)
        rc = learn_device(k, plan, i);
    for (size_t i = 0; i < plan->group_count && !rc; i++)
        rc = learn_group(k, plan, i);
    k->group_count = plan->group_count;
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
        set_period(k, at, (int64_t)(every * 1e6),
                   (int64_t)(every * 1e6) * slow_blocks(plan->devices[i].driver));
    }
}
