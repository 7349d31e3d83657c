/* The daemon as the web sees it (collector/daemon/front.h). */
#include "collector/daemon/front.h"

#include "base/clock.h"
#include "base/version.h"
#include "collector/daemon/daemon.h"
#include "store/lookup.h"
#include "store/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void front_init(struct front *f)
{
    *f = (struct front){0};
    lock_init(&f->lock, LOCK_FRONT);
}

void front_done(struct front *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->buses[i]);
    free(f->buses);
    lock_done(&f->lock);
}

/* One more. Without memory it is not counted. */
static struct front_bus *add_bus(struct front *f, const char *name)
{
    struct front_bus **more = array_more(f->buses, f->count, &f->room, sizeof(void *)), *b;

    if (!more)
        return NULL;
    f->buses = more;
    b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    snprintf(b->name, sizeof b->name, "%s", name);
    f->buses[f->count++] = b;
    return b;
}

void front_hear(struct front *f, const struct news *n)
{
    const char *name = n->from->house->buses[n->bus].name;
    size_t i = 0;

    lock_take(&f->lock);
    while (i < f->count && strcmp(f->buses[i]->name, name) != 0)
        i++;
    struct front_bus *b = i < f->count ? f->buses[i] : add_bus(f, name);
    if (b)
        b->counts = n->counts;
    lock_give(&f->lock);
}

bool front_seat(struct daemon *d, const char *name, unsigned *desk)
{
    for (size_t i = 0; i < d->keeper.count; i++)
        if (!d->keeper.slots[i]->is_gone && d->keeper.slots[i]->shown &&
            !strcmp(d->keeper.slots[i]->name, name)) {
            *desk = (unsigned)i;
            return true;
        }
    return false;
}

const struct driver *front_driver(struct daemon *d, const char *name)
{
    unsigned desk;
    const struct slot_of *s = front_seat(d, name, &desk) ? d->keeper.slots[desk] : NULL;
    const struct driver *is = s ? s->turned_out : NULL;

    return is || !s ? is : s->driver;
}

/* A group is as slow as the slowest of its house can be. */
static int64_t slowest_ms(const struct keeper *k, size_t slots)
{
    int64_t most = 0;

    for (size_t i = 0; i < slots; i++)
        most = k->slots[i]->every_ms > most ? k->slots[i]->every_ms : most;
    return most;
}

static size_t list_devices(void *who, struct view_device *to, size_t room)
{
    struct daemon *d = who;
    size_t slots = d->keeper.count, count = 0;
    int64_t slowest = slowest_ms(&d->keeper, slots);

    for (size_t i = 0; i < slots && count < room; i++) {
        const struct slot_of *s = d->keeper.slots[i];
        const struct shown_as *shown = s->shown;
        if (s->is_gone || !shown)
            continue;
        to[count++] = (struct view_device){
            .name = s->name,
            .driver = s->is_group ? "group"
                      : s->driver ? s->driver->name
                                  : shown->is.driver,
            .called = *shown->title ? shown->title : s->name,
            .title = s->driver ? s->driver->title : "",
            .serial = shown->is.serial,
            .group = shown->is.group,
            .model = s->has_model ? s->model : "",
            .firmware = shown->is.firmware,
            .through = s->is_found || s->is_implied ? s->through : "",
            .every_s = (double)(s->every_ms ? s->every_ms : slowest) / (double)MS_PER_S,
            .desk = (unsigned)i,
            .address = shown->is.address,
            .is_group = s->is_group,
            .asked = s->asked,
            .heard = s->heard,
        };
    }
    return count;
}

static size_t list_sinks(void *who, struct pump_state *to, size_t room)
{
    struct daemon *d = who;

    return deliver_states(&d->deliver, to, room);
}

static size_t list_buses(void *who, struct view_bus *to, size_t room)
{
    struct front *f = &((struct daemon *)who)->front;
    size_t count = 0;

    lock_take(&f->lock);
    for (; count < f->count && count < room; count++) {
        const struct bus_counts *c = &f->buses[count]->counts;
        to[count] = (struct view_bus){f->buses[count]->name, c->asked, c->answered, c->retried,
                                      c->stray_bytes,        {0}};
        memcpy(to[count].failed, c->failed, sizeof to[count].failed);
    }
    lock_give(&f->lock);
    return count;
}

static void tell_health(void *who, struct view_health *to)
{
    struct daemon *d = who;

    *to = (struct view_health){
        .up_s = (double)(clock_us() - d->started_us) / 1e6,
        .rounds = d->keeper.rounds,
        .late_p50_ms = keeper_late_ms(&d->keeper, 0.5),
        .late_p99_ms = keeper_late_ms(&d->keeper, 0.99),
        .beat_us = wings_beat(&d->wings),
        .is_store_stuck = store_is_stuck(d->store),
        .is_stopping = d->is_stopping,
    };
    store_count(d->store, &to->store);
}

/* A page that listens at one address can be linked to; one that listens at all of them is known to
 * others by a name that nobody here knows. */
static void find_page(const struct section *web, char *to, size_t size)
{
    const char *listen = web ? section_text(web, "listen") : "";
    bool has_one = strspn(listen, "0.:") < strlen(listen), is_six = strchr(listen, ':') != NULL;

    if (web && section_yes(web, "enabled") && has_one)
        snprintf(to, size, is_six ? "http://[%.60s]:%d/" : "http://%.60s:%d/", listen,
                 (int)section_number(web, "port"));
}

void front_view(struct daemon *d, const struct plan *plan, struct view *to)
{
    *to = (struct view){
        .who = d,
        .board = d->keeper.board,
        .settings = d->keeper.settings,
        .store_path = store_path(d->store),
        .site = plan_site_name(plan),
        .version = program_version,
        .commit_s = section_number(plan->store, "commit_s"),
        .control = &d->wishes.control,
        .devices = list_devices,
        .sinks = list_sinks,
        .buses = list_buses,
        .health = tell_health,
    };
    find_page(plan->web, to->page, sizeof to->page);
}
