/* Rules of the plan: is the device one that can be ruled? (collector/plan/plan.h) */
#include "collector/plan/plan_inside.h"

#include "drivers/device.h"

#include <string.h>

enum { VOLTAGES_MOST = 4 }; /* a 48 V system has four times the range of a 12 V one */

static const struct plan_device *find_device(const struct plan *p, struct section *s)
{
    const char *name = section_text(s, "device");

    for (size_t i = 0; i < p->device_count; i++)
        if (!strcmp(p->devices[i].name, name))
            return &p->devices[i];
    section_refuse_name(s, "device", "device", name);
    return NULL;
}

static bool says(const struct driver *driver, enum metric m)
{
    for (const struct row *row = driver->rows; row->native; row++)
        if (row->metric == m)
            return true;
    return false;
}

static const struct command *command_of(const struct driver *driver, enum metric m)
{
    for (const struct command *c = driver->commands; c && (c->metric != M_NONE || c->name); c++)
        if (c->metric == m)
            return c;
    return NULL;
}

/* Everything the rule looks at must be said, and float must be among what may be set. */
static void check_driver(const struct driver *driver, const struct rule *r, struct section *s)
{
    static const enum metric needed[] = {M_BATTERY_VOLTAGE, M_FLOAT_VOLTAGE, M_ABSORB_VOLTAGE};
    const struct command *c = command_of(driver, M_FLOAT_VOLTAGE);
    bool is_net = says(driver, M_BATTERY_CURRENT) || (says(driver, M_BATTERY_CHARGE_CURRENT) &&
                                                      says(driver, M_BATTERY_DISCHARGE_CURRENT));

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!says(driver, needed[i]))
            section_fault(s, "device", "the %s does not say its %s", driver->name,
                          catalogue[needed[i]].name);
    if (!is_net)
        section_fault(s, "device", "the %s does not say what flows into its battery", driver->name);
    if (!c) {
        section_fault(s, "device", "float_voltage of the %s cannot be set", driver->name);
        return;
    }
    double most = c->by_voltage ? c->most * (double)VOLTAGES_MOST : c->most;
    if (r->normal_v < c->least || r->absorb_v > most)
        section_fault(s, "absorb_voltage", "the %s takes %g to %g V", driver->name, c->least, most);
}

static void check_pace(const struct plan_device *d, const struct rule *r, struct section *s)
{
    double own = section_number(d->section, "every");
    double every = own > 0 ? own : section_number(d->bus->section, "every");

    if ((double)r->window_us < every * 1e6 * 10)
        section_fault(s, "window", "is too short for a device that is asked every %g s", every);
}

void plan_add_rule(struct plan *p, struct section *s)
{
    unsigned before = s->file->faults;
    struct plan_rule rule = {.name = s->name, .section = s};

    if (p->rule_count == PLAN_RULES) {
        section_fault(s, NULL, "more than %d rules", PLAN_RULES);
        return;
    }
    if (rule_load(&rule.rule, s))
        return;
    rule.device = find_device(p, s);
    if (!rule.device)
        return;
    for (size_t i = 0; i < p->rule_count; i++)
        if (p->rules[i].device == rule.device)
            section_fault(s, "device", "[rule %s] has it already", p->rules[i].name);
    if (!section_yes(rule.device->section, "allow_tell"))
        section_fault(s, "device",
                      "its settings may not be changed; put \"allow_tell = yes\" into [device %s]",
                      rule.device->name);
    check_driver(rule.device->driver, &rule.rule, s);
    check_pace(rule.device, &rule.rule, s);
    if (s->file->faults == before)
        p->rules[p->rule_count++] = rule;
}
