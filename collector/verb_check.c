/* helio check: settings, ports and permissions: what is wrong, and the exact remedy. */
#include "collector/control_socket.h"
#include "collector/known_units.h"
#include "collector/verb.h"

#include "base/log.h"
#include "bus/loan.h"
#include "store/reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct option_row options[] = {
    {"offline", 0, NULL, "only the settings: open nothing, ask nobody"},
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

/* Is the wire there, may we open it, and does anybody on it answer? */
static int check_bus(struct house *h, size_t at)
{
    struct bus *bus = &h->buses[at];
    const struct plan_bus *planned = &h->plan->buses[at];
    int worst = OK, rc = bus_borrow(bus, LOAN_WAIT_US);
    bool sleeps = is_asleep(h, bus, rc);

    printf("bus %-18s %s:%s  %s%s\n", planned->name, planned->line->scheme, planned->where,
           rc ? error_text(rc) : "opens",
           sleeps ? "; its devices are asleep, the sun is down" : "");
    if (rc)
        return sleeps ? OK : rc;
    for (size_t i = 0; i < h->plan->device_count; i++) {
        struct device *d = &h->devices[i];
        struct reading r = {0};
        if (d->bus != bus)
            continue;
        if (h->plan->devices[i].is_heard_through) {
            printf("device %-15s %s, serial %s  heard through another one\n", d->name,
                   d->driver->name, section_text(d->section, "serial"));
            continue;
        }
        char why[80];
        rc = device_block(d, &d->blocks[0], device_collect, &r);
        if (silence_is_absence(rc) && silence_is_sleep(d, why, sizeof why)) {
            printf("device %-15s %s, address %u  asleep: %s\n", d->name, d->driver->name,
                   d->address, why);
            continue;
        }
        if (!rc && d->driver->greet && d->driver->greet(d, &d->identity))
            d->identity = (struct identity){0}; /* older models do not say who they are */
        printf("device %-15s %s, address %u  %s%s%s%s\n", d->name, d->driver->name, d->address,
               rc ? error_text(rc) : "answers", *d->identity.model ? ": " : "", d->identity.model,
               rc == ERR_TIMEOUT ? " (is it powered, is this its address, are A and B the right "
                                   "way round? see: helio scan)"
                                 : "");
        worst = worst ? worst : rc;
    }
    bus_return(bus);
    return worst;
}

static int check_folder(void)
{
    if (access(loan_folder(), W_OK) == 0)
        return OK;
    log_err("check",
            "%s cannot be written to, so wires cannot be shared with other programs; as "
            "root: install -d -m 2775 -g dialout /run/helio",
            loan_folder());
    return ERR_DENIED;
}

static bool has_bus_for(const struct plan *plan, const struct hid_unit *unit)
{
    char id[12];

    snprintf(id, sizeof id, "%04x:%04x", unit->vid, unit->pid);
    for (size_t i = 0; i < plan->bus_count; i++)
        if (!strcmp(plan->buses[i].line->scheme, "hid") && !strcasecmp(plan->buses[i].where, id))
            return true;
    return false;
}

/* Units that are plugged in and may not be opened: those of a [bus] say so themselves. */
static void check_units(const struct plan *plan)
{
    struct hid_unit plugged[HID_UNITS];
    size_t count = known_units(plugged, HID_UNITS);

    for (size_t i = 0; i < count; i++)
        if (!has_bus_for(plan, &plugged[i]) &&
            hid_unit_allowed(&plugged[i], LOG_LEVEL_WARN, "check"))
            printf("unit %04x:%04x at %-6s is plugged in, but may not be opened\n", plugged[i].vid,
                   plugged[i].pid, plugged[i].usb_path);
}

/* May the store be written, and is there a daemon that owns it? */
static int check_store(const struct call *c)
{
    char path[400], folder[400];
    struct reader *reader = NULL;

    plan_store_path(c->plan, path, sizeof path);
    snprintf(folder, sizeof folder, "%s", path);
    *(strrchr(folder, '/') ? strrchr(folder, '/') : folder) = '\0';
    bool may_write = access(path, W_OK) == 0 || (access(path, F_OK) && access(folder, W_OK) == 0);
    if (!may_write && access(folder, F_OK) == 0) {
        printf("store %-16s cannot be written to\n", path);
        log_err("check", "%s: give it to the user helio runs as, or set [store] path", path);
        return ERR_DENIED;
    }
    if (reader_open(&reader, path))
        printf("store %-16s is new\n", path);
    else
        printf("store %-16s is there%s\n", path, control_is_there() ? "; a daemon has it" : "");
    reader_close(reader);
    return OK;
}

static int check_sink(const struct call *c, const struct plan_sink *planned)
{
    struct seat seat = {.name = planned->name,
                        .sink = planned->sink,
                        .section = planned->section,
                        .site = plan_site_name(c->plan),
                        .timeout_s = section_number(planned->section, "timeout")};
    struct outcome o = {.verdict = TAKEN};
    int rc;

    seat.memory = calloc(1, planned->sink->memory);
    if (!seat.memory)
        return ERR_FULL;
    rc = planned->sink->open(&seat);
    if (!rc && planned->sink->probe)
        planned->sink->probe(&seat, &o);
    printf("sink %-17s %s  %s%s\n", planned->name, planned->sink->name,
           rc                   ? "cannot begin: "
           : o.verdict == TAKEN ? "takes readings"
                                : "does not take readings: ",
           rc ? error_text(rc) : o.why);
    planned->sink->close(&seat);
    free(seat.memory);
    return rc ? rc : o.verdict == TAKEN ? OK : ERR_GONE;
}

static void print_rule(const struct plan_rule *p)
{
    printf("rule %-17s %s, float %g to %g V until less than %g A: %s\n", p->name, p->device->name,
           p->rule.normal_v, p->rule.absorb_v, p->rule.end_a, p->rule.is_enabled ? "on" : "off");
}

static int run_check(struct call *c)
{
    struct house house;
    int worst, rc;

    if (!c->config) {
        log_err("check", "no settings file was found; begin with:\n"
                         "  helio list settings --as ini > ~/.config/helio/helio.conf");
        return ERR_INPUT;
    }
    printf("settings %s: %zu bus%s, %zu device%s\n", c->config, c->plan->bus_count,
           c->plan->bus_count == 1 ? "" : "es", c->plan->device_count,
           c->plan->device_count == 1 ? "" : "s");
    for (size_t i = 0; i < c->plan->rule_count; i++)
        print_rule(&c->plan->rules[i]);
    if (call_has(c, "offline"))
        return OK;
    worst = check_folder();
    int store = check_store(c);
    worst = worst ? worst : store;
    rc = house_build(&house, c->plan);
    for (size_t i = 0; i < c->plan->bus_count && !rc; i++) {
        int bus = check_bus(&house, i);
        worst = worst ? worst : bus;
    }
    house_raze(&house);
    check_units(c->plan);
    for (size_t i = 0; i < c->plan->sink_count && !rc; i++) {
        int sink = check_sink(c, &c->plan->sinks[i]);
        worst = worst ? worst : sink;
    }
    return rc ? rc : worst;
}

const struct verb verb_check = {
    .name = "check",
    .synopsis = "[-c FILE]",
    .about = "what is wrong with settings, ports, devices, store, sinks; and the remedy",
    .examples = "  helio check\n"
                "  helio check -c ./helio.conf --offline\n",
    .options = options,
    .needs_plan = true,
    .run = run_check,
};
