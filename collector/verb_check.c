/* helio check: settings, ports and permissions: what is wrong, and the exact remedy. */
#include "collector/verb.h"

#include "base/log.h"
#include "bus/loan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {"offline", 0, NULL, "only the settings: open nothing, ask nobody"},
    {.name = NULL},
};

static const int64_t LOAN_WAIT_US = 15000000;

/* Is the wire there, may we open it, and does anybody on it answer? */
static int check_bus(struct house *h, size_t at)
{
    struct bus *bus = &h->buses[at];
    const struct plan_bus *planned = &h->plan->buses[at];
    int worst = OK, rc = bus_borrow(bus, LOAN_WAIT_US);

    printf("bus %-18s %s:%s  %s\n", planned->name, planned->line->scheme, planned->where,
           rc ? error_text(rc) : "opens");
    if (rc)
        return rc;
    for (size_t i = 0; i < h->plan->device_count; i++) {
        struct device *d = &h->devices[i];
        struct reading r = {0};
        if (d->bus != bus)
            continue;
        rc = device_block(d, &d->driver->blocks[0], device_collect, &r);
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
    if (call_has(c, "offline"))
        return OK;
    worst = check_folder();
    rc = house_build(&house, c->plan);
    for (size_t i = 0; i < c->plan->bus_count && !rc; i++) {
        int bus = check_bus(&house, i);
        worst = worst ? worst : bus;
    }
    house_raze(&house);
    return rc ? rc : worst;
}

const struct verb verb_check = {
    .name = "check",
    .synopsis = "[-c FILE]",
    .about = "settings, permissions, ports, devices: what is wrong, and the remedy",
    .examples = "  helio check\n"
                "  helio check -c ./helio.conf --offline\n",
    .options = options,
    .needs_plan = true,
    .run = run_check,
};
