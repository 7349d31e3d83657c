/* helio resend: history to a sink once more. */
#include "collector/cli/verb.h"
#include "collector/run/control_ask.h"
#include "collector/run/deliver.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/plural.h"
#include "store/days.h"

#include <stdio.h>

static const struct option_row options[] = {
    {"from", 'f', "TIME", "from when on (2026-05-02, \"2026-05-02 10:00\", yesterday, -7d)"},
    {"to", 't', "TIME", "until when (else now)"},
    {"wait", 'w', "SECONDS", "how long to wait for it (else 60); the rest goes on by itself"},
    {.name = NULL},
};

static int resend_here(struct call *c, const struct plan_sink *sink, int64_t from, int64_t to,
                       double wait_s)
{
    char path[400], holder[64] = "";
    struct store *store = NULL;
    struct pump *pump = NULL;
    int64_t count = 0;
    bool is_done = true;
    int rc = store_open(&store, plan_store_path(c->plan, path, sizeof path), c->plan->store, holder,
                        sizeof holder);

    if (rc == ERR_BUSY)
        log_err("resend", "%s is in use by process %s, which cannot be reached", path, holder);
    if (rc)
        return rc;
    count = store_resend_add(store, sink->name, from, to);
    rc = pump_start(&pump, store, sink->sink, sink->name, sink->section, plan_site_name(c->plan),
                    NULL);
    if (!rc && count > 0)
        is_done = pump_wait_resends(
            pump, &(const struct limit){.until_us = clock_us() + (int64_t)(wait_s * 1e6)});
    pump_stop(pump, clock_us());
    store_close(store);
    if (rc || count < 0)
        return rc ? rc : (int)count;
    printf("%lld reading%s %s%s\n", (long long)count, plural_s(count),
           is_done ? "" : plural_are(count),
           is_done ? "sent again" : " kept to be sent again with the next run");
    return is_done ? OK : ERR_BUSY;
}

static int run_resend(struct call *c)
{
    char from_text[32], to_text[32], wait_text[32];
    int64_t now = clock_wall_ms(), from, to;
    double wait_s = 60;
    bool wanted[PLAN_SINKS];

    if (c->count != 1 || !call_has(c, "from"))
        return bad_call(c, "a sink and --from TIME are needed");
    if (!when_read(call_text(c, "from", ""), now, &from) ||
        !when_read(call_text(c, "to", "now"), now, &to))
        return bad_call(c, "--from and --to want a time, as 2026-05-02 or \"2026-05-02 10:00\"");
    if (from >= to)
        return bad_call(c, "--from must be before --to");
    if (!call_number(c, "wait", 0, 1e6, &wait_s) || deliver_only(c->plan, c->words[0], wanted))
        return ERR_USAGE;
    snprintf(from_text, sizeof from_text, "%lld", (long long)from);
    snprintf(to_text, sizeof to_text, "%lld", (long long)to);
    snprintf(wait_text, sizeof wait_text, "%g", wait_s);
    const char *const words[] = {"resend", c->words[0], from_text, to_text, wait_text};
    int rc = control_ask(c->plan, words, 5, NULL);
    if (rc != ERR_ABSENT)
        return rc;
    return resend_here(c, plan_sink_named(c->plan, c->words[0]), from, to, wait_s);
}

const struct verb verb_resend = {
    .name = "resend",
    .synopsis = "SINK --from TIME [--to TIME]",
    .about = "history to a sink once more, from the local store\n\n"
             "A second, temporary cursor; the sink's own place does not move. Databases that know\n"
             "a point already overwrite it, so nothing is doubled. Imported rows go too.",
    .examples = "  helio resend influx --from 2026-05-02 --to 2026-05-03\n"
                "  helio resend influx --from -7d\n",
    .options = options,
    .needs_plan = true,
    .run = run_resend,
};
