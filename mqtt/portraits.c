/* Putting devices into words (mqtt/portraits.h). */
#include "mqtt/portraits.h"

#include "mqtt/discovery.h"
#include "store/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL_LEAST = 6 };

/* ---- who a device is ----------------------------------------------------------------------- */

/* "fx1" of a unit behind a hub is its place, not a number that nobody else has. */
static const char *serial_of(const struct view_device *v)
{
    return strlen(v->serial) < SERIAL_LEAST ? "" : v->serial;
}

/* Its serial number, if no other device before it has the same one; else its name. */
static void id_of(const struct portraits *p, const struct view_device *v, char to[HA_ID])
{
    char word[TOPIC_WORD], before[TOPIC_PREFIX];
    bool is_first = true;

    for (size_t i = 0; i < p->devices.count && &p->devices.all[i] != v; i++)
        is_first &= strcmp(p->devices.all[i].serial, v->serial) != 0;
    if (*serial_of(v) && is_first) {
        discovery_id(to, "helio", v->serial);
        return;
    }
    names_word(p->place->names, v->name, word);
    snprintf(before, sizeof before, "%s", p->place->prefix);
    discovery_id(to, before, word);
}

void portraits_open(struct portraits *p, const struct place *place, struct states *states,
                    const struct remembered *remembered)
{
    p->place = place;
    p->states = states;
    p->remembered = remembered;
    p->may_tell = section_yes(place->seat->section, "allow_tell");
}

void portraits_close(struct portraits *p)
{
    view_forget(&p->devices);
    free(p->ids);
    free(p->said);
}

/* For the words of those that are listed. */
static bool has_room(struct portraits *p)
{
    char(*ids)[HA_ID] = array_reach(p->ids, p->devices.count - 1, &p->id_room, sizeof *ids);
    unsigned last = 0;

    p->ids = ids ? ids : p->ids;
    for (size_t i = 0; i < p->devices.count; i++)
        last = p->devices.all[i].desk > last ? p->devices.all[i].desk : last;
    uint64_t *said = array_reach(p->said, last, &p->said_room, sizeof *said);
    p->said = said ? said : p->said;
    return ids && said;
}

void portraits_look(struct portraits *p)
{
    const struct view *view = p->place->seat->view;

    view_look(view, &p->devices);
    while (p->devices.count && !has_room(p))
        p->devices.count--; /* whom there is no memory for is not said now */
    for (size_t i = 0; i < p->devices.count; i++)
        id_of(p, &p->devices.all[i], p->ids[i]);
}

void portraits_say_again(struct portraits *p)
{
    p->helio_said = 0;
    if (p->said)
        memset(p->said, 0, p->said_room * sizeof *p->said);
}

const struct view_device *portraits_named(const struct portraits *p, const char *name)
{
    for (size_t i = 0; i < p->devices.count; i++)
        if (!strcmp(p->devices.all[i].name, name))
            return &p->devices.all[i];
    return NULL;
}

/* The maker's name is the first word of what the driver is called. */
static void name_maker(struct portraits *p, const struct view_device *v)
{
    snprintf(p->maker, sizeof p->maker, "%.*s", (int)strcspn(v->title, " ,/"), v->title);
    if (v->is_group)
        snprintf(p->maker, sizeof p->maker, "Heliograph");
}

static void take_key(struct ha_device *d, enum metric m, bool is_setting)
{
    for (unsigned i = 0; i < d->count; i++)
        if (d->metrics[i].metric == m)
            return;
    if (m == M_NONE || d->count == READING_MAX)
        return;
    d->metrics[d->count].metric = (uint16_t)m;
    d->metrics[d->count++].is_setting = is_setting;
}

static void take_state(void *who, const struct state *one)
{
    for (unsigned i = 0; i < one->count; i++)
        take_key(who, (enum metric)one->keys[i].metric,
                 catalogue[one->keys[i].metric].kind == SETTING);
}

/* What it said before this start, and may not say before the sun rises. */
static void take_remembered(struct portraits *p, const struct view_device *v)
{
    static const char set[] = "set_";
    struct part one;

    for (size_t i = 0; i < p->remembered->count; i++) {
        const struct kept *k = &p->remembered->all[i];
        const char *at = k->parts;
        if (strcmp(k->id, p->id) != 0 || strcmp(k->driver, v->driver) != 0)
            continue;
        while (parts_next(&at, &one))
            take_key(
                &p->device,
                metric_find(!strncmp(one.key, set, strlen(set)) ? one.key + strlen(set) : one.key),
                false);
    }
}

static void take_offers(struct portraits *p, const struct view_device *v)
{
    const struct control *control = p->place->seat->view->control;
    bool is_allowed = false;
    size_t count = 0;

    if (p->may_tell && control)
        count = control->offers(control->who, v->name, p->offers, OFFERS_MAX, &is_allowed);
    p->device.offers = p->offers;
    p->device.offer_count = is_allowed ? count : 0;
}

/* What there is to say of every device beside its numbers. */
static const struct extra of_devices[] = {
    {.platform = HA_SENSOR,
     .key = "connection",
     .name = "Connection",
     .topic = "availability",
     .template = "{{value}}",
     .class = "enum",
     .words = "online|stale|asleep|fault|unheard",
     .is_always_there = true},
    {.platform = HA_EVENT,
     .key = "order",
     .name = "Order",
     .topic = "order",
     .icon = "mdi:message-check-outline",
     .words = "done|refused"},
};

/* "EPsolar / EPEver Tracer" of all that the driver is called: who it is was not said. */
static const char *title_of(struct portraits *p, const struct view_device *v)
{
    size_t length = strcspn(v->title, ",(");

    while (length && v->title[length - 1] == ' ')
        length--;
    snprintf(p->model, sizeof p->model, "%.*s", (int)length, v->title);
    return p->model;
}

static const char *page_of(const struct portraits *p)
{
    const char *page = section_text(p->place->seat->section, "page");

    return *page ? page : p->place->seat->view->page;
}

static void describe(struct portraits *p, const struct view_device *v)
{
    const struct view_device *speaker = *v->through ? portraits_named(p, v->through) : NULL;
    double pace =
        v->every_s > p->place->seat->view->commit_s ? v->every_s : p->place->seat->view->commit_s;

    memcpy(p->id, p->ids[v - p->devices.all], sizeof p->id);
    *p->through = '\0';
    if (speaker && p->said[speaker->desk]) /* a hub that says nothing is no device */
        memcpy(p->through, p->ids[speaker - p->devices.all], sizeof p->through);
    name_maker(p, v);
    names_word(p->place->names, v->name, p->word);
    p->device = (struct ha_device){
        .name = v->called && *v->called ? v->called : v->name,
        .word = p->word,
        .id = p->id,
        .maker = p->maker,
        .model = v->is_group ? "Devices added up"
                 : *v->model ? v->model
                             : title_of(p, v),
        .serial = serial_of(v),
        .firmware = v->firmware,
        .through = p->through,
        .prefix = p->place->prefix,
        .bridge = p->place->bridge,
        .version = p->place->seat->view->version,
        .page = page_of(p),
        .extras = of_devices,
        .may_cut_power = section_yes(p->place->seat->section, "allow_cut_power"),
        .expire_s = 3 * pace > 15 ? (unsigned)(3 * pace + 0.5) : 15,
    };
    states_one(p->states, v->name, take_state, &p->device);
    take_remembered(p, v);
    take_offers(p, v);
    p->device.extra_count = 1 + (p->device.offer_count > 0);
}

/* ---- this program ---------------------------------------------------------------------------- */

static void take_extra(struct portraits *p, struct extra e, const char *key, const char *name,
                       const char *form)
{
    if (p->device.extra_count == EXTRAS_MAX)
        return;
    snprintf(e.key, sizeof e.key, "%s", key);
    snprintf(e.name, sizeof e.name, "%s", name);
    snprintf(e.topic, sizeof e.topic, "state");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(e.template, sizeof e.template, form, key);
#pragma GCC diagnostic pop
    e.is_always_there = true;
    p->extras[p->device.extra_count++] = e;
}

static void take_wires(struct portraits *p)
{
    const struct view *view = p->place->seat->view;
    const struct extra counter = {.state_class = "total_increasing", .icon = "mdi:serial-port"},
                       seldom = {.state_class = "total_increasing",
                                 .icon = "mdi:serial-port",
                                 .is_seldom = true};
    struct view_bus wires[EXTRAS_MAX];
    size_t count = view->buses ? view->buses(view->who, wires, EXTRAS_MAX) : 0;
    char word[TOPIC_WORD], key[48], name[48];

    for (size_t i = 0; i < count; i++) {
        topic_word(wires[i].name, word);
        snprintf(key, sizeof key, "wire_%.30s_failed", word);
        snprintf(name, sizeof name, "Wire %.30s failures", wires[i].name);
        take_extra(p, counter, key, name, "{{value_json.get('%s')}}");
        snprintf(key, sizeof key, "wire_%.30s_asked", word);
        snprintf(name, sizeof name, "Wire %.30s questions", wires[i].name);
        take_extra(p, seldom, key, name, "{{value_json.get('%s')}}");
    }
}

const struct ha_device *portrait_of_helio(struct portraits *p)
{
    const struct view *view = p->place->seat->view;

    discovery_id(p->helio_id, p->place->prefix, topic_bridge);
    p->helio = (struct view_device){.name = topic_bridge, .driver = "helio", .through = ""};
    p->device = (struct ha_device){
        .name = "Heliograph",
        .word = topic_bridge,
        .id = p->helio_id,
        .maker = "Heliograph",
        .model = "helio",
        .serial = "",
        .firmware = view->version,
        .through = "",
        .prefix = p->place->prefix,
        .bridge = p->place->bridge,
        .version = view->version,
        .page = page_of(p),
        .is_helio = true,
        .extras = p->extras,
    };
    take_extra(p, (struct extra){.icon = "mdi:tag-outline"}, "version", "Version",
               "{{value_json.get('%s')}}");
    take_extra(
        p, (struct extra){.state_class = "measurement", .unit = "rows", .icon = "mdi:tray-full"},
        "backlog", "Backlog", "{{value_json.get('%s')}}");
    take_extra(p, (struct extra){.icon = "mdi:alert-circle-outline"}, "trouble", "Last trouble",
               "{{(value_json.get('%s') or 'None')[:250]}}");
    take_wires(p);
    return &p->device;
}

const struct ha_device *portrait_of(struct portraits *p, const struct view_device *v)
{
    describe(p, v);
    return p->device.count ? &p->device : NULL;
}

/* ---- is there anything new? ---------------------------------------------------------------- */

static uint64_t mix(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    while (length--)
        sum = (sum ^ *at++) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t mix_words(uint64_t sum, const char *words)
{
    return mix(sum, words, strlen(words) + 1);
}

uint64_t portrait_print(const struct ha_device *d)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    const char *const words[] = {d->name,  d->word,   d->id,       d->maker,
                                 d->model, d->serial, d->firmware, d->through};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        sum = mix_words(sum, words[i]);
    sum = mix(sum, &d->expire_s, sizeof d->expire_s);
    sum = mix_words(sum, d->page ? d->page : "");
    for (size_t i = 0; i < d->extra_count; i++)
        sum = mix_words(sum, d->extras[i].key);
    for (unsigned i = 0; i < d->count; i++) {
        sum = mix(sum, &d->metrics[i].metric, sizeof d->metrics[i].metric);
        sum = mix(sum, &d->metrics[i].is_setting, sizeof d->metrics[i].is_setting);
    }
    for (size_t i = 0; i < d->offer_count; i++) {
        sum = mix_words(sum, d->offers[i].name);
        sum = mix(sum, &d->offers[i].least, sizeof d->offers[i].least);
        sum = mix(sum, &d->offers[i].most, sizeof d->offers[i].most);
        sum = mix(sum, &d->offers[i].is_vain, sizeof d->offers[i].is_vain);
    }
    return sum ? sum : 1;
}
