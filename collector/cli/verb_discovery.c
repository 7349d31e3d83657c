/* helio discovery: what sinks leave standing at the far side, taken back or shown. */
#include "collector/cli/verb.h"
#include "collector/run/control_ask.h"
#include "collector/run/deliver.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/plural.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"sink", 's', "SINK,...", "only these sinks (else all)"},
    {"raw", 0, NULL, "show: a line a topic, then a tab and the payload as it is sent"},
    {.name = NULL},
};

static int purge_one(struct store *store, const struct plan *plan, const struct plan_sink *planned)
{
    char why[WHY_MAX] = "";
    struct seat seat = {.name = planned->name,
                        .sink = planned->sink,
                        .section = planned->section,
                        .site = plan_site_name(plan),
                        .store = store,
                        .store_path = store_path(store),
                        .timeout_s = section_number(planned->section, "timeout")};
    const struct limit limit = {.until_us = clock_us() + (int64_t)(seat.timeout_s * 1e6)};

    seat.memory = calloc(1, planned->sink->memory);
    int rc = seat.memory ? planned->sink->open(&seat) : ERR_FULL;
    if (!rc)
        rc = planned->sink->purge(&seat, &limit, why);
    if (seat.memory)
        planned->sink->close(&seat);
    free(seat.memory);
    if (rc < 0)
        log_err(planned->name, "%s", *why ? why : error_text(rc));
    else
        printf("%s: %d topic%s cleared\n", planned->name, rc, plural_s(rc));
    return rc < 0 ? rc : OK;
}

static int purge_here(struct call *c, const bool wanted[PLAN_SINKS])
{
    char path[400], holder[64] = "";
    struct store *store = NULL;
    int rc = store_open(&store, plan_store_path(c->plan, path, sizeof path), c->plan->store, holder,
                        sizeof holder);

    if (rc == ERR_BUSY)
        log_err("discovery", "%s is in use by process %s, which cannot be reached", path, holder);
    if (rc)
        return rc;
    for (size_t i = 0; i < c->plan->sink_count; i++)
        if (wanted[i] && c->plan->sinks[i].sink->purge) {
            int one = purge_one(store, c->plan, &c->plan->sinks[i]);
            rc = rc ? rc : one;
        }
    store_close(store);
    return rc;
}

/* What is shown is what the devices said, and only a daemon has heard them. */
static int run_discovery(struct call *c)
{
    bool wanted[PLAN_SINKS];
    const char *only = call_has(c, "sink") ? call_text(c, "sink", "") : NULL;
    bool is_purge = c->count == 1 && !strcmp(c->words[0], "purge");
    bool is_show = (c->count == 1 || c->count == 2) && !strcmp(c->words[0], "show");
    const char *const words[] = {"discovery",
                                 is_purge             ? "purge"
                                 : call_has(c, "raw") ? "show-raw"
                                                      : "show",
                                 only ? only : "", c->count == 2 ? c->words[1] : ""};

    if (!is_purge && !is_show)
        return bad_call(c, "there are two things to do: purge, and show [DEVICE]");
    if (deliver_only(c->plan, only, wanted))
        return ERR_USAGE;
    int rc = control_ask(c->plan, words, 4, NULL);
    if (rc == ERR_ABSENT && is_show)
        log_err("discovery", "no daemon runs, so nobody has heard what the devices can say: "
                             "start helio run");
    return rc == ERR_ABSENT && is_purge ? purge_here(c, wanted) : rc;
}

const struct verb verb_discovery = {
    .name = "discovery",
    .synopsis = "purge|show [DEVICE] [--sink SINK,...] [--raw]",
    .about = "what Home Assistant is told of all devices: taken back, or shown\n\n"
             "purge clears every discovery topic that was ever published. A daemon goes on, but\n"
             "tells nothing of its devices until its next start: set discovery = no before that.\n"
             "show prints what a running daemon would publish of each device, topic by topic.",
    .examples = "  helio discovery purge\n  helio discovery show south\n"
                "  helio discovery show --raw | cut -f 1\n",
    .options = options,
    .needs_plan = true,
    .run = run_discovery,
};
