/* helio status: how the running daemon is. */
#include "collector/control_socket.h"
#include "collector/verb.h"

#include "base/log.h"

static const struct option_row options[] = {
    {"json", 'j', NULL, "one JSON object"},
    {.name = NULL},
};

static int run_status(struct call *c)
{
    const char *const words[] = {"status", call_has(c, "json") ? "json" : "text"};
    int rc = control_ask(words, 2, NULL);

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
