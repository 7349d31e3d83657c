/* Buses and the devices on them, from sections or from DRIVER@LINE (collector/plan/plan.h). */
#include "collector/plan/plan_inside.h"

#include "collector/plan/addressee.h"

#include "base/log.h"
#include "base/text.h"
#include "drivers/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct driver *named_driver(const char *name, char *why, size_t size)
{
    const struct driver *driver = driver_find(name);
    struct nearest n = {.word = name};

    if (driver)
        return driver;
    for (size_t i = 0; drivers[i]; i++)
        nearest_try(&n, drivers[i]->name);
    if (n.best)
        snprintf(why, size, "\"%s\" is no driver; did you mean \"%s\"?", name, n.best);
    else
        snprintf(why, size, "\"%s\" is no driver (see: helio list drivers)", name);
    return NULL;
}

static bool may_sit_on(const struct driver *driver, const struct line *line)
{
    for (const struct place *place = driver->places; place->scheme; place++)
        if (!strcmp(place->scheme, line->scheme))
            return true;
    return false;
}

/* Why it may not, and where it may. */
static void say_lines(const struct driver *driver, const struct line *line, char *why, size_t size)
{
    struct text text = text_on(why, size);

    text_format(&text, "no %s speaks over a %s line; its lines are", driver->name, line->scheme);
    for (const struct place *place = driver->places; place->scheme; place++)
        text_format(&text, "%s %s", place == driver->places ? "" : ",", place->scheme);
}

static int check_address(const struct driver *driver, int address, char *why, size_t size)
{
    if (address >= driver->addresses.first && address <= driver->addresses.last)
        return OK;
    snprintf(why, size, "address %d is outside %u to %u for the %s", address,
             driver->addresses.first, driver->addresses.last, driver->name);
    return ERR_CONFIG;
}

/* ---- buses ------------------------------------------------------------------------------- */

/* Its line is missing or wrong, so nobody knows which further words it may have. */
static void check_without_line(struct section *s)
{
    const struct setting *tables[] = {bus_settings}, *maybe[MAYBE_TABLES];

    plan_maybe_lines(maybe);
    if (section_check_partly(s, tables, 1, maybe))
        return; /* its complaints are counted */
}

static void set_bus(struct plan *p, struct section *s)
{
    struct plan_bus *b = &p->buses[p->bus_count];
    struct wire wire;
    char why[300];

    if (!section_has(s, "line")) {
        check_without_line(s);
        return;
    }
    if (wire_parse(section_text(s, "line"), &wire, why, sizeof why)) {
        section_fault(s, "line", "%s", why);
        check_without_line(s);
        return;
    }
    if (wire.address >= 0)
        section_fault(s, "line", "an address belongs to a [device], not to the wire");
    if (*wire.options && section_join(s, wire.options, false))
        section_fault(s, "line", "no memory for it");
    const struct setting *tables[] = {bus_settings, wire.line->settings};
    if (section_check(s, tables, 2) || wire.address >= 0)
        return;
    *b = (struct plan_bus){.name = s->name, .line = wire.line, .section = s};
    memcpy(b->where, wire.where, sizeof b->where);
    p->bus_count++;
}

static struct plan_bus *find_bus(struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->bus_count; i++)
        if (!strcmp(p->buses[i].name, name))
            return &p->buses[i];
    return NULL;
}

void plan_add_bus(struct plan *p, struct section *s)
{
    if (!*s->name)
        section_fault(s, NULL, "a bus needs a name: [bus west]");
    else if (p->bus_count == PLAN_BUSES)
        section_fault(s, NULL, "more than %d buses", PLAN_BUSES);
    else
        set_bus(p, s);
}

/* ---- devices ----------------------------------------------------------------------------- */

/* A unit behind another one: it has no wire of its own, only a name. */
static void set_heard_through(const struct plan *p, struct section *s, struct plan_device *d)
{
    bool has_speaker = false;

    if (!*section_text(s, "serial") || d->driver->gives_addresses)
        return;
    d->is_heard_through = true;
    for (size_t i = 0; i < p->device_count; i++) {
        const struct plan_device *other = &p->devices[i];
        has_speaker |=
            other->bus == d->bus && other->driver == d->driver && !other->is_heard_through;
    }
    if (!d->driver->others)
        section_fault(s, "serial", "the %s does not speak for others; give each its address",
                      d->driver->name);
    else if (!has_speaker)
        section_fault(s, "serial", "above it on bus %s must stand the %s that speaks for it",
                      d->bus->name, d->driver->name);
}

/* Who gets its address from us is known by its serial number, as soon as there are two of them. */
static void refuse_unnamed(const struct plan *p, struct section *s, const struct plan_device *d)
{
    const char *mine = section_text(s, "serial");

    for (size_t i = 0; i < p->device_count && d->driver->gives_addresses; i++) {
        const struct plan_device *other = &p->devices[i];
        const char *theirs = section_text(other->section, "serial");
        if (other->bus != d->bus || other->driver != d->driver)
            continue;
        if (!*mine || !*theirs)
            section_fault(*mine ? other->section : s, "serial",
                          "with several on bus %s each needs its serial number; helio scan has "
                          "those that answer",
                          d->bus->name);
        else if (!strcmp(mine, theirs))
            section_fault(s, "serial", "%s is that of [device %s] already", mine, other->name);
        else
            continue;
        return;
    }
}

/* Behind a USB socket there is one: its serial number says which socket is meant. */
static void choose_unit(struct section *s, const struct plan_device *d)
{
    const char *serial = section_text(s, "serial"), *unit;
    char words[IDENTITY_TEXT + 16];

    if (!d->driver->gives_addresses || !d->bus->line->has_units || !*serial)
        return;
    unit = section_text(d->bus->section, "unit");
    if (*unit && strcmp(unit, serial) != 0)
        section_fault(s, "serial", "bus %s has unit = %s", d->bus->name, unit);
    snprintf(words, sizeof words, "unit=%.*s", IDENTITY_TEXT, serial);
    if (!*unit && section_join(d->bus->section, words, true))
        section_fault(s, "serial", "no memory for it");
}

/* The usual address is for the first of them on a wire, the next free ones for the others. */
static uint8_t free_address(const struct plan *p, const struct driver *driver,
                            const struct plan_bus *bus)
{
    unsigned address = driver->addresses.usual;
    bool is_taken = driver->gives_addresses;

    while (is_taken && address < driver->addresses.last) {
        is_taken = false;
        for (size_t i = 0; i < p->device_count; i++)
            is_taken |= p->devices[i].bus == bus && p->devices[i].address == address;
        address += is_taken;
    }
    return (uint8_t)address;
}

static void refuse_twice(struct plan *p, struct section *s, const struct plan_device *d)
{
    for (size_t i = 0; i < p->device_count && !d->is_heard_through; i++) {
        const struct plan_device *other = &p->devices[i];
        if (!other->is_heard_through && other->bus == d->bus && other->address == d->address)
            section_fault(s, "address", "%u on bus %s is taken by [device %s]", d->address,
                          d->bus->name, other->name);
    }
}

void plan_add_device(struct plan *p, struct section *s)
{
    char why[300];
    unsigned before = s->file->faults;
    const struct setting *tables[] = {device_settings, NULL}, *maybe[MAYBE_TABLES];
    bool is_good = true;

    if (!*s->name) {
        section_fault(s, NULL, "a device needs a name: [device south]");
        return;
    }
    if (p->device_count == PLAN_DEVICES) {
        section_fault(s, NULL, "more than %d devices", PLAN_DEVICES);
        return;
    }
    const char *driver_name = section_has(s, "driver") ? section_text(s, "driver") : "";
    const struct driver *driver = driver_find(driver_name);
    if (driver && driver->settings)
        tables[1] = driver->settings;
    plan_maybe_drivers(maybe);
    if (section_check_partly(s, tables, tables[1] ? 2 : 1, driver ? NULL : maybe))
        is_good = false; /* its complaints are counted; go on and find the others */
    if (*driver_name && !named_driver(driver_name, why, sizeof why))
        section_fault(s, "driver", "%s", why);
    struct plan_bus *bus = find_bus(p, section_text(s, "bus"));
    if (!bus && section_has(s, "bus"))
        section_refuse_name(s, "bus", "bus", section_text(s, "bus"));
    if (!is_good || !driver || !bus)
        return;
    struct plan_device d = {.name = s->name, .driver = driver, .bus = bus, .section = s};
    int address = (int)section_number(s, "address");
    if (!address)
        address = free_address(p, driver, bus);
    if (!may_sit_on(driver, bus->line)) {
        say_lines(driver, bus->line, why, sizeof why);
        section_fault(s, "bus", "%s", why);
    } else if (check_address(driver, address, why, sizeof why))
        section_fault(s, "address", "%s", why);
    d.address = (uint8_t)address;
    set_heard_through(p, s, &d);
    refuse_unnamed(p, s, &d);
    refuse_twice(p, s, &d);
    choose_unit(s, &d);
    /* What this family's wires usually are, where the [bus] does not say otherwise. */
    if (section_join(bus->section, driver_usual(driver, bus->line->scheme), true))
        section_fault(s, "bus", "no memory for it");
    if (s->file->faults == before)
        p->devices[p->device_count++] = d;
}

/* ---- units that only a group names -------------------------------------------------------- */

/* What stands in the speaker's section holds for it too, but who it is. */
static struct section *unit_section(struct plan *p, const struct section *speaker,
                                    const struct addressee *unit)
{
    char words[600];
    struct text t = text_on(words, sizeof words);

    text_format(&t, "serial=%s", unit->unit);
    for (size_t i = 0; i < speaker->count; i++) {
        const struct entry *e = &speaker->entries[i];
        if (strcmp(e->key, "serial") != 0 && strcmp(e->key, "address") != 0)
            text_format(&t, ",%s=%s", e->key, e->value);
    }
    return t.is_cut ? NULL : plan_make_section(p, "device", unit->name, words);
}

int plan_add_unit(struct plan *p, const char *name)
{
    struct addressee unit;

    if (p->device_count == p->device_room || !addressee_find(p, name, &unit) || !*unit.unit ||
        !strcmp(unit.unit, "system")) /* what all units are together is no unit */
        return -1;
    const struct plan_device *speaker = &p->devices[unit.at];
    struct section *s = unit_section(p, speaker->section, &unit);
    const struct setting *tables[] = {device_settings, speaker->driver->settings};
    if (!s || section_check(s, tables, tables[1] ? 2 : 1))
        return -1;
    p->devices[p->device_count] = (struct plan_device){.name = s->name,
                                                       .driver = speaker->driver,
                                                       .bus = speaker->bus,
                                                       .address = speaker->address,
                                                       .is_heard_through = true,
                                                       .is_implied = true,
                                                       .section = s};
    return (int)p->device_count++;
}

/* ---- without a file ---------------------------------------------------------------------- */

static struct plan_bus *bare_bus(struct plan *p, const struct wire *wire,
                                 const struct driver *driver)
{
    char name[3 * WHERE_MAX];
    const char *which = wire->line->has_units ? wire->options : "";

    snprintf(name, sizeof name, "%s%s%s%s%s", wire->line->scheme, *wire->where ? ":" : "",
             wire->where, *which ? "," : "", which);
    struct plan_bus *known = find_bus(p, name);
    if (known || p->bus_count == p->bus_room)
        return known;
    struct section *s = plan_make_section(p, "bus", name, wire->options);
    if (!s)
        return NULL;
    /* The line is known already; its row in bus_settings must not be missed. */
    if (section_join(s, "line=given", false) ||
        section_join(s, driver_usual(driver, wire->line->scheme), true))
        return NULL;
    const struct setting *tables[] = {bus_settings, wire->line->settings};
    if (section_check(s, tables, 2))
        return NULL;
    struct plan_bus *b = &p->buses[p->bus_count++];
    *b = (struct plan_bus){.name = s->name, .line = wire->line, .section = s};
    memcpy(b->where, wire->where, sizeof b->where);
    return b;
}

int plan_add_bare(struct plan *p, const char *text, size_t *to)
{
    char driver_name[32], words[64], why[300];
    const char *at = strchr(text, '@');
    struct wire wire;
    int rc;

    if (plan_make_room(p))
        return ERR_FULL;
    if (p->device_count == p->device_room) {
        log_err(NULL, "%s: more than %d devices; put them into a settings file", text, PLAN_BARE);
        return ERR_USAGE;
    }
    if (!at || (size_t)(at - text) >= sizeof driver_name) {
        log_err(NULL, "\"%s\" is not written DRIVER@LINE[:ADDRESS]", text);
        return ERR_USAGE;
    }
    snprintf(driver_name, sizeof driver_name, "%.*s", (int)(at - text), text);
    const struct driver *driver = named_driver(driver_name, why, sizeof why);
    rc = driver ? wire_parse(at + 1, &wire, why, sizeof why) : ERR_USAGE;
    if (!rc && wire.address < 0)
        wire.address = driver->addresses.usual;
    if (!rc)
        rc = check_address(driver, wire.address, why, sizeof why) ? ERR_USAGE : OK;
    if (!rc && !may_sit_on(driver, wire.line)) {
        say_lines(driver, wire.line, why, sizeof why);
        rc = ERR_USAGE;
    }
    if (rc) {
        log_err(NULL, "%s: %s", text, why);
        return rc;
    }
    struct plan_bus *bus = bare_bus(p, &wire, driver);
    snprintf(words, sizeof words, "driver=%s,bus=bare,address=%d", driver->name, wire.address);
    struct section *s = bus ? plan_make_section(p, "device", text, words) : NULL;
    const struct setting *tables[] = {device_settings, driver->settings};
    if (!s || section_check(s, tables, driver->settings ? 2 : 1))
        return ERR_USAGE;
    *to = p->device_count;
    p->devices[p->device_count++] = (struct plan_device){.name = s->name,
                                                         .driver = driver,
                                                         .bus = bus,
                                                         .address = (uint8_t)wire.address,
                                                         .section = s};
    return OK;
}
