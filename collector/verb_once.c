/* helio once: one round of all devices, then exit. */
#include "collector/rounds.h"
#include "collector/show.h"
#include "collector/verb.h"

#include <stdlib.h>

static const struct option_row once_options[] = {
    {"print", 'p', NULL, "print the readings (the only way until a sink is set up)"},
    {"json", 'j', NULL, "print one JSON object a device"},
    {"full", 'f', NULL, "also ask for what changes slowly, one more block each"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

/* Worse first: a line that is lent away or missing says more than one silent unit. */
static int worse(int a, int b)
{
    return a == OK ? b : b == OK ? a : error_exit(a) != 69 ? a : b;
}

static int run_once(struct call *c)
{
    static struct news n;
    struct house house = {0};
    struct rounds rounds = {0};
    bool *wanted = NULL;
    int result = OK, rc;

    if (!call_has(c, "print") && !call_has(c, "json"))
        return bad_call(c, "there is nowhere to deliver to: use --print or --json");
    rc = house_for(c, &house, &wanted);
    size_t expected = 0;
    for (size_t i = 0; !rc && i < c->plan->device_count; i++)
        expected += wanted[i];
    if (!rc)
        rc = rounds_start(&rounds, &house, 1, call_has(c, "full") ? WITH_SLOW : LIVE_ONLY, 0,
                          wanted, NULL);
    for (size_t i = 0; i < expected && !rc; i++) {
        rc = rounds_next(&rounds, &n, INT64_MAX);
        if (rc)
            break;
        if (call_has(c, "json"))
            show_reading_json(stdout, &house.devices[n.device], n.result, &n.reading);
        else
            show_reading(stdout, &house.devices[n.device], n.result, &n.reading);
        result = worse(result, n.result);
    }
    if (rounds.house)
        rounds_stop(&rounds);
    house_raze(&house);
    free(wanted);
    return rc ? rc : result;
}

const struct verb verb_once = {
    .name = "once",
    .synopsis = "[DEVICE...] --print",
    .about = "one round of all devices, then exit (cron, timers)\n\n"
             "Exit code 0: all answered; 69: some device was silent; 75: the wire is lent away.",
    .examples = "  helio once --print\n"
                "  helio once --json south east\n"
                "  helio once --print tracer@sim:1\n",
    .options = once_options,
    .needs_plan = true,
    .run = run_once,
};
