/* helio tell: change settings of a device: checked, sent once, read back. */
#include "collector/cli/verb.h"
#include "collector/run/control_ask.h"
#include "collector/run/telling.h"

#include "base/log.h"

#include <string.h>

static const struct option_row options[] = {
    {"dry-run", 'n', NULL, "check everything and say what would be sent"},
    {"cut-power", 0, NULL, "also what switches off everything an inverter feeds"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

/* A daemon that has this device does it between two of its rounds, and writes it down. */
static int tell_daemon(struct call *c)
{
    bool is_dry = call_has(c, "dry-run");
    const char *how = call_has(c, "cut-power") ? is_dry ? "dry-cut" : "now-cut"
                      : is_dry                 ? "dry"
                                               : "now";
    const char *words[ORDERS_MAX + 3] = {"tell", how};

    for (int i = 0; i < c->count; i++)
        words[i + 2] = c->words[i];
    return control_ask(c->plan, words, c->count + 2, NULL);
}

static int tell_here(struct call *c, const struct addressee *to)
{
    struct told told = {.is_dry = call_has(c, "dry-run"),
                        .may_cut_power = call_has(c, "cut-power")};
    struct house house = {0};
    int rc = house_build(&house, c->plan);

    if (!rc && call_has(c, "record"))
        rc = house_record(&house, call_text(c, "record", ""));
    if (!rc) {
        rc = telling_do(&house, to, c->words + 1, c->count - 1, &told, NULL);
        if (rc)
            log_err(to->name, "%s", told.why);
        else
            printf("%s: %s\n", to->name, told.why);
    }
    house_raze(&house);
    return rc;
}

static int run_tell(struct call *c)
{
    struct addressee to = {0};
    int rc;

    if (c->count < 2 || c->count > ORDERS_MAX)
        return bad_call(c, "a device and NAME=VALUE are needed");
    if (!addressee_find(c->plan, c->words[0], &to)) {
        to.name = c->words[0];
        rc = plan_find(c->plan, c->words[0], &to.at);
        if (rc)
            return rc;
    }
    if (c->plan->devices[to.at].section->file && !call_has(c, "record")) {
        rc = tell_daemon(c);
        if (rc != ERR_ABSENT)
            return rc;
    }
    return tell_here(c, &to);
}

const struct verb verb_tell = {
    .name = "tell",
    .synopsis = "DEVICE NAME=VALUE...",
    .about = "change settings of a device: checked, sent once, read back\n\n"
             "Off unless the device's section says allow_tell = yes. Several settings are checked\n"
             "together and written together where the device wants them as a block.\n"
             "What may be set: helio list commands. --dry-run needs no permission. A unit behind\n"
             "another one that is a device itself is told by DEVICE-UNIT, as in hub-fx2.",
    .examples = "  helio tell south load_manual=on\n"
                "  helio tell hub-fx2 ac_control=drop\n"
                "  helio tell south battery_type=user absorb_voltage=28.8 float_voltage=27.6\n"
                "  helio tell south clock=now --dry-run\n",
    .options = options,
    .needs_plan = true,
    .run = run_tell,
};
