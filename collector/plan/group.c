/* A group by its section (collector/plan/group.h). */
#include "collector/plan/group.h"

#include "base/text.h"

#include <string.h>

// clang-format off
const struct setting group_settings[] = {
    { "members", TEXT,   "",     0, 0, NULL,            "devices in parallel; they give all that no role below gives" },
    { "pv",      TEXT,   "",     0, 0, NULL,            "devices that say what the panels make" },
    { "battery", TEXT,   "",     0, 0, NULL,            "devices that say how the battery is" },
    { "load",    TEXT,   "",     0, 0, NULL,            "devices that say what is consumed" },
    { "grid",    TEXT,   "",     0, 0, NULL,            "devices that say what the grid gives and takes" },
    { "title",   TEXT,   "",     0, 0, NULL,            "What people read instead of its name: \"Whole house\"" },
    { "partial", YESNO,  "no",   0, 0, NULL,            "add up even when a member is silent: power gets smaller, counters stand" },
    { "soc",     CHOICE, "mean", 0, 0, "mean low high", "state of charge of the whole, from that of the members" },
    SETTINGS_END
};
// clang-format on

/* ---- roles ------------------------------------------------------------------------------- */

static const char *const role_keys[ROLE_COUNT] = {"members", "pv", "battery", "load", "grid"};

/* ---- settings ---------------------------------------------------------------------------- */

struct finder {
    struct group *group;
    struct section *section;
    int (*find)(void *who, const char *name);
    void *who;
};

/* Is it in this role already, or does its being in `members` give everything anyway? */
static bool is_twice(const struct finder *f, uint16_t device, enum role role, const char *name)
{
    for (size_t i = 0; i < f->group->count; i++) {
        enum role other = f->group->members[i].role;
        if (f->group->members[i].device != device)
            continue;
        if (other == role) {
            section_fault(f->section, role_keys[role], "%s is named twice", name);
            return true;
        }
        if (other == ROLE_ALL) {
            section_fault(f->section, role_keys[role],
                          "%s is in \"members\" already and would count twice", name);
            return true;
        }
    }
    return false;
}

static void add_member(const struct finder *f, enum role role, const char *name)
{
    struct group *g = f->group;
    int device = f->find(f->who, name);

    if (device < 0) {
        section_refuse_name(f->section, role_keys[role], "device", name);
        return;
    }
    if (is_twice(f, (uint16_t)device, role, name))
        return;
    if (g->count == MEMBERS_MAX) {
        section_fault(f->section, role_keys[role], "%s is one too many: a group has at most %d",
                      name, MEMBERS_MAX);
        return;
    }
    g->members[g->count].device = (uint16_t)device;
    g->members[g->count++].role = role;
}

/* "south, east" or "south east" */
static void add_names(const struct finder *f, enum role role)
{
    const char *at = section_text(f->section, role_keys[role]);
    char name[128];

    while (*(at += strspn(at, ", \t"))) {
        size_t length = strcspn(at, ", \t");
        struct text word = text_on(name, sizeof name);
        text_format(&word, "%.*s", (int)length, at);
        add_member(f, role, name);
        at += length;
    }
}

static bool names_anybody(const struct section *s)
{
    for (enum role role = ROLE_ALL; role < ROLE_COUNT; role++) {
        const char *names = section_text(s, role_keys[role]);
        if (names[strspn(names, ", \t")])
            return true;
    }
    return false;
}

static enum fold soc_rule(const char *word)
{
    for (enum fold rule = MEAN; rule <= HIGH; rule++)
        if (!strcmp(fold_names[rule], word))
            return rule;
    return MEAN;
}

static unsigned faults_of(const struct section *s)
{
    return s->file ? s->file->faults : s->faults;
}

int group_load(struct group *g, struct section *s, int (*find)(void *who, const char *name),
               void *who)
{
    const struct finder f = {g, s, find, who};
    const struct setting *tables[] = {group_settings};
    unsigned before = faults_of(s);

    *g = (struct group){.name = s->name, .section = s};
    if (!*s->name)
        section_fault(s, NULL, "a group needs a name: [group house]");
    if (!s->tables[0] && section_check(s, tables, 1))
        return ERR_CONFIG;
    for (enum role role = ROLE_ALL; role < ROLE_COUNT; role++)
        add_names(&f, role);
    if (!names_anybody(s))
        section_fault(s, NULL,
                      "nobody is in it: name devices with members, pv, battery, load or grid");
    g->is_partial = section_yes(s, "partial");
    g->soc = soc_rule(section_text(s, "soc"));
    return faults_of(s) == before ? OK : ERR_CONFIG;
}
