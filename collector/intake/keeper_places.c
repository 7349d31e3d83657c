/* Who has a place with the keeper: devices and groups of a plan, and units found on a wire. */
#include "collector/intake/keeper_inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ------------------------------------------------------------------------------ */

size_t keeper_place(struct keeper *k, const char *name)
{
    struct lookup_walk w = {.hash = lookup_hash(name)};
    size_t at;

    while (lookup_next(&k->names, &w, &at))
        if (!strcmp(k->slots[at]->name, name))
            return at;
    return k->count;
}

/* A place more for everybody who has one for each slot. */
static bool make_room(struct keeper *k)
{
    size_t larger = k->room ? 2 * k->room : 8, old = 0;
    struct slot_of **more;

    if (k->count < k->room)
        return true;
    if (k->count >= SLOTS_MOST || !board_grow(k->board, (unsigned)larger) ||
        !board_grow(k->settings, (unsigned)larger))
        return false;
    more = calloc(larger, sizeof *more);
    if (!more)
        return false;
    for (size_t i = 0; i < k->count; i++)
        more[i] = k->slots[i];
    while (k->outgrown[old])
        old++;
    k->outgrown[old] = k->slots;
    k->slots = more;
    k->room = larger;
    return true;
}

struct slot_of *keeper_slot(struct keeper *k, const char *name)
{
    size_t at = keeper_place(k, name);
    struct slot_of *s;

    if (at < k->count)
        return k->slots[at];
    s = make_room(k) ? calloc(1, sizeof *s) : NULL;
    if (s)
        snprintf(s->name, sizeof s->name, "%s", name);
    if (!s || !lookup_add(&k->names, lookup_hash(s->name), k->count)) {
        free(s);
        log_err(name, "there is no room for it beside %zu devices and groups", (size_t)k->count);
        return NULL;
    }
    s->is_gone = true; /* until it is followed: a plan may be refused yet */
    k->slots[k->count] = s;
    k->count++; /* only now: others look at all that are counted */
    return s;
}

/* Room for what others look at, got beforehand. */
bool keeper_spare(struct slot_of *s)
{
    if (!s->spare)
        s->spare = calloc(1, sizeof *s->spare);
    return s->spare;
}

/* Its row in the store is changed in place when it says more of itself; what others look at is not.
 * Cannot fail for a place that is known there and has a spare. */
int keeper_call(struct keeper *k, struct slot_of *s, const struct origin *o)
{
    const struct origin *from = store_origin(k->store, o);

    if (from)
        s->from = from;
    if (from && s->shown && !memcmp(&s->shown->is, from, sizeof *from) &&
        !strcmp(s->shown->title, s->title))
        return OK;
    if (!from || !keeper_spare(s))
        return ERR_FULL;
    *s->spare = (struct shown_as){.is = *from, .older = s->shown};
    memcpy(s->spare->title, s->title, sizeof s->spare->title);
    s->shown = s->spare;
    s->spare = NULL;
    return OK;
}

/* The steady clock at a moment of the wall's; 0: nobody can tell. */
static int64_t steady_of(int64_t at_ms)
{
    int64_t wall_ms = clock_wall_ms();

    if (!at_ms || !clock_is_trusted(wall_ms) || at_ms > wall_ms)
        return 0;
    int64_t steady_us = clock_us() - (wall_ms - at_ms) * US_PER_MS;
    return steady_us ? steady_us : 1;
}

/* What earlier runs knew of its lifetime counters. */
static void restore_counter(struct keeper *k, struct slot_of *s, enum metric m, int64_t heard_ms)
{
    struct gate_counter c = {.metric = m, .heard_us = steady_of(heard_ms)};

    if (!store_meter_get(k->store, s->from, m, &c.last, &c.carry))
        return;
    gate_restore(s->gate, &c);
    board_stand(k->board, (unsigned)keeper_place(k, s->name), m, gate_total(s->gate, m));
}

static void restore_counters(struct keeper *k, struct slot_of *s)
{
    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        if (catalogue[m].kind == COUNTER)
            restore_counter(k, s, (enum metric)m,
                            store_meter_heard(k->store, s->from, (enum metric)m));
}

static void remember_setting(void *to, const struct record *r)
{
    struct reading now;

    record_reading(r, &now);
    for (unsigned i = 0; i < now.count; i++)
        (void)reading_put(to, (enum metric)now.fields[i].metric, now.fields[i].value);
}

/* Everything a place needs that may fail to be had; nobody sees anything of it yet. */
int keeper_furnish(struct keeper *k, struct slot_of *s, const struct origin *o,
                   const struct driver *driver, double peak_w)
{
    if (!s->from)
        s->from = store_origin(k->store, o);
    if (!s->from || !keeper_spare(s))
        return ERR_FULL;
    if (driver && driver->past_day && !s->past)
        s->past = past_days_new(k->store, s->from);
    if (s->gate)
        return OK;
    s->has = s->has ? s->has : calloc(METRIC_COUNT, sizeof *s->has);
    s->settings = s->settings ? s->settings : calloc(1, sizeof *s->settings);
    if (!s->has || !s->settings)
        return ERR_FULL;
    s->gate = gate_new(s->name, peak_w); /* the last: with it the place is furnished */
    if (!s->gate)
        return ERR_FULL;
    restore_counters(k, s);
    store_each_setting(k->store, s->from, remember_setting, s->settings);
    return OK;
}

int keeper_open(struct keeper *k, struct slot_of *s, const struct origin *o,
                const struct driver *driver, double peak_w)
{
    int rc = keeper_furnish(k, s, o, driver, peak_w);

    if (!rc)
        rc = keeper_call(k, s, o);
    if (rc)
        return rc;
    s->is_gone = false;
    s->driver = driver;
    return OK;
}

enum { SERIAL_LEAST = 6 };

/* Somebody of the plan, or found on a wire, today. */
static bool is_here(void *who, const struct origin *o)
{
    struct keeper *k = who;
    size_t at = keeper_place(k, o->name);

    return at < k->count && !k->slots[at]->is_gone;
}

/* A device that got another name: known by its serial number, its counters go on. */
static void take_over(struct keeper *k, struct slot_of *s, const char *serial)
{
    /* what is shorter is the port it has, which others have, too */
    bool is_own = strlen(serial) >= SERIAL_LEAST;
    const struct origin *before =
        is_own ? store_origin_of_serial(k->store, s->from->driver, serial, is_here, k) : NULL;
    double value, carry;

    s->has_looked = *serial;
    for (int m = M_NONE + 1; m < METRIC_COUNT && before; m++)
        if (catalogue[m].kind == COUNTER &&
            !store_meter_get(k->store, s->from, (enum metric)m, &value, &carry) &&
            store_meter_get(k->store, before, (enum metric)m, &value, &carry)) {
            store_meter_put(k->store, s->from, (enum metric)m, value, carry);
            restore_counter(k, s, (enum metric)m,
                            store_meter_heard(k->store, before, (enum metric)m));
        }
    if (before)
        log_note(s->name, "was %s: its counters go on", before->name);
}

/* Another serial number than before: another unit, in the same place. */
void keeper_hear_other(struct keeper *k, struct slot_of *s, const struct news *n)
{
    if (!s->has_looked && s->from)
        take_over(k, s, *n->unit ? n->unit : *n->serial ? n->serial : s->from->serial);
    if (!*n->unit && *n->serial && s->from && *s->from->serial &&
        strcmp(n->serial, s->from->serial) != 0)
        gate_meet_other(s->gate);
}

/* A device that was met says who it is: sinks and pages name it by that. */
void keeper_hear_serial(struct keeper *k, struct slot_of *s, const struct news *n)
{
    struct origin o;

    if (!s->from)
        return;
    if (*n->model && !s->has_model) {
        snprintf(s->model, sizeof s->model, "%s", n->model);
        s->has_model = true;
    }
    o = *s->from;
    if (*n->serial && !*n->unit)
        snprintf(o.serial, sizeof o.serial, "%s", n->serial);
    if (*n->firmware)
        snprintf(o.firmware, sizeof o.firmware, "%s", n->firmware);
    if (strcmp(o.serial, s->from->serial) != 0 || strcmp(o.firmware, s->from->firmware) != 0)
        (void)!keeper_call(k, s, &o); /* without memory it keeps what it was called */
}

/* Of which kind a unit is that was named before it was heard. Who has a section goes on under the
 * driver that stands there, as in databases. */
void keeper_turn_out(struct keeper *k, struct slot_of *s, const struct driver *driver)
{
    struct origin o;

    s->turned_out = driver;
    if (!s->is_implied || !s->from || !strcmp(s->from->driver, driver->name))
        return;
    o = *s->from;
    snprintf(o.driver, sizeof o.driver, "%s", driver->name);
    (void)!keeper_call(k, s, &o); /* without memory it keeps what it was called */
}

/* ---- units found on a wire ----------------------------------------------------------------- */

void keeper_period(struct keeper *k, size_t at, int64_t every_us, int64_t slowest_us)
{
    board_period(k->board, (unsigned)at, every_us, slowest_us);
    board_period(k->settings, (unsigned)at, every_us, slowest_us);
}

/* A place for it, as soon as it is heard for the first time. */
struct slot_of *keeper_found(struct keeper *k, const struct news *n, const char *name)
{
    const struct plan_device *speaker = &n->from->house->plan->devices[n->device];
    const struct slot_of *through = k->slots[keeper_place(k, speaker->name)];
    struct slot_of *s = keeper_slot(k, name);
    struct origin o = {.address = speaker->address};

    if (!s)
        return NULL;
    snprintf(o.name, sizeof o.name, "%s", s->name);
    const struct driver *driver = n->driver ? n->driver : speaker->driver;
    snprintf(o.driver, sizeof o.driver, "%s", n->is_total ? "group" : driver->name);
    snprintf(o.serial, sizeof o.serial, "%s", n->is_total ? "" : n->unit);
    if (keeper_open(k, s, &o, driver, section_number(speaker->section, "peak_power")))
        return NULL;
    if (!s->is_found) {
        snprintf(s->through, sizeof s->through, "%s", speaker->name);
        log_note(s->name, "found through %s", speaker->name);
    }
    s->is_found = true;
    s->every_ms = through->every_ms;
    keeper_period(k, keeper_place(k, name), s->every_ms * US_PER_MS, s->every_ms * US_PER_MS);
    return s;
}
