/* From settings to a checked plan (collector/plan.h). */
#include "collector/plan.h"

#include "base/log.h"
#include "base/text.h"
#include "drivers/device.h"
#include "store/days.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plan *plan_new(void)
{
    return calloc(1, sizeof(struct plan));
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->made_count; i++) {
        section_done(p->made[i]);
        free(p->made[i]);
    }
    settings_free(p->file);
    free(p);
}

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

static int check_address(const struct driver *driver, int address, char *why, size_t size)
{
    if (address >= driver->addresses.first && address <= driver->addresses.last)
        return OK;
    snprintf(why, size, "address %d is outside %u to %u for a %s", address, driver->addresses.first,
             driver->addresses.last, driver->name);
    return ERR_CONFIG;
}

/* ---- buses ------------------------------------------------------------------------------- */

/* Options behind the comma of `line =` join the section's own keys. */
static int join_options(struct section *s, const char *options)
{
    struct section words;
    int rc = section_from_words(s->kind, s->name, options, &words);

    for (size_t i = 0; i < words.count && !rc; i++) {
        struct entry *more = realloc(s->entries, (s->count + 1) * sizeof *more);
        if (!more) {
            rc = ERR_FULL;
            break;
        }
        s->entries = more;
        more[s->count] = words.entries[i];
        more[s->count++].line = s->line;
        words.entries[i] = (struct entry){0};
    }
    section_done(&words);
    return rc;
}

static int set_bus(struct plan *p, struct section *s, const char *line_text)
{
    struct plan_bus *b = &p->buses[p->bus_count];
    struct wire wire;
    char why[300];
    int rc = wire_parse(line_text, &wire, why, sizeof why);

    if (rc) {
        section_fault(s, "line", "%s", why);
        return ERR_CONFIG;
    }
    if (wire.address >= 0 && s->file) {
        section_fault(s, "line", "an address belongs to a [device], not to the wire");
        return ERR_CONFIG;
    }
    if (*wire.options && join_options(s, wire.options))
        return ERR_FULL;
    const struct setting *tables[] = {bus_settings, wire.line->settings};
    rc = section_check(s, tables, 2);
    if (rc)
        return rc;
    *b = (struct plan_bus){.name = s->name, .line = wire.line, .section = s};
    memcpy(b->where, wire.where, sizeof b->where);
    p->bus_count++;
    return OK;
}

static struct plan_bus *find_bus(struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->bus_count; i++)
        if (!strcmp(p->buses[i].name, name))
            return &p->buses[i];
    return NULL;
}

static void add_bus(struct plan *p, struct section *s)
{
    bool has_line = section_has(s, "line");

    if (!*s->name)
        section_fault(s, NULL, "a bus needs a name: [bus west]");
    else if (p->bus_count == PLAN_BUSES)
        section_fault(s, NULL, "more than %d buses", PLAN_BUSES);
    else if (!has_line)
        section_fault(s, NULL, "\"line\" is missing: %s", bus_settings[0].help);
    else
        (void)set_bus(p, s, section_text(s, "line")); /* its complaints are counted */
}

/* ---- devices ----------------------------------------------------------------------------- */

static void refuse_twice(struct plan *p, struct section *s, const struct plan_device *d)
{
    for (size_t i = 0; i < p->device_count; i++) {
        const struct plan_device *other = &p->devices[i];
        if (other->bus == d->bus && other->address == d->address)
            section_fault(s, "address", "%u on bus %s is taken by [device %s]", d->address,
                          d->bus->name, other->name);
    }
}

static void add_device(struct plan *p, struct section *s)
{
    char why[300];
    unsigned before = s->file->faults;
    const struct setting *tables[] = {device_settings, NULL};

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
    if (section_check(s, tables, tables[1] ? 2 : 1) && !driver)
        tables[1] = NULL; /* its complaints are counted; go on and find the others */
    if (*driver_name && !named_driver(driver_name, why, sizeof why))
        section_fault(s, "driver", "%s", why);
    struct plan_bus *bus = find_bus(p, section_text(s, "bus"));
    if (!bus && section_has(s, "bus")) {
        struct nearest n = {.word = section_text(s, "bus")};
        for (size_t i = 0; i < p->bus_count; i++)
            nearest_try(&n, p->buses[i].name);
        section_fault(s, "bus", "there is no [bus %s]%s%s%s", n.word,
                      n.best ? "; did you mean \"" : "", n.best ? n.best : "", n.best ? "\"?" : "");
    }
    if (s->file->faults != before || !driver || !bus)
        return;
    struct plan_device d = {.name = s->name, .driver = driver, .bus = bus, .section = s};
    int address = (int)section_number(s, "address");
    if (!address)
        address = driver->addresses.usual;
    if (!may_sit_on(driver, bus->line))
        section_fault(s, "bus", "a %s does not speak over a %s line", driver->name,
                      bus->line->scheme);
    else if (check_address(driver, address, why, sizeof why))
        section_fault(s, "address", "%s", why);
    d.address = (uint8_t)address;
    refuse_twice(p, s, &d);
    if (s->file->faults == before)
        p->devices[p->device_count++] = d;
}

/* ---- groups and sinks -------------------------------------------------------------------- */

static int place_of(void *who, const char *name)
{
    const struct plan *p = who;

    for (size_t i = 0; i < p->device_count; i++)
        if (!strcmp(p->devices[i].name, name))
            return (int)i;
    return -1;
}

static void add_group(struct plan *p, struct section *s)
{
    if (!*s->name)
        section_fault(s, NULL, "a group needs a name: [group house]");
    else if (place_of(p, s->name) >= 0)
        section_fault(s, NULL, "[device %s] has this name already", s->name);
    else if (p->group_count == PLAN_GROUPS)
        section_fault(s, NULL, "more than %d groups", PLAN_GROUPS);
    else if (group_load(&p->groups[p->group_count], s, place_of, p) == OK)
        p->group_count++;
}

static void refuse_sink_kind(struct section *s, const char *kind)
{
    struct nearest n = {.word = kind};

    for (size_t i = 0; sinks[i]; i++)
        nearest_try(&n, sinks[i]->name);
    if (n.best)
        section_fault(s, "kind", "\"%s\" is no kind of sink; did you mean \"%s\"?", kind, n.best);
    else
        section_fault(s, "kind", "\"%s\" is no kind of sink (see: helio list sinks)", kind);
}

static void add_sink(struct plan *p, struct section *s)
{
    const char *kind = section_has(s, "kind") ? section_text(s, "kind") : "";
    const struct sink *sink = sink_find(kind);

    if (!*s->name) {
        section_fault(s, NULL, "a sink needs a name: [sink influx]");
        return;
    }
    if (p->sink_count == PLAN_SINKS) {
        section_fault(s, NULL, "more than %d sinks", PLAN_SINKS);
        return;
    }
    if (!sink) {
        if (*kind)
            refuse_sink_kind(s, kind);
        else
            section_fault(s, "kind", "is missing: %s", sink_settings[0].help);
        return;
    }
    const struct setting *tables[] = {sink_settings, sink->settings};
    unsigned before = s->file->faults;
    if (section_check(s, tables, 2) == OK && sink->check)
        sink->check(s);
    if (s->file->faults == before)
        p->sinks[p->sink_count++] = (struct plan_sink){s->name, sink, s};
}

/* ---- the site and the store -------------------------------------------------------------- */

// clang-format off
const struct setting site_settings[] = {
    /* key         type    default least most choices help */
    { "name",      TEXT,   "home", 0,    0,   NULL, "What the site is called: the tag \"site\" in databases" },
    { "timezone",  TEXT,   "",     0,    0,   NULL, "Where its days begin, as Europe/Sofia; empty: as the machine is set" },
    { "latitude",  NUMBER, "0",    -90,  90,  NULL, "Degrees north, for the sun" },
    { "longitude", NUMBER, "0",    -180, 180, NULL, "Degrees east, for the sun" },
    SETTINGS_END,
};
// clang-format on

static void set_site(struct plan *p, struct section *s)
{
    const struct setting *tables[] = {site_settings};

    if (section_check(s, tables, 1))
        return;
    const char *zone = section_text(s, "timezone");
    if (*zone && !zone_set(zone))
        section_fault(s, "timezone",
                      "\"%s\" is no zone of this machine; see: ls /usr/share/zoneinfo", zone);
    p->site = s;
}

static void set_store(struct plan *p, struct section *s)
{
    const struct setting *tables[] = {store_settings};

    if (section_check(s, tables, 1) == OK)
        p->store = s;
}

static const struct {
    const char *kind;
    void (*add)(struct plan *p, struct section *s);
    const char *form;
} kinds[] = {
    {"site", set_site, "[site]"},         {"store", set_store, "[store]"},
    {"bus", add_bus, "[bus NAME]"},       {"device", add_device, "[device NAME]"},
    {"group", add_group, "[group NAME]"}, {"sink", add_sink, "[sink NAME]"},
};

static void refuse_kind(struct section *s)
{
    struct nearest n = {.word = s->kind};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        nearest_try(&n, kinds[i].kind);
    if (n.best)
        section_fault(s, NULL, "no such kind of section; did you mean [%s %s]?", n.best, s->name);
    else
        section_fault(s, NULL,
                      "no such kind of section; there are [site], [store], [bus NAME], "
                      "[device NAME], [group NAME] and [sink NAME]");
}

int plan_load(struct plan *p, const char *path)
{
    int rc = settings_read(path, &p->file);

    if (rc && rc != ERR_CONFIG)
        return rc;
    if (!p->file)
        return rc;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) /* buses before what sits on them */
        for (size_t i = 0; i < p->file->count; i++)
            if (!strcmp(p->file->sections[i].kind, kinds[k].kind))
                kinds[k].add(p, &p->file->sections[i]);
    for (size_t i = 0; i < p->file->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            is_known |= !strcmp(p->file->sections[i].kind, kinds[k].kind);
        if (!is_known)
            refuse_kind(&p->file->sections[i]);
    }
    return p->file->faults ? ERR_CONFIG : plan_finish(p);
}

/* ---- without a file ---------------------------------------------------------------------- */

static struct section *make_section(struct plan *p, const char *kind, const char *name,
                                    const char *words)
{
    struct section *s;

    if (p->made_count == sizeof p->made / sizeof *p->made)
        return NULL;
    s = calloc(1, sizeof *s);
    if (!s || section_from_words(kind, name, words, s))
        return NULL;
    p->made[p->made_count++] = s;
    return s;
}

static struct section *defaults(struct plan *p, const char *kind, const struct setting *rows)
{
    struct section *s = make_section(p, kind, "", "");
    const struct setting *tables[] = {rows};

    return s && section_check(s, tables, 1) == OK ? s : NULL;
}

int plan_finish(struct plan *p)
{
    if (!p->site)
        p->site = defaults(p, "site", site_settings);
    if (!p->store)
        p->store = defaults(p, "store", store_settings);
    return p->site && p->store ? OK : ERR_FULL;
}

const char *plan_site_name(const struct plan *p)
{
    return section_text(p->site, "name");
}

const char *plan_store_path(const struct plan *p, char *to, size_t size)
{
    const char *path = section_text(p->store, "path");

    if (!*path)
        return store_default_path(to, size);
    snprintf(to, size, "%s", path);
    return to;
}

const struct plan_sink *plan_sink_named(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->sink_count; i++)
        if (!strcmp(p->sinks[i].name, name))
            return &p->sinks[i];
    return NULL;
}

static struct plan_bus *bare_bus(struct plan *p, const struct wire *wire,
                                 const struct driver *driver)
{
    char words[3 * WHERE_MAX], name[2 * WHERE_MAX];
    const char *usual = "";

    snprintf(name, sizeof name, "%s%s%s", wire->line->scheme, *wire->where ? ":" : "", wire->where);
    struct plan_bus *known = find_bus(p, name);
    if (known || p->bus_count == PLAN_BUSES)
        return known;
    for (const struct place *place = driver->places; place->scheme; place++)
        if (!strcmp(place->scheme, wire->line->scheme) && place->options && !*wire->options)
            usual = place->options;
    snprintf(words, sizeof words, "%s%s%s", wire->options, *usual ? "," : "", usual);
    struct section *s = make_section(p, "bus", name, words);
    if (!s)
        return NULL;
    /* The line is known already; its row in bus_settings must not be missed. */
    if (join_options(s, "line=given"))
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

    if (!at || (size_t)(at - text) >= sizeof driver_name || p->device_count == PLAN_DEVICES) {
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
        snprintf(why, sizeof why, "a %s does not speak over a %s line", driver->name,
                 wire.line->scheme);
        rc = ERR_USAGE;
    }
    if (rc) {
        log_err(NULL, "%s: %s", text, why);
        return rc;
    }
    struct plan_bus *bus = bare_bus(p, &wire, driver);
    snprintf(words, sizeof words, "driver=%s,bus=bare,address=%d", driver->name, wire.address);
    struct section *s = bus ? make_section(p, "device", text, words) : NULL;
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

int plan_find(struct plan *p, const char *text, size_t *to)
{
    struct nearest n = {.word = text};

    for (size_t i = 0; i < p->device_count; i++) {
        if (!strcmp(p->devices[i].name, text)) {
            *to = i;
            return OK;
        }
        nearest_try(&n, p->devices[i].name);
    }
    if (strchr(text, '@'))
        return plan_add_bare(p, text, to);
    log_err(NULL, "there is no device \"%s\"%s%s%s", text,
            n.best ? "; did you mean \""
                   : ". Name one of the settings file, or write it "
                     "DRIVER@LINE[:ADDRESS], like tracer@rtu:/dev/ttyXRUSB0:1",
            n.best ? n.best : "", n.best ? "\"?" : "");
    return ERR_USAGE;
}

const char *plan_default_path(char *to, size_t size)
{
    const char *given = getenv("HELIO_CONFIG"), *xdg = getenv("XDG_CONFIG_HOME"),
               *home = getenv("HOME");

    if (given && *given) {
        snprintf(to, size, "%s", given);
        return to;
    }
    snprintf(to, size, "/etc/helio/helio.conf");
    if (access(to, F_OK) == 0)
        return to;
    if (xdg && *xdg)
        snprintf(to, size, "%s/helio/helio.conf", xdg);
    else
        snprintf(to, size, "%s/.config/helio/helio.conf", home ? home : "");
    return access(to, F_OK) == 0 ? to : NULL;
}
