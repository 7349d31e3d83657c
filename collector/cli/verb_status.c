/* helio status: how the running daemon is. */
#include "collector/cli/verb.h"
#include "collector/run/control_ask.h"

#include "base/log.h"
#include "bus/loan.h"

static const struct option_row options[] = {
    {"json", 'j', NULL, "one JSON object"},
    {.name = NULL},
};

/* Without a folder of ours the socket is beside the store. Elsewhere settings are not looked at: a
 * daemon goes on with its old ones while they are wrong. */
static int find_store(struct call *c)
{
    if (loan_is_ours() || !c->config)
        return OK;
    plan_free(c->plan);
    c->plan = plan_new();
    return c->plan ? plan_load(c->plan, c->config) : ERR_FULL;
}

static int run_status(struct call *c)
{
    const char *const words[] = {"status", call_has(c, "json") ? "json" : "text"};
    int rc = find_store(c);

    if (!rc)
        rc = control_ask(c->plan, words, 2, NULL);

    if (rc != ERR_ABSENT)
        return rc;
    log_err("status", "no daemon runs here (start one with: helio run)");
    return ERR_GONE;
}

const struct verb verb_status = {
    .name = "status",
    .synopsis = "[--json]",
    .about = "how the running daemon is: devices, store, sinks",
    .examples = "  helio status\n"
                "  helio status --json | jq .sinks\n",
    .options = options,
    .needs_plan = false,
    .run = run_status,
};
