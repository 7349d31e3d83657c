/* helio watch: rounds for ever, as a live table. */
#include "collector/cli/show.h"
#include "collector/cli/table.h"
#include "collector/cli/verb.h"
#include "collector/cli/watch_groups.h"
#include "collector/run/rounds.h"

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
    struct watch_groups groups;
    bool is_json, is_live, has_names;
    bool *is_shown; /* by place in the plan; who speaks for one of them may be asked, too */
    int *results;   /* of each device of the plan; OK once it was heard, or sleeps */
};

static void take_groups(struct watching *w, const struct news *n)
{
    static const struct driver none = {.name = "group"};
    static struct reading r;
    struct device d = {.driver = &none};

    watch_groups_note(&w->groups, n);
    while (watch_groups_next(&w->groups, n, &d.name, &r))
        if (w->is_json)
            show_reading_json(stdout, &d, OK, &r);
        else
            table_note_group(&w->table, d.name, &r);
}

static void take_news(struct watching *w, const struct news *n)
{
    size_t place = news_place(n);
    bool is_shown = w->is_shown[place] || w->is_shown[n->device];

    if (w->results[place] && (!*n->unit || n->result == OK))
        w->results[place] = n->result == ERR_ASLEEP ? OK : n->result;
    table_count(&w->table, n);
    if (is_shown && w->is_json)
        show_news(stdout, n, true);
    else if (is_shown)
        table_note(&w->table, n);
    take_groups(w, n);
    if (w->is_json)
        fflush(stdout);
    else if (n->is_last)
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
 * somebody stopped the watch before. A unit behind another one may be away, if nobody named it. */
static int watch_result(const struct watching *w)
{
    const struct plan *plan = w->house.plan;

    for (size_t i = 0; i < plan->device_count && !is_asked_to_stop; i++)
        if (w->is_shown[i] && (w->has_names || !plan->devices[i].is_heard_through) && w->results[i])
            return w->results[i];
    return OK;
}

static int watch_begin(struct watching *w, struct call *c)
{
    size_t count = w->house.plan->device_count;

    w->has_names = c->count > 0;
    w->results = malloc((count + 1) * sizeof *w->results);
    w->is_shown = calloc(count + 1, sizeof *w->is_shown);
    if (!w->results || !w->is_shown)
        return ERR_FULL;
    call_mark(c, w->is_shown);
    for (size_t i = 0; i < count; i++)
        w->results[i] = ERR_TIMEOUT;
    return table_open(&w->table, &w->house, w->is_shown);
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
        rc = watch_begin(&w, c);
    catch_stop();
    if (!rc)
        rc = rounds_start(&w.rounds, &w.house, (unsigned)count, WITH_SLOW, every, wanted, NULL);
    if (!rc)
        rc = watch_groups_open(&w.groups, &w.rounds, c->words, c->count);
    if (!rc)
        rc = watch_on(&w, seconds > 0 ? clock_us() + (int64_t)(seconds * 1e6) : INT64_MAX);
    if (!rc)
        rc = watch_result(&w);
    if (w.rounds.house)
        rounds_stop(&w.rounds);
    watch_groups_close(&w.groups);
    free(w.results);
    free(w.is_shown);
    table_close(&w.table, stdout, w.is_live);
    house_raze(&w.house);
    free(wanted);
    return rc;
}

const struct verb verb_watch = {
    .name = "watch",
    .synopsis = "[DEVICE|GROUP...]",
    .about = "live table in the terminal, until Ctrl-C",
    .examples = "  helio watch\n"
                "  helio watch --every 1 tracer@sim:1 tracer@sim:2\n"
                "  helio watch --json south | tee south.jsonl\n",
    .options = watch_options,
    .needs_plan = true,
    .run = run_watch,
};
