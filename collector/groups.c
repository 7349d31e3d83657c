/* Devices added up (collector/groups.h). */
#include "collector/groups.h"

#include "base/text.h"
#include "store/days.h"

#include <math.h>
#include <string.h>

// clang-format off
const struct setting group_settings[] = {
    { "members", TEXT,   "",     0, 0, NULL,            "devices in parallel; they give all that no role below gives" },
    { "pv",      TEXT,   "",     0, 0, NULL,            "devices that say what the panels make" },
    { "battery", TEXT,   "",     0, 0, NULL,            "devices that say how the battery is" },
    { "load",    TEXT,   "",     0, 0, NULL,            "devices that say what is consumed" },
    { "grid",    TEXT,   "",     0, 0, NULL,            "devices that say what the grid gives and takes" },
    { "partial", YESNO,  "no",   0, 0, NULL,            "add up even when a member is silent: totals get smaller" },
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

/* ---- folding ----------------------------------------------------------------------------- */

/* One metric, as far as its members said it. */
struct heap {
    unsigned count;
    bool is_incomplete; /* somebody who says it is silent now */
    double sum, low, high;
    uint64_t bits;
};

struct folding {
    const struct group *group;
    struct board *board;
    int64_t now_us, now_ms;        /* by the steady clock, and by the one on the wall */
    bool is_named[ROLE_COUNT];     /* somebody has this role, so `members` does not give it */
    bool is_unknown[ROLE_COUNT];   /* somebody who would give it was never heard */
    bool is_uncounted[ROLE_COUNT]; /* the same, but asleep: it makes nothing, and had counted */
    struct heap heaps[METRIC_COUNT];
};

static bool gives(const struct folding *f, enum role role, enum metric m)
{
    enum role wanted = metric_role(m);

    return f->is_named[wanted] ? role == wanted : role == ROLE_ALL;
}

static void heap_add(struct heap *h, double value)
{
    h->low = h->count ? fmin(h->low, value) : value;
    h->high = h->count ? fmax(h->high, value) : value;
    h->sum += value;
    h->bits |= value > 0 ? (uint64_t)value : 0;
    h->count++;
}

/* What somebody asleep still counts for: a counter stands where it stood, that of a day until the
 * day is over. It makes no power. */
static bool is_kept(const struct folding *f, const struct board_value *v)
{
    enum kind kind = catalogue[v->metric].kind;

    if (kind == DAILY)
        return day_of(f->now_ms - v->age_us / 1000) == day_of(f->now_ms);
    return kind == COUNTER || kind == NET;
}

static void fold_member(struct folding *f, unsigned device, enum role role)
{
    struct board_value values[METRIC_COUNT];
    unsigned count = board_all(f->board, device, f->now_us, values, METRIC_COUNT);
    bool is_asleep = board_sleeps(f->board, device);

    for (unsigned i = 0; i < count; i++) {
        enum metric m = values[i].metric;
        if (catalogue[m].fold == NONE || !gives(f, role, m))
            continue;
        if (values[i].is_fresh || (is_asleep && is_kept(f, &values[i])))
            heap_add(&f->heaps[m],
                     catalogue[m].kind == COUNTER ? values[i].grown : values[i].value);
        else
            f->heaps[m].is_incomplete |= !is_asleep;
    }
}

/* Sums of many decimals are cut to what is worth storing. */
static double tidy(double value)
{
    return fabs(value) < 1e9 ? round(value * 1e6) / 1e6 : value;
}

static void put_folded(const struct folding *f, enum metric m, struct reading *to)
{
    const struct heap *h = &f->heaps[m];
    enum role role = metric_role(m);
    enum role from = f->is_named[role] ? role : ROLE_ALL;
    bool is_sum_over_time =
        catalogue[m].kind == COUNTER || catalogue[m].kind == NET || catalogue[m].kind == DAILY;
    bool is_whole =
        !h->is_incomplete && !f->is_unknown[from] && !(is_sum_over_time && f->is_uncounted[from]);
    enum fold rule = m == M_BATTERY_SOC ? f->group->soc : catalogue[m].fold;
    double value = 0;

    if (!h->count)
        return;
    switch (rule) {
    case NONE:
        return;
    case SUM:
        if (!is_whole && !f->group->is_partial)
            return; /* a total without somebody is no total */
        value = tidy(h->sum);
        break;
    case MEAN:
        value = tidy(h->sum / h->count);
        break;
    case LOW:
        value = h->low;
        break;
    case HIGH:
        value = h->high;
        break;
    case EITHER:
        value = catalogue[m].kind == FLAGS ? (double)h->bits : h->high;
        break;
    }
    (void)reading_put(to, m, value); /* no room: the metrics that come first are there */
}

/* Counts every device once, however many roles it has. */
static unsigned count_members(struct folding *f, unsigned *heard)
{
    const struct group *g = f->group;
    unsigned members = 0;

    *heard = 0;
    for (size_t i = 0; i < g->count; i++) {
        bool is_counted = false;
        int64_t age_us;
        for (size_t k = 0; k < i; k++)
            is_counted |= g->members[k].device == g->members[i].device;
        enum board_state state =
            board_state(f->board, g->members[i].device, f->now_us, &age_us, NULL);
        bool is_asleep = board_sleeps(f->board, g->members[i].device);
        f->is_unknown[g->members[i].role] |= age_us < 0 && !is_asleep;
        f->is_uncounted[g->members[i].role] |= age_us < 0 && is_asleep;
        f->is_named[g->members[i].role] = true;
        members += !is_counted;
        *heard += !is_counted && state == HEARD;
    }
    return members;
}

bool group_fold(const struct group *g, struct board *board, int64_t now_us, struct reading *to)
{
    struct folding f = {.group = g, .board = board, .now_us = now_us, .now_ms = to->round_ms};
    unsigned heard, members = count_members(&f, &heard);

    to->count = 0;
    to->withheld = 0;
    if (!heard)
        return false;
    for (size_t i = 0; i < g->count; i++)
        fold_member(&f, g->members[i].device, g->members[i].role);
    (void)reading_put(to, M_MEMBERS, members); /* an empty reading has room */
    (void)reading_put(to, M_MEMBERS_HEARD, heard);
    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        put_folded(&f, (enum metric)m, to);
    return true;
}
