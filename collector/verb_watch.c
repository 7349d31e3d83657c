/* helio watch: rounds for ever, as a live table. */
#include "collector/rounds.h"
#include "collector/show.h"
#include "collector/table.h"
#include "collector/verb.h"

#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
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
    int *results; /* of each device of the plan; OK once it was heard, or sleeps */
};

static void take_news(struct watching *w, const struct news *n)
{
    if (w->results[n->device] && (!*n->unit || n->result == OK))
        w->results[n->device] = n->result == ERR_ASLEEP ? OK : n->result;
    if (w->is_json) {
        show_news(stdout, n, true);
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
            take_news(w, &n);
        else if (rc == ERR_TIMEOUT && is_over)
            break;
        else if (rc != ERR_TIMEOUT)
            return rc == ERR_STOPPED ? OK : rc;
    }
    return OK;
}

/* Nobody is waited for in vain and called well: a device that was never heard is an error, unless
 * somebody stopped the watch before. */
static int watch_result(const struct watching *w, const bool *wanted)
{
    for (size_t i = 0; i < w->house.plan->device_count && !is_asked_to_stop; i++)
        if (wanted[i] && !w->house.plan->devices[i].is_heard_through && w->results[i])
            return w->results[i];
    return OK;
}

static int watch_begin(struct watching *w, const bool *wanted)
{
    size_t count = w->house.plan->device_count;

    w->results = malloc((count + 1) * sizeof *w->results);
    if (!w->results)
        return ERR_FULL;
    for (size_t i = 0; i < count; i++)
        w->results[i] = ERR_TIMEOUT;
    return table_open(&w->table, &w->house, wanted);
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
    rc = house_for(c, &w.house, &wanted);
    if (!rc)
        rc = watch_begin(&w, wanted);
    catch_stop();
    if (!rc)
        rc = rounds_start(&w.rounds, &w.house, (unsigned)count, WITH_SLOW, every, wanted, NULL);
    if (!rc)
        rc = watch_on(&w, seconds > 0 ? clock_us() + (int64_t)(seconds * 1e6) : INT64_MAX);
    if (!rc)
        rc = watch_result(&w, wanted);
    if (w.rounds.house)
        rounds_stop(&w.rounds);
    free(w.results);
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
