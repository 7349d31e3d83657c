/* helio once: one round of all devices, kept and delivered, then exit. */
#include "collector/cli/rate.h"
#include "collector/cli/show.h"
#include "collector/cli/verb.h"
#include "collector/intake/keeper.h"
#include "collector/run/control_ask.h"
#include "collector/run/deliver.h"
#include "collector/run/rounds.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/plural.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row once_options[] = {
    {"print", 'p', NULL, "print the readings instead of keeping and delivering them"},
    {"json", 'j', NULL, "the same, one JSON object a device"},
    {"full", 'f', NULL, "also ask for what changes slowly, one more block each"},
    {"to", 't', "SINK,...", "deliver only to these sinks; the others get it with the next run"},
    {"wait", 'w', "SECONDS", "how long delivering may take (else 10)"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

static const int64_t TIDY_US = 1000000;

struct snapshot {
    struct call *call;
    struct house house;
    struct rounds rounds;
    bool *wanted;
    size_t expected; /* last news, one a bus */
    int result;      /* of the devices */
    struct store *store;
    struct keeper keeper;
    struct deliver deliver;
};

/* Nothing failed; who sleeps is not expected to answer. */
static bool is_well(int rc)
{
    return error_exit(rc) == 0;
}

/* Worse first: a line that is lent away or missing says more than one silent unit. */
static int worse(int a, int b)
{
    return is_well(a) ? b : is_well(b) ? a : error_exit(a) != 69 ? a : b;
}

static int begin_rounds(struct snapshot *s)
{
    struct call *c = s->call;
    int rc = house_for(c, &s->house, &s->wanted);

    if (!rc)
        rc = rounds_start(&s->rounds, &s->house, 1, call_has(c, "full") ? WITH_SLOW : LIVE_ONLY, 0,
                          s->wanted, NULL);
    s->expected = rc ? 0 : rounds_buses(&s->rounds);
    return rc;
}

static void end_rounds(struct snapshot *s)
{
    if (s->rounds.house)
        rounds_stop(&s->rounds);
    if (s->house.plan)
        house_raze(&s->house);
    free(s->wanted);
}

static int print_all(struct snapshot *s)
{
    static struct news n;
    bool is_json = call_has(s->call, "json");
    int rc = begin_rounds(s);

    for (size_t ended = 0; ended < s->expected && !rc; ended += n.is_last) {
        rc = rounds_next(&s->rounds, &n, INT64_MAX);
        if (rc)
            break;
        show_news(stdout, &n, is_json);
        s->result = worse(s->result, n.result);
    }
    end_rounds(s);
    return rc ? rc : s->result;
}

/* ---- kept and delivered ------------------------------------------------------------------- */

static int keep_all(struct snapshot *s)
{
    static struct news n;
    int rc = keeper_init(&s->keeper, s->call->plan, s->store);

    if (!rc)
        rc = begin_rounds(s);
    if (!rc)
        keeper_pace(&s->keeper, &s->rounds);
    for (size_t ended = 0; ended < s->expected && !rc; ended += n.is_last) {
        rc = rounds_next(&s->rounds, &n, INT64_MAX);
        if (rc)
            break;
        keeper_take(&s->keeper, &n);
        if (n.result) /* mail from cron every few minutes of a night would help nobody */
            log_say(is_well(n.result) ? LOG_LEVEL_INFO : LOG_LEVEL_ERR,
                    s->house.devices[n.device].name, "%s", error_text(n.result));
        s->result = worse(s->result, n.result);
    }
    return rc ? rc : keeper_finish(&s->keeper);
}

/* The places of all sinks are held in the log, also of those that get nothing this time. */
static void hold_places(struct snapshot *s)
{
    const struct plan *plan = s->call->plan;

    for (size_t i = 0; i < plan->sink_count; i++)
        (void)(store_cursor(s->store, plan->sinks[i].name,
                            section_yes(plan->sinks[i].section, "history")) >= 0);
}

static int deliver_all(struct snapshot *s, double wait_s, const bool wanted[PLAN_SINKS])
{
    struct plan *plan = s->call->plan;
    const struct limit until = {.until_us = clock_us() + (int64_t)(wait_s * 1e6)};
    size_t kept = 0;
    int refused = OK, rc;

    for (size_t i = 0; i < plan->sink_count; i++)
        if (wanted[i])
            plan->sinks[kept++] = plan->sinks[i];
    plan->sink_count = kept;
    deliver_init(&s->deliver, s->store, NULL);
    rc = deliver_follow(&s->deliver, plan);
    bool is_done = deliver_wait(&s->deliver, &until);
    for (size_t i = 0; i < s->deliver.count; i++) {
        struct pump_state state;
        pump_state(s->deliver.seats[i].pump, &state);
        if (state.aside) {
            log_err(state.name, "%llu reading%s refused for good and kept here; why: table aside",
                    (unsigned long long)state.aside, state.aside == 1 ? " is" : "s are");
            refused = ERR_DATA;
        }
        if (state.backlog)
            log_err(state.name, "%lld reading%s %s not delivered yet%s%s; %s %s kept",
                    (long long)state.backlog, plural_s(state.backlog), plural_are(state.backlog),
                    *state.why ? ": " : "", state.why, plural_they(state.backlog),
                    plural_are(state.backlog));
    }
    deliver_stop(&s->deliver, clock_us());
    deliver_done(&s->deliver);
    return rc ? rc : is_done ? refused : ERR_BUSY;
}

static int once_here(struct snapshot *s, double wait_s, const bool wanted[PLAN_SINKS])
{
    int64_t tidy_until;
    int delivered = OK, rc;

    hold_places(s);
    rc = keep_all(s);
    end_rounds(s);
    if (!rc)
        delivered = deliver_all(s, wait_s, wanted);
    tidy_until = clock_us() + TIDY_US;
    while (!rc && clock_us() < tidy_until && store_tidy(s->store, clock_wall_ms()))
        continue;
    keeper_done(&s->keeper);
    store_close(s->store);
    return rc ? rc : is_well(s->result) ? delivered : s->result;
}

/* A daemon owns the store: it makes a round now. */
static int once_there(struct call *c, const char *path, const char *holder, double wait_s)
{
    char wait_text[32];
    const char *const words[] = {"once", wait_text};
    int rc;

    snprintf(wait_text, sizeof wait_text, "%g", wait_s);
    if (c->count || call_has(c, "to") || call_has(c, "record"))
        log_info("once", "a daemon runs: it makes a round of all its devices, to all its sinks");
    rc = control_ask(c->plan, words, 2, NULL);
    if (rc != ERR_ABSENT)
        return rc;
    log_err("once", "%s is in use by process %s, which cannot be reached", path, holder);
    return ERR_BUSY;
}

static int run_once(struct call *c)
{
    static struct snapshot s;
    char path[400], holder[64] = "";
    bool wanted[PLAN_SINKS];
    double wait_s = 10;
    int rc;

    s = (struct snapshot){.call = c};
    if (call_has(c, "print") || call_has(c, "json"))
        return print_all(&s);
    if (!call_number(c, "wait", 0, 86400, &wait_s) ||
        deliver_only(c->plan, call_text(c, "to", NULL), wanted))
        return ERR_USAGE;
    for (int i = 0; i < c->count; i++) { /* named before the store is touched */
        size_t at;
        rc = plan_find(c->plan, c->words[i], &at);
        if (rc)
            return rc;
    }
    if (!c->plan->device_count)
        return call_has_no_device(c);
    rate_warn("once");
    rc = store_open(&s.store, plan_store_path(c->plan, path, sizeof path), c->plan->store, holder,
                    sizeof holder);
    if (rc == ERR_BUSY)
        return once_there(c, path, holder, wait_s);
    return rc ? rc : once_here(&s, wait_s, wanted);
}

const struct verb verb_once = {
    .name = "once",
    .synopsis = "[DEVICE...]",
    .about = "one round of all devices, kept and delivered, then exit (cron, timers)\n\n"
             "Exit code 0: all well, or asleep because the sun is down; 69: some device was "
             "silent; 75: something is not delivered\n"
             "yet, and kept. Without any sink the local store still keeps history. Beside a\n"
             "running daemon, that one makes a round at once.",
    .examples = "  helio once\n"
                "  helio once --print\n"
                "  helio once --json south east\n"
                "  helio once --print tracer@sim:1\n",
    .options = once_options,
    .needs_plan = true,
    .run = run_once,
};
