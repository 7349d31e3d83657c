/*
 * helio check: what is wrong, and the exact remedy. The machine is looked at by the table in
 * collector/checks/; here is what needs the house: wires, devices, the store and the sinks.
 */
#include "collector/checks/checks.h"
#include "collector/cli/verb.h"
#include "collector/run/control_ask.h"

#include "base/plural.h"
#include "bus/loan.h"
#include "store/reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {"offline", 0, NULL, "only the settings: open nothing, ask nobody"},
    {"look", 0, NULL, "only the settings and this machine: open no wire, ask nobody"},
    {"json", 'j', NULL, "one JSON object"},
    {.name = NULL},
};

static const int64_t LOAN_WAIT_US = 15000000;

/* By night nobody needs to be there who is fed by panels. */
static bool is_asleep(const struct house *h, const struct bus *bus, int rc)
{
    bool sleeps = false;

    for (size_t i = 0; i < h->plan->device_count; i++) {
        if (h->devices[i].bus != bus)
            continue;
        if (!silence_is_excused(&h->devices[i]))
            return false;
        sleeps = silence_is_absence(rc);
    }
    return sleeps;
}

static void check_device(struct house *h, size_t at, struct report *report)
{
    struct device *d = &h->devices[at];
    struct reading r = {0};
    char why[80], came[CAME_ROOM];

    if (h->plan->devices[at].is_heard_through) {
        report_fact(report, OK, "device", d->name, "%s, serial %s  heard through another one",
                    d->driver->name, section_text(d->section, "serial"));
        return;
    }
    int rc = device_block(d, &d->blocks[0], device_collect, &r);
    if (silence_is_absence(rc) && silence_is_sleep(d, why, sizeof why)) {
        report_fact(report, OK, "device", d->name, "%s, address %u  asleep: %s", d->driver->name,
                    d->address, why);
        return;
    }
    if (!rc && d->driver->greet && d->driver->greet(d, &d->identity))
        d->identity = (struct identity){0}; /* older models do not say who they are */
    device_came(d, rc, came);
    report_fact(
        report, rc, "device", d->name, "%s, address %u  %s%s%s%s%s", d->driver->name, d->address,
        rc ? error_text(rc) : "answers", *d->identity.model ? ": " : "", d->identity.model, came,
        rc == ERR_TIMEOUT && !*came ? " (is it powered, is this its address, are A and B the right "
                                      "way round? see: helio scan)"
                                    : "");
}

/* Is the wire there, may we open it, and does anybody on it answer? */
static void check_bus(struct house *h, size_t at, struct report *report)
{
    struct bus *bus = &h->buses[at];
    const struct plan_bus *planned = &h->plan->buses[at];
    int rc = bus_borrow(bus, LOAN_WAIT_US);
    bool sleeps = is_asleep(h, bus, rc);

    report_fact(report, sleeps ? OK : rc, "bus", planned->name, "%s:%s  %s%s",
                planned->line->scheme, planned->where, rc ? error_text(rc) : "opens",
                sleeps ? "; its devices are asleep, the sun is down" : "");
    if (rc)
        return;
    for (size_t i = 0; i < h->plan->device_count; i++)
        if (h->devices[i].bus == bus)
            check_device(h, i, report);
    bus_return(bus);
}

static void check_folder(struct report *report)
{
    struct finding f;

    if (access(loan_folder(), W_OK) == 0)
        return;
    finding_begin(&f, TROUBLE, ERR_DENIED, "folder %s", loan_folder());
    text_add(&f.seen, "it cannot be written to");
    text_add(&f.means, "wires cannot be shared with other programs without the lock files in it");
    text_format(&f.mend, "%sinstall -d -m 3770 -g dialout /run/helio", sudo());
    report_add(report, &f);
}

/* Is it there, and is there a daemon that owns it? */
static void check_store(const struct call *c, struct report *report)
{
    char path[400];
    struct reader *reader = NULL;
    int rc = reader_open(&reader, plan_store_path(c->plan, path, sizeof path));

    report_fact(report, OK, "store", path, "%s%s", rc ? "is new" : "is there",
                !rc && control_is_there(c->plan) ? "; a daemon has it" : "");
    reader_close(reader);
}

static void check_sink(const struct call *c, const struct plan_sink *planned, struct report *report)
{
    struct seat seat = {.name = planned->name,
                        .sink = planned->sink,
                        .section = planned->section,
                        .site = plan_site_name(c->plan),
                        .timeout_s = section_number(planned->section, "timeout")};
    struct outcome o = {.verdict = TAKEN};
    int rc;

    seat.memory = calloc(1, planned->sink->memory);
    rc = seat.memory ? planned->sink->open(&seat) : ERR_FULL;
    if (!rc && planned->sink->probe)
        planned->sink->probe(&seat, &o);
    bool is_to_make = !rc && o.verdict != TAKEN && sink_will_mend(planned, o.why);
    bool takes = !rc && (o.verdict == TAKEN || is_to_make);
    report_fact(report,
                rc      ? rc
                : takes ? OK
                        : ERR_GONE,
                "sink", planned->name, "%s  %s%s", planned->sink->name,
                rc           ? "cannot begin: "
                : is_to_make ? "has no such database yet: create = yes makes it with the first "
                               "reading, if this user may"
                : takes      ? "takes readings"
                             : "does not take readings: ",
                rc           ? error_text(rc)
                : is_to_make ? ""
                             : o.why);
    if (seat.memory)
        planned->sink->close(&seat);
    free(seat.memory);
    if (!rc && !takes)
        advise_sink(report, planned, o.why);
}

static void tell_settings(const struct call *c, struct report *report)
{
    report_fact(report, OK, "settings", c->config, "%zu bus%s, %zu device%s", c->plan->bus_count,
                c->plan->bus_count == 1 ? "" : "es", c->plan->device_count,
                plural_s((int64_t)c->plan->device_count));
    for (size_t i = 0; i < c->plan->rule_count; i++) {
        const struct plan_rule *p = &c->plan->rules[i];
        report_fact(report, OK, "rule", p->name, "%s, float %g to %g V until less than %g A: %s",
                    p->device->name, p->rule.normal_v, p->rule.absorb_v, p->rule.end_a,
                    p->rule.is_enabled ? "on" : "off");
    }
}

/* The machine is looked at all the same. */
static void no_settings(struct report *report)
{
    const char *folder = getenv("XDG_CONFIG_HOME");
    struct finding f;

    if (!folder || !*folder)
        folder = "~/.config";
    finding_begin(&f, TROUBLE, ERR_INPUT, "settings");
    text_format(&f.seen, "there is no /etc/helio/helio.conf and no %s/helio/helio.conf", folder);
    text_add(&f.means, "a device can be read as DRIVER@LINE; helio run and names need settings");
    if (geteuid() == 0)
        folder = "/etc";
    text_format(&f.mend,
                "mkdir -p %s/helio && helio scan > %s/helio/helio.conf, with the adapter plugged "
                "in; or all there is, to be filled in: mkdir -p %s/helio && helio list settings "
                "--as ini > %s/helio/helio.conf",
                folder, folder, folder, folder);
    report_add(report, &f);
}

static void check_far_sides(const struct call *c, struct house *house, struct report *report)
{
    for (size_t i = 0; i < c->plan->bus_count; i++)
        check_bus(house, i, report);
    for (size_t i = 0; i < c->plan->sink_count; i++)
        check_sink(c, &c->plan->sinks[i], report);
}

/* Settings may be right one by one, and still not make a house: too many on one wire, a model that
 * does not exist. Building it opens nothing. */
static int check_house(const struct call *c, struct report *report)
{
    bool is_offline = call_has(c, "offline");
    struct house house;
    int rc = house_build(&house, c->plan);

    if (rc)
        report_fact(report, rc, "settings", c->config, "its buses and devices cannot be built: %s",
                    error_text(rc));
    if (!is_offline) {
        checks_run(c->plan, c->config, report);
        check_folder(report);
        check_store(c, report);
    }
    if (!rc && !is_offline && !call_has(c, "look"))
        check_far_sides(c, &house, report);
    house_raze(&house);
    return rc;
}

static int run_check(struct call *c)
{
    struct report report;
    int rc;

    report_begin(&report, stdout, call_has(c, "json"));
    if (c->config)
        tell_settings(c, &report);
    else
        no_settings(&report);
    rc = check_house(c, &report);
    report.worst = report.worst ? report.worst : rc;
    return report_end(&report);
}

const struct verb verb_check = {
    .name = "check",
    .synopsis = "[-c FILE] [--look] [--json]",
    .about = "what is wrong with settings, ports, devices, store, sinks; and the remedy",
    .examples = "  helio check\n"
                "  helio check --json | jq -r '.checks[] | select(.mend) | .mend'\n"
                "  helio check -c ./helio.conf --offline\n",
    .options = options,
    .needs_plan = true,
    .run = run_check,
};
