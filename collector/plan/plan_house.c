/* The site, the store, groups and sinks (collector/plan/plan.h). */
#include "collector/plan/plan_inside.h"

#include "collector/plan/logbook.h"
#include "store/days.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

/* ---- groups and sinks -------------------------------------------------------------------- */

static int place_of(void *who, const char *name)
{
    const struct plan *p = who;

    for (size_t i = 0; i < p->device_count; i++)
        if (!strcmp(p->devices[i].name, name))
            return (int)i;
    return -1;
}

static int member_of(void *who, const char *name)
{
    int at = place_of(who, name);

    return at < 0 ? plan_add_unit(who, name) : at;
}

void plan_add_group(struct plan *p, struct section *s)
{
    if (!*s->name)
        section_fault(s, NULL, "a group needs a name: [group house]");
    else if (place_of(p, s->name) >= 0)
        section_fault(s, NULL, "[device %s] has this name already", s->name);
    else if (p->group_count == PLAN_GROUPS)
        section_fault(s, NULL, "more than %d groups", PLAN_GROUPS);
    else if (group_load(&p->groups[p->group_count], s, member_of, p) == OK)
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

/* Its kind is missing or wrong, so nobody knows which further words it may have. */
static void check_without_kind(struct section *s)
{
    const struct setting *tables[] = {sink_settings}, *maybe[MAYBE_TABLES];

    plan_maybe_sinks(maybe);
    if (section_check_partly(s, tables, 1, maybe))
        return; /* its complaints are counted */
}

void plan_add_sink(struct plan *p, struct section *s)
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
        check_without_kind(s);
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
    { "latitude",  NUMBER, "",     -90,  90,  NULL, "Degrees north: by the sun it is told whether panels sleep; not given: unknown" },
    { "longitude", NUMBER, "",     -180, 180, NULL, "Degrees east, likewise" },
    SETTINGS_END,
};
// clang-format on

static void set_sky(struct plan *p, struct section *s)
{
    bool has_latitude = section_has(s, "latitude"), has_longitude = section_has(s, "longitude");

    if (has_latitude != has_longitude)
        section_fault(s, has_latitude ? "longitude" : "latitude",
                      "is missing: the sun is found by both");
    p->sky = (struct sky){.is_known = has_latitude && has_longitude,
                          .latitude = section_number(s, "latitude"),
                          .longitude = section_number(s, "longitude")};
}

void plan_set_site(struct plan *p, struct section *s)
{
    const struct setting *tables[] = {site_settings};

    if (section_check(s, tables, 1))
        return;
    const char *zone = section_text(s, "timezone");
    if (*zone && !zone_set(zone))
        section_fault(s, "timezone",
                      "\"%s\" is no zone of this machine; see: ls /usr/share/zoneinfo", zone);
    set_sky(p, s);
    p->site = s;
}

void plan_set_store(struct plan *p, struct section *s)
{
    const struct setting *tables[] = {store_settings};

    if (section_check(s, tables, 1) == OK)
        p->store = s;
}

void plan_set_own(struct plan *p, struct section *s)
{
    const struct setting *tables[] = {helio_settings};

    if (section_check(s, tables, 1) == OK)
        p->own = s;
}

static struct section *defaults(struct plan *p, const char *kind, const struct setting *rows)
{
    struct section *s = plan_make_section(p, kind, "", "");
    const struct setting *tables[] = {rows};

    return s && section_check(s, tables, 1) == OK ? s : NULL;
}

int plan_finish(struct plan *p)
{
    if (!p->site)
        p->site = defaults(p, "site", site_settings);
    if (!p->store)
        p->store = defaults(p, "store", store_settings);
    if (!p->own)
        p->own = defaults(p, "helio", helio_settings);
    return p->site && p->store && p->own ? OK : ERR_FULL;
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
