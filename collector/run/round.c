/* One round of a bus, from the first of its devices to the last (collector/run/rounds.h). */
#include "collector/run/rounds_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t LOAN_WAIT_US = 10000000, PUT_WAIT_US = 5000000;

size_t news_place(const struct news *n)
{
    const struct plan *plan = n->from->house->plan;
    const struct plan_bus *bus = plan->devices[n->device].bus;

    for (size_t i = 0; i < plan->device_count && *n->unit; i++)
        if (plan->devices[i].is_heard_through && plan->devices[i].bus == bus &&
            !strcmp(section_text(plan->devices[i].section, "serial"), n->unit))
            return i;
    return n->device;
}

const char *news_name(const struct news *n, char *to, size_t size)
{
    size_t place = news_place(n);
    const char *name = n->from->house->plan->devices[place].name;
    bool has_name = !*n->unit || place != n->device;

    snprintf(to, size, "%s%s%s", name, has_name ? "" : "-", has_name ? "" : n->unit);
    return to;
}

/* ---- whose turn it is ---------------------------------------------------------------------- */

double device_every_s(const struct rounds *r, size_t device)
{
    const struct plan_device *d = &r->house->plan->devices[device];
    double own = section_number(d->section, "every");

    if (r->every_s > 0)
        return r->every_s;
    return own > 0 ? own : section_number(d->bus->section, "every");
}

/* Of the plan's devices those that this bus asks. */
static bool is_mine(const struct rounds *r, size_t device, size_t bus)
{
    const struct plan *plan = r->house->plan;

    return plan->devices[device].bus == &plan->buses[bus] &&
           !plan->devices[device].is_heard_through && (!r->is_wanted || r->is_wanted[device]);
}

bool route_make(struct route *to, const struct rounds *r, size_t bus)
{
    size_t room = 0, devices = r->house->plan->device_count;
    double bus_s = section_number(r->house->plan->buses[bus].section, "every");

    *to = (struct route){0};
    for (size_t i = 0; i < devices; i++) {
        if (!is_mine(r, i, bus))
            continue;
        struct stop *more = array_more(to->stops, to->count, &room, sizeof *more);
        if (!more)
            return false;
        int64_t every_ms = (int64_t)(device_every_s(r, i) * (double)MS_PER_S);
        to->stops = more;
        more[to->count++] = (struct stop){.device = i, .every_ms = every_ms};
        if (every_ms > 0 && (!to->every_ms || every_ms < to->every_ms))
            to->every_ms = every_ms;
    }
    if (!to->every_ms)
        to->every_ms = (int64_t)(bus_s * (double)MS_PER_S);
    return true;
}

void route_done(struct route *route)
{
    free(route->stops);
    *route = (struct route){0};
}

/* A device with a pause of its own is passed over until its tick comes. */
static bool is_due(const struct route *route, const struct stop *s, int64_t tick_ms)
{
    if (s->every_ms <= route->every_ms || !s->last_ms || tick_ms < s->last_ms)
        return true;
    return tick_ms - s->last_ms >= s->every_ms - route->every_ms / 2;
}

/* ---- one round ------------------------------------------------------------------------------ */

static void tell(struct rounds *r, struct news *n)
{
    if (queue_put(r->news, n, PUT_WAIT_US) == ERR_FULL)
        log_warn(r->house->devices[n->device].name, "nobody takes the readings; one is dropped");
}

/* The units behind a device follow it, each with a reading of its own. On return *n is the last
 * one, not told yet: only now it is known that nothing follows. */
static void walk_others(struct rounds *r, struct device *d, struct news *n)
{
    bool is_last = n->is_last;

    n->is_last = false;
    for (unsigned which = 0;; which++) {
        struct news unit = *n;
        struct identity who = {0};
        unit.reading = (struct reading){.round_ms = n->reading.round_ms, .device = n->device};
        if (d->driver->others(d, which, &unit.reading, &who))
            break;
        tell(r, n);
        snprintf(unit.unit, sizeof unit.unit, "%s", who.serial);
        snprintf(unit.model, sizeof unit.model, "%s", who.model);
        snprintf(unit.firmware, sizeof unit.firmware, "%s", who.firmware);
        unit.is_total = who.is_total;
        unit.driver = who.driver;
        unit.result = who.driver ? who.result : n->result;
        unit.lacking = who.lacking;
        unit.heard_us = clock_us();
        *n = unit;
    }
    n->counts = d->bus->counts;
    n->is_last = is_last;
}

/* Whether everybody on this wire sleeps, or would: then nobody misses it. */
static bool is_excused(const struct rounds *r, const struct route *route)
{
    for (size_t i = 0; i < route->count; i++)
        if (!silence_is_excused(&r->house->devices[route->stops[i].device]))
            return false;
    return route->count > 0;
}

static int borrow(struct rounds *r, size_t at, const struct route *route)
{
    struct bus *bus = &r->house->buses[at];
    int rc;

    bus->is_excused = is_excused(r, route);
    rc = bus_borrow(bus, LOAN_WAIT_US);
    if (!rc)
        complaint_over(&bus->trouble, bus->name, "the line is back");
    else if (bus->is_excused && silence_is_absence(rc))
        bus->trouble = (struct complaint){0}; /* its devices say what there is to say */
    else
        complain(&bus->trouble, bus->name, error_text(rc));
    return rc;
}

/* One device. On return *n is the last news of it, not told yet. */
static void ask(struct rounds *r, size_t device, int lent, int64_t tick_ms, struct news *n)
{
    struct device *d = &r->house->devices[device];
    int64_t begun = clock_us();

    n->device = (uint16_t)device;
    n->reading.round_ms = tick_ms;
    n->reading.device = (uint16_t)device;
    n->result = lent ? silence_note_line(d, lent) : device_round(d, r->depth, tick_ms, &n->reading);
    n->heard_us = clock_us();
    n->took_us = n->heard_us - begun;
    n->counts = d->bus->counts;
    n->lacking = device_lacking(d);
    n->address = d->address;
    snprintf(n->serial, sizeof n->serial, "%s", d->identity.serial);
    snprintf(n->model, sizeof n->model, "%s", d->identity.model);
    snprintf(n->firmware, sizeof n->firmware, "%s", d->identity.firmware);
    if (!lent && !n->result && d->driver->others)
        walk_others(r, d, n);
}

static void walk(struct rounds *r, size_t at, struct route *route, int64_t tick_ms, int64_t late_us)
{
    struct round_thread *t = round_thread_of(r, at);
    size_t last = route->count;
    int lent = borrow(r, at, route);

    for (size_t i = 0; i < route->count; i++)
        if (is_due(route, &route->stops[i], tick_ms))
            last = i;
    for (size_t i = 0; i < route->count && !(t && bell_is_rung(&t->stop)); i++) {
        struct news n = {.from = r, .is_last = i == last, .bus = at, .late_us = late_us};
        if (!is_due(route, &route->stops[i], tick_ms))
            continue;
        ask(r, route->stops[i].device, lent, tick_ms, &n);
        route->stops[i].last_ms = tick_ms;
        if (t)
            t->beat_us = clock_us();
        tell(r, &n);
    }
    if (!lent)
        bus_return(&r->house->buses[at]);
}

/* Without a thread nobody has a route, and each device has its turn each time. */
void round_walk(struct rounds *r, size_t at, int64_t tick_ms, int64_t late_us)
{
    struct round_thread *t = round_thread_of(r, at);
    struct route own = {0};

    if (t || route_make(&own, r, at))
        walk(r, at, t ? &t->route : &own, tick_ms, late_us);
    route_done(&own);
}
