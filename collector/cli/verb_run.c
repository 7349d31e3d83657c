/* helio run: the daemon, in the foreground. */
#include "collector/cli/rate.h"
#include "collector/cli/verb.h"
#include "collector/daemon/daemon.h"
#include "collector/plan/logbook.h"

#include "base/clock.h"

#include <unistd.h>

static const struct option_row options[] = {
    {"for", 0, "SECONDS", "end by itself after so many seconds"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

static int run_run(struct call *c)
{
    struct daemon d;
    double seconds = 0;
    int rc;

    if (!call_number(c, "for", 0.1, 1e9, &seconds))
        return ERR_USAGE;
    if (c->count)
        return bad_call(c, "its devices are those of the settings file");
    bool is_receiver = c->plan->web && section_yes(c->plan->web, "enabled");
    if (!c->plan->device_count && !is_receiver)
        return call_has_no_device(c);
    rate_warn("run");
    bool keeps_level = call_has(c, "verbose") || call_has(c, "quiet") || call_has(c, "trace");
    rc = logbook_follow(c->plan, keeps_level);
    if (rc)
        return rc;
    rc = daemon_open(&d, c->plan, c->config);
    d.keeps_level = keeps_level;
    c->plan = NULL; /* taken over */
    if (!rc && call_has(c, "record"))
        rc = house_record(&d.wings.list[0]->house, call_text(c, "record", ""));
    if (!rc)
        rc = daemon_run(&d, seconds > 0 ? clock_us() + (int64_t)(seconds * 1e6) : INT64_MAX);
    if (!daemon_close(&d))
        _exit(error_exit(rc)); /* what was left behind must not find this memory gone */
    return rc;
}

const struct verb verb_run = {
    .name = "run",
    .synopsis = "[-c FILE]",
    .about = "the daemon: polls, keeps and delivers, in the foreground, until it is stopped\n\n"
             "TERM or Ctrl-C ends it within a few seconds, with everything kept. HUP reads the\n"
             "settings again: what did not change goes on undisturbed, and settings that are\n"
             "wrong change nothing. Under systemd it says when it is ready (Type=notify).",
    .examples = "  helio run\n"
                "  helio run -c examples/demo.ini --for 60\n",
    .options = options,
    .needs_plan = true,
    .prepare = daemon_catch_signals,
    .run = run_run,
};
