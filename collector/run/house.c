/* Building in order, razing in reverse (collector/run/house.h). */
#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct bus *house_bus(struct house *h, const struct plan_bus *b)
{
    return &h->buses[b - h->plan->buses];
}

static int build_cast(struct house *h, size_t at)
{
    const struct plan_bus *b = &h->plan->buses[at];
    struct cast *cast = calloc(1, sizeof *cast);
    int rc;

    if (!cast)
        return ERR_FULL;
    h->casts[at] = cast;
    rc = cast_init(cast, b->section);
    for (size_t i = 0; i < h->plan->device_count && !rc; i++)
        if (h->plan->devices[i].bus == b)
            rc =
                cast_add(cast, h->plan->devices[i].driver, h->plan->devices[i].address, b->section);
    h->buses[at].far = cast_answer;
    h->buses[at].far_who = cast;
    return rc;
}

/* Which of several units is it? The first device of the bus knows how to ask. */
static int ask_who(void *context, struct bus *bus, char *serial, size_t size)
{
    const struct plan_device *d = context;
    struct device asker;
    struct identity who = {0};
    struct text t = text_on(serial, size);
    int rc;

    if (!d->driver->greet)
        return ERR_ABSENT;
    rc = device_init(&asker, d->name, d->driver, bus, d->address, d->section);
    if (rc)
        return rc;
    rc = d->driver->greet(&asker, &who);
    device_done(&asker);
    if (rc == OK)
        text_add(&t, who.serial);
    return rc;
}

/* Some drivers have a memory for the whole wire: the first of their devices there has it. */
static int share_wire(struct house *h, size_t at)
{
    const struct plan_device *d = h->plan->devices;

    for (size_t i = 0; i < at; i++)
        if (d[i].bus == d[at].bus && d[i].driver == d[at].driver)
            return device_share_wire(&h->devices[at], &h->devices[i]);
    return OK;
}

static bool is_bus_wanted(const struct plan *plan, const struct plan_bus *b, const bool *is_wanted)
{
    bool has_devices = false;

    for (size_t i = 0; is_wanted && i < plan->device_count; i++) {
        if (plan->devices[i].bus == b && is_wanted[i])
            return true;
        has_devices |= plan->devices[i].bus == b;
    }
    return !has_devices;
}

static int build_bus(struct house *h, size_t at)
{
    const struct plan_bus *b = &h->plan->buses[at];
    int rc = bus_init(&h->buses[at], b->name, b->line, b->where, b->section);

    if (!rc && !strcmp(b->line->scheme, "sim"))
        rc = build_cast(h, at);
    return rc;
}

static int build_device(struct house *h, size_t at)
{
    const struct plan_device *d = &h->plan->devices[at];
    struct bus *bus = house_bus(h, d->bus);
    int rc = device_init(&h->devices[at], d->name, d->driver, bus, d->address, d->section);

    h->devices[at].index = (uint16_t)at;
    h->devices[at].sky = &h->plan->sky;
    if (!rc)
        rc = share_wire(h, at);
    if (!bus->who) {
        bus->who = ask_who;
        bus->who_context = (void *)d; /* only read */
    }
    if (rc && rc != ERR_FULL)
        log_err(d->name, "cannot be on bus %s with the others there (%s)", d->bus->name,
                error_text(rc));
    return rc;
}

int house_build_part(struct house *h, const struct plan *plan, const bool *is_wanted)
{
    int rc = OK;

    *h = (struct house){.plan = plan};
    h->buses = calloc(plan->bus_count + 1, sizeof *h->buses);
    h->devices = calloc(plan->device_count + 1, sizeof *h->devices);
    h->casts = calloc(plan->bus_count + 1, sizeof *h->casts);
    if (!h->buses || !h->devices || !h->casts)
        rc = ERR_FULL;
    for (size_t i = 0; i < plan->bus_count && !rc; i++)
        if (is_bus_wanted(plan, &plan->buses[i], is_wanted))
            rc = build_bus(h, i);
    for (size_t i = 0; i < plan->device_count && !rc; i++)
        if (!is_wanted || is_wanted[i])
            rc = build_device(h, i);
    if (rc == ERR_FULL)
        log_err("plan", "there is not enough memory for its buses and devices");
    return rc;
}

int house_build(struct house *h, const struct plan *plan)
{
    return house_build_part(h, plan, NULL);
}

void house_raze(struct house *h)
{
    FILE *record = NULL;

    for (size_t i = 0; h->devices && i < h->plan->device_count; i++)
        device_done(&h->devices[i]);
    for (size_t i = 0; h->buses && i < h->plan->bus_count; i++) {
        record = h->buses[i].record;
        bus_done(&h->buses[i]);
        if (h->casts && h->casts[i]) {
            cast_done(h->casts[i]);
            free(h->casts[i]);
        }
    }
    if (record && fclose(record))
        log_err("record", "%s", strerror(errno));
    free(h->casts);
    free(h->devices);
    free(h->buses);
    *h = (struct house){0};
}

int house_record(struct house *h, const char *path)
{
    char now[CLOCK_TEXT];
    FILE *file = fopen(path, "a");

    if (!file) {
        log_err("record", "%s: %s", path, strerror(errno));
        return ERR_FULL;
    }
    fprintf(file, "# Device: (which model, which firmware?)\n# Line:");
    for (size_t i = 0; i < h->plan->bus_count; i++)
        fprintf(file, " %s:%s", h->plan->buses[i].line->scheme, h->plan->buses[i].where);
    fprintf(file, "\n# Recorded: %s\n", clock_iso(clock_wall_ms(), now));
    for (size_t i = 0; i < h->plan->bus_count; i++)
        h->buses[i].record = file; /* its thread may be at work already */
    return OK;
}
