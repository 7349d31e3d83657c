/* From settings to a checked plan (collector/plan/plan.h). */
#include "collector/plan/plan_inside.h"

#include "base/log.h"
#include "store/lookup.h"

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
    free(p->made);
    free(p->buses);
    free(p->devices);
    free(p);
}

static const struct {
    const char *kind;
    void (*add)(struct plan *p, struct section *s);
} kinds[] = {
    {"site", plan_set_site},     {"store", plan_set_store}, {"bus", plan_add_bus},
    {"device", plan_add_device}, {"group", plan_add_group}, {"sink", plan_add_sink},
    {"rule", plan_add_rule},     {"web", plan_set_web},     {"helio", plan_set_own},
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
                      "[device NAME], [group NAME], [sink NAME], [rule NAME], [web] and [helio]");
}

/* Tables of settings that their owners have, NULL behind the last; `list` ends with NULL too. */
#define COLLECT_SETTINGS(list, to)                                                                 \
    do {                                                                                           \
        size_t count = 0;                                                                          \
        for (size_t i = 0; (list)[i] && count + 1 < MAYBE_TABLES; i++)                             \
            if ((list)[i]->settings)                                                               \
                (to)[count++] = (list)[i]->settings;                                               \
        (to)[count] = NULL;                                                                        \
    } while (0)

void plan_maybe_lines(const struct setting *to[MAYBE_TABLES])
{
    COLLECT_SETTINGS(lines, to);
}

void plan_maybe_drivers(const struct setting *to[MAYBE_TABLES])
{
    COLLECT_SETTINGS(drivers, to);
}

void plan_maybe_sinks(const struct setting *to[MAYBE_TABLES])
{
    COLLECT_SETTINGS(sinks, to);
}

static size_t count_sections(const struct plan *p, const char *kind, size_t most)
{
    size_t count = 0;

    for (size_t i = 0; p->file && i < p->file->count && count < most; i++)
        count += !strcmp(p->file->sections[i].kind, kind);
    return count;
}

int plan_make_room(struct plan *p)
{
    if (p->buses && p->devices)
        return OK;
    p->bus_room = count_sections(p, "bus", PLAN_BUSES) + PLAN_BARE;
    p->device_room = count_sections(p, "device", PLAN_DEVICES) + PLAN_BARE +
                     MEMBERS_MAX * count_sections(p, "group", PLAN_GROUPS); /* units they name */
    p->buses = calloc(p->bus_room, sizeof *p->buses);
    p->devices = calloc(p->device_room, sizeof *p->devices);
    return p->buses && p->devices ? OK : ERR_FULL;
}

/* What reading the file came to is `rc`. */
static int take_file(struct plan *p, int rc)
{
    if (rc && rc != ERR_CONFIG)
        return rc;
    if (!p->file)
        return rc;
    if (plan_make_room(p))
        return ERR_FULL;
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

int plan_load(struct plan *p, const char *path)
{
    return take_file(p, settings_read(path, &p->file));
}

int plan_load_text(struct plan *p, const char *text, const char *name)
{
    return take_file(p, settings_parse(text, name, &p->file));
}

struct section *plan_make_section(struct plan *p, const char *kind, const char *name,
                                  const char *words)
{
    struct section *s;

    struct section **more = array_more(p->made, p->made_count, &p->made_room, sizeof(void *));
    if (!more)
        return NULL;
    p->made = more;
    s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    if (section_from_words(kind, name, words, s)) {
        section_done(s);
        free(s);
        return NULL;
    }
    p->made[p->made_count++] = s;
    return s;
}

/* Words that want a device and name none. */
static int refuse_device(const struct plan *p, const char *text, struct nearest *n)
{
    for (size_t i = 0; i < p->group_count; i++) {
        if (!strcmp(p->groups[i].name, text)) {
            log_err(NULL,
                    "\"%s\" is a group, and no device that could be asked; watch, export "
                    "and the page know it",
                    text);
            return ERR_USAGE;
        }
        nearest_try(n, p->groups[i].name);
    }
    log_err(NULL, "there is no device \"%s\"%s%s%s", text,
            n->best ? "; did you mean \""
                    : ". Name one of the settings file, or write it "
                      "DRIVER@LINE[:ADDRESS], like tracer@rtu:/dev/ttyUSB0:1",
            n->best ? n->best : "", n->best ? "\"?" : "");
    return ERR_USAGE;
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
    return refuse_device(p, text, &n);
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
