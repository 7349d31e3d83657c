/* helio once and helio watch: rounds, once or for ever, on the screen. */
#include "collector/rounds.h"
#include "collector/show.h"
#include "collector/table.h"
#include "collector/verb.h"

#include "base/clock.h"
#include "base/log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t LOOK_US = 200000;

static volatile sig_atomic_t is_asked_to_stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    is_asked_to_stop = 1;
}

static void catch_stop(void)
{
    struct sigaction act = {.sa_handler = ask_to_stop};

    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

/* The devices named, or all of the settings file. */
static int choose(struct call *c, bool **wanted)
{
    int rc = OK;

    for (int i = 0; i < c->count && !rc; i++) {
        size_t at;
        rc = plan_find(c->plan, c->words[i], &at);
    }
    if (rc)
        return rc;
    if (!c->plan->device_count)
        return bad_call(c, c->config ? "the settings name no device"
                                     : "no settings file was found, and no device named");
    *wanted = calloc(c->plan->device_count, sizeof **wanted);
    if (!*wanted)
        return ERR_FULL;
    for (size_t i = 0; i < c->plan->device_count; i++)
        (*wanted)[i] = c->count == 0;
    for (int i = 0; i < c->count; i++) {
        size_t at;
        if (plan_find(c->plan, c->words[i], &at) == OK)
            (*wanted)[at] = true;
    }
    return OK;
}

static int build(struct call *c, struct house *h, bool **wanted)
{
    int rc = choose(c, wanted);

    if (!rc)
        rc = house_build(h, c->plan);
    if (!rc && call_has(c, "record"))
        rc = house_record(h, call_text(c, "record", ""));
    return rc;
}

/* ---- once -------------------------------------------------------------------------------- */

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
    rc = build(c, &house, &wanted);
    size_t expected = 0;
    for (size_t i = 0; !rc && i < c->plan->device_count; i++)
        expected += wanted[i];
    if (!rc)
        rc = rounds_start(&rounds, &house, 1, call_has(c, "full") ? WITH_SLOW : LIVE_ONLY, 0,
                          wanted);
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

/* ---- watch ------------------------------------------------------------------------------- */

static const struct option_row watch_options[] = {
    {"every", 'e', "SECONDS", "from one round to the next (else as the settings say)"},
    {"rounds", 'n', "COUNT", "stop after so many rounds"},
    {"for", 0, "SECONDS", "stop after so many seconds"},
    {"json", 'j', NULL, "one JSON object a device and round instead of the table"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

struct watching {
    struct house house;
    struct rounds rounds;
    struct table table;
    bool is_json, is_live;
};

static void show_news(struct watching *w, const struct news *n)
{
    const struct device *d = &w->house.devices[n->device];

    if (w->is_json) {
        show_reading_json(stdout, d, n->result, &n->reading);
        fflush(stdout);
        return;
    }
    table_note(&w->table, n);
    if (n->is_last)
        table_draw(&w->table, stdout, w->is_live);
}

static int watch_on(struct watching *w, int64_t until_us)
{
    static struct news n;

    while (!is_asked_to_stop && clock_us() < until_us) {
        bool is_over = rounds_are_done(&w->rounds); /* asked first: then nothing more can come */
        int rc = rounds_next(&w->rounds, &n, LOOK_US);
        if (rc == OK)
            show_news(w, &n);
        else if (rc == ERR_TIMEOUT && is_over)
            break;
        else if (rc != ERR_TIMEOUT)
            return rc == ERR_STOPPED ? OK : rc;
    }
    return OK;
}

static int run_watch(struct call *c)
{
    static struct watching w;
    bool *wanted = NULL;
    double every = 0, count = 0, seconds = 0;
    int rc;

    if (!call_number(c, "every", 0.05, 86400, &every) ||
        !call_number(c, "rounds", 1, 1e9, &count) || !call_number(c, "for", 0.1, 1e9, &seconds))
        return ERR_USAGE;
    w.is_json = call_has(c, "json");
    w.is_live = isatty(STDOUT_FILENO) && !w.is_json;
    rc = build(c, &w.house, &wanted);
    if (!rc)
        rc = table_open(&w.table, &w.house, wanted);
    catch_stop();
    if (!rc)
        rc = rounds_start(&w.rounds, &w.house, (unsigned)count, WITH_SLOW, every, wanted);
    if (!rc)
        rc = watch_on(&w, seconds > 0 ? clock_us() + (int64_t)(seconds * 1e6) : INT64_MAX);
    if (w.rounds.house)
        rounds_stop(&w.rounds);
    table_close(&w.table, stdout, w.is_live);
    house_raze(&w.house);
    free(wanted);
    return rc;
}

const struct verb verb_watch = {
    .name = "watch",
    .synopsis = "[DEVICE...]",
    .about = "live table in the terminal, until Ctrl-C",
    .examples = "  helio watch\n"
                "  helio watch --every 1 tracer@sim:1 tracer@sim:2\n"
                "  helio watch --json south | tee south.jsonl\n",
    .options = watch_options,
    .needs_plan = true,
    .run = run_watch,
};
