/*
 * The plan: the settings, checked. Const once loaded. A file makes it, or the command line does
 * (tracer@rtu:/dev/ttyUSB0:1), or both: the same struct either way.
 */
#ifndef COLLECTOR_PLAN_H
#define COLLECTOR_PLAN_H

#include "base/sun.h"
#include "bus/lines.h"
#include "collector/plan/group.h"
#include "collector/plan/rule.h"
#include "collector/plan/sinks.h"
#include "drivers/driver.h"

/* News and readings number devices with 16 bits; beside those of the plan are units that are found.
 * BARE: so many of each may come from the command line. */
enum {
    PLAN_BUSES = 4096,
    PLAN_DEVICES = 32768,
    PLAN_BARE = 64,
    PLAN_GROUPS = 32,
    PLAN_SINKS = 8,
    PLAN_RULES = 16
};

struct plan_bus {
    const char *name;
    const struct line *line;
    char where[WHERE_MAX];
    struct section *section;
};

struct plan_device {
    const char *name;
    const struct driver *driver;
    struct plan_bus *bus;
    uint8_t address;
    bool is_heard_through; /* another on its bus speaks for it: known by its serial number */
    bool is_implied;       /* and no section names it, but a group does: hub-mx1 */
    struct section *section;
};

struct plan_sink {
    const char *name;
    const struct sink *sink;
    struct section *section;
};

struct plan_rule {
    const char *name;
    const struct plan_device *device;
    struct section *section;
    struct rule rule;
};

struct plan {
    struct settings *file;        /* NULL without one */
    struct section *site, *store; /* the section of the file, or one made of defaults */
    struct section *own;          /* [helio], likewise */
    struct sky sky;               /* over the site */
    struct section *web;          /* NULL without one */
    size_t group_count, sink_count, rule_count;
    struct group groups[PLAN_GROUPS];
    struct plan_sink sinks[PLAN_SINKS];
    struct plan_rule rules[PLAN_RULES];
    size_t bus_count, device_count;
    size_t bus_room, device_room;
    struct plan_bus *buses; /* these two stay where they are: they are pointed to */
    struct plan_device *devices;
    struct section **made; /* sections of bare devices */
    size_t made_count, made_room;
};

struct plan *plan_new(void);
void plan_free(struct plan *p);

/* Adds what a file says. Every complaint is logged; ERR_CONFIG when there was one. */
int plan_load(struct plan *p, const char *path) MUST_CHECK;

/* The same of a text in memory; `name` stands for its path in complaints. */
int plan_load_text(struct plan *p, const char *text, const char *name) MUST_CHECK;

/* What [site], [store] and [helio] say, or their defaults; after loading, or without a file. */
int plan_finish(struct plan *p) MUST_CHECK;
const char *plan_site_name(const struct plan *p);
const char *plan_store_path(const struct plan *p, char *to, size_t size);
const struct plan_sink *plan_sink_named(const struct plan *p, const char *name);
extern const struct setting site_settings[];

/* Adds a device written as DRIVER@LINE[:ADDRESS]; *to is its place. */
int plan_add_bare(struct plan *p, const char *text, size_t *to) MUST_CHECK;

/* By name, or by the bare form. Logs what is wrong. */
int plan_find(struct plan *p, const char *text, size_t *to) MUST_CHECK;

/* -c FILE, HELIO_CONFIG, /etc/helio/helio.conf, $XDG_CONFIG_HOME/helio/helio.conf; NULL: none. */
const char *plan_default_path(char *to, size_t size);

#endif
