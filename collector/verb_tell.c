/* helio tell: change settings of a device: checked, sent once, read back. */
#include "collector/control_socket.h"
#include "collector/telling.h"
#include "collector/verb.h"

#include "base/log.h"

#include <string.h>

static const struct option_row options[] = {
    {"dry-run", 'n', NULL, "check everything and say what would be sent"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

/* A daemon that has this device does it between two of its rounds, and writes it down. */
static int tell_daemon(struct call *c)
{
    const char *words[ORDERS_MAX + 3] = {"tell", call_has(c, "dry-run") ? "dry" : "now"};

    for (int i = 0; i < c->count; i++)
        words[i + 2] = c->words[i];
    return control_ask(words, c->count + 2, NULL);
}

static int tell_here(struct call *c, size_t at)
{
    static struct order orders[ORDERS_MAX];
    struct told told = {.is_dry = call_has(c, "dry-run")};
    const struct plan_device *planned = &c->plan->devices[at];
    struct house house = {0};
    int rc = orders_read(planned->driver, c->words + 1, c->count - 1, orders, &told);

    if (rc)
        return bad_call(c, "%s", told.why);
    rc = house_build(&house, c->plan);
    if (!rc && call_has(c, "record"))
        rc = house_record(&house, call_text(c, "record", ""));
    if (!rc) {
        rc = orders_do(&house.devices[at], orders, c->count - 1, &told);
        if (rc)
            log_err(planned->name, "%s", told.why);
        else
            printf("%s: %s\n", planned->name, told.why);
    }
    house_raze(&house);
    return rc;
}

static int run_tell(struct call *c)
{
    size_t at;
    int rc;

    if (c->count < 2 || c->count > ORDERS_MAX)
        return bad_call(c, "a device and NAME=VALUE are needed");
    rc = plan_find(c->plan, c->words[0], &at);
    if (rc)
        return rc;
    if (c->plan->devices[at].section->file && !call_has(c, "record")) {
        rc = tell_daemon(c);
        if (rc != ERR_ABSENT)
            return rc;
    }
    return tell_here(c, at);
}

const struct verb verb_tell = {
    .name = "tell",
    .synopsis = "DEVICE NAME=VALUE...",
    .about = "change settings of a device: checked, sent once, read back\n\n"
             "Off unless the device's section says allow_tell = yes. Several settings are checked\n"
             "together and written together where the device wants them as a block.\n"
             "What may be set: helio list commands. --dry-run needs no permission.",
    .examples = "  helio tell south load_manual=on\n"
                "  helio tell south battery_type=user absorb_voltage=28.8 float_voltage=27.6\n"
                "  helio tell south clock=now --dry-run\n",
    .options = options,
    .needs_plan = true,
    .run = run_tell,
};
