/* Who was found, as the house that a dashboard draws; and who is behind a hub (scan_inside.h). */
#include "collector/cli/scan_inside.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

static bool has(const struct driver *d, enum metric m)
{
    for (const struct row *row = d->rows; row->native; row++)
        if (row->metric == m)
            return true;
    return false;
}

void scan_note(struct search *s, const char *name, const char *unit, const struct driver *driver)
{
    struct scan_member *m = &s->members[s->member_count];

    if (s->member_count == MEMBERS_MAX) {
        s->has_more = true;
        return;
    }
    snprintf(m->name, sizeof m->name, "%s%s%s", name, *unit ? "-" : "", unit);
    m->driver = driver;
    s->has_parts |= *unit != '\0';
    s->member_count++;
}

/* Only what is of several kinds, each for its own part of the house, needs roles. */
static void print_role(const struct search *s, const char *role,
                       bool (*plays)(const struct search *s, const struct driver *d))
{
    bool is_any = false;

    for (size_t i = 0; i < s->member_count; i++)
        if (!plays || plays(s, s->members[i].driver)) {
            printf("%s%s", is_any ? ", " : role, s->members[i].name);
            is_any = true;
        }
    if (is_any)
        printf("\n");
}

static bool plays_pv(const struct search *s, const struct driver *d)
{
    (void)s;
    return has(d, M_PV_VOLTAGE);
}

static bool plays_load(const struct search *s, const struct driver *d)
{
    (void)s;
    return has(d, M_OUTPUT_VOLTAGE) || has(d, M_LOAD_POWER);
}

static bool plays_grid(const struct search *s, const struct driver *d)
{
    (void)s;
    return has(d, M_GRID_VOLTAGE);
}

/* Who counts what goes in and out; without such a one, who charges. */
static bool plays_battery(const struct search *s, const struct driver *d)
{
    bool is_counted = false;

    for (size_t i = 0; i < s->member_count; i++)
        is_counted |= has(s->members[i].driver, M_SHUNT_A_CURRENT);
    return is_counted ? has(d, M_SHUNT_A_CURRENT) : has(d, M_PV_VOLTAGE);
}

void scan_print_group(const struct search *s)
{
    if (!s->member_count)
        return;
    printf("\n# What a dashboard draws as the house%s.\n[group house]\n",
           s->has_more ? "; more were found than a group may have" : "");
    if (!s->has_parts) {
        print_role(s, "members = ", NULL);
        return;
    }
    print_role(s, "pv = ", plays_pv);
    print_role(s, "battery = ", plays_battery);
    print_role(s, "load = ", plays_load);
    print_role(s, "grid = ", plays_grid);
}

/* ---- behind a hub -------------------------------------------------------------------------- */

static void print_unit(struct search *s, struct device *hub, const char *name,
                       const struct identity *unit)
{
    struct identity who = {0};
    struct device *it = NULL;

    if (hub->driver->unit(hub, unit->serial, &it) || !it->driver->greet ||
        it->driver->greet(it, &who))
        who = (struct identity){0}; /* it answered before, and does not say who it is */
    printf("# %s-%s: %s%s%s\n", name, unit->serial, unit->driver->title,
           *who.firmware ? ", revision " : "", who.firmware);
    fflush(stdout);
    scan_note(s, name, unit->serial, unit->driver);
}

bool scan_units_behind(struct search *s, const char *text, const char *name)
{
    struct reading r = {0};
    size_t before = s->member_count;
    struct visit v;
    int rc = visit_begin(&v, s->call, text);

    if (!rc)
        rc = device_round(v.device, LIVE_ONLY, clock_wall_ms(), &r);
    for (unsigned which = 0; !rc; which++) {
        struct identity unit = {0};
        struct reading of_it = {0};
        rc = v.device->driver->others(v.device, which, &of_it, &unit);
        if (!rc &&
            unit.driver) /* others have no kind of their own: they are named by who they are */
            print_unit(s, v.device, name, &unit);
    }
    visit_end(&v);
    s->call->plan->device_count = s->call->plan->bus_count = 0;
    return s->member_count > before;
}
