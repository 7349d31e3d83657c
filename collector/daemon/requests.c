/* What the daemon does when it is asked over its socket (collector/daemon/control_socket.h). */
#include "base/pretty.h"
#include "collector/daemon/control_socket.h"
#include "collector/daemon/daemon.h"
#include "collector/daemon/status.h"
#include "collector/history/intake.h"
#include "collector/run/errand.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/text.h"
#include "store/days.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const double ROUND_WAIT_S = 60, PURGE_WAIT_S = 10;
static const int64_t LOOK_US = 200000;

/* ---- once ---------------------------------------------------------------------------------- */

/* The round of one bus, in its own thread; who was silent is noted there too. */
struct walk {
    int silent, heard;
    char names[300];
};

static int walk_now(struct rounds *r, size_t bus, void *to)
{
    const struct plan *plan = r->house->plan;
    struct walk *w = to;

    round_walk(r, bus, clock_wall_ms(), 0);
    for (size_t i = 0; i < plan->device_count; i++) {
        const struct device *d = &r->house->devices[i];
        size_t used = strlen(w->names);
        if (plan->devices[i].bus != &plan->buses[bus])
            continue;
        w->heard += d->state == ONLINE;
        if (d->state != SILENT || d->last_error == ERR_ASLEEP)
            continue;
        w->silent++;
        snprintf(w->names + used, sizeof w->names - used, "%s%s: %s", used ? "; " : "", d->name,
                 error_text(d->last_error));
    }
    return OK;
}

static int walk_wing(struct wing *w, struct walk *walk, const struct limit *limit)
{
    int worst = OK;

    for (size_t b = 0; b < w->plan->bus_count; b++) {
        struct job job = {.run = walk_now, .to = walk};
        int rc = rounds_has_bus(&w->rounds, b) ? rounds_do(&w->rounds, b, &job, limit) : OK;
        worst = worst || rc == ERR_ABSENT ? worst : rc; /* a bus that just left is not missed */
    }
    return worst;
}

static int walk_all(struct asked *a, struct walk *walk)
{
    const struct limit limit = asked_limit(a, ROUND_WAIT_S);
    struct wings *ws = &a->daemon->wings;
    unsigned number = 0;
    int worst = OK;

    for (struct wing *w; (w = wings_next(ws, number)) != NULL; wings_unpin(ws, w)) {
        int rc = walk_wing(w, walk, &limit);
        worst = worst ? worst : rc;
        number = w->number;
    }
    return worst;
}

/* once SECONDS: a round now, stored and delivered. */
static int do_once(struct asked *a)
{
    struct daemon *d = a->daemon;
    struct walk walk = {0};
    double wait_s = 10;
    int64_t before;

    if (a->count > 1 && !number_read(a->words[1], &wait_s))
        return ERR_USAGE;
    const struct limit limit = asked_limit(a, wait_s);
    before = store_visible(d->store);
    int rc = walk_all(a, &walk);
    /* the keeper commits in its own time */
    while (!rc && walk.heard && store_visible(d->store) == before && !limit_is_over(&limit)) {
        int64_t look = clock_us() + LOOK_US;
        (void)store_wait_beyond(d->store, before, look < limit.until_us ? look : limit.until_us,
                                &d->is_stopping);
    }
    bool is_delivered = deliver_wait(&d->deliver, &limit);
    if (walk.silent)
        answer_line(a, 'e', "%s", walk.names);
    if (!is_delivered)
        answer_line(a, 'e', "not everything is delivered yet; it is kept, and goes out later");
    return rc ? rc : walk.silent ? ERR_TIMEOUT : is_delivered ? OK : ERR_BUSY;
}

/* ---- tell ---------------------------------------------------------------------------------- */

static int run_errand(struct asked *a, struct errand *e)
{
    const struct limit limit = asked_limit(a, ROUND_WAIT_S);
    int rc = errand_do(a->daemon, e, &limit);

    if (rc == ERR_ABSENT && !*e->told->why)
        return rc; /* not one of ours: the asker does it alone */
    errand_note(a->daemon, e, rc);
    answer_line(a, rc ? 'e' : 'o', "%s: %s", e->device, e->told->why);
    return rc;
}

/* raw DEVICE COMMAND */
static int do_raw(struct asked *a)
{
    struct told told = {0};
    struct errand e = {.told = &told, .by = "", .is_raw = true, .count = 1};

    if (a->count != 3)
        return ERR_USAGE;
    e.device = a->words[1];
    e.words = a->words + 2;
    return run_errand(a, &e);
}

/* tell dry|now|dry-cut|now-cut DEVICE NAME=VALUE... */
static int do_tell(struct asked *a)
{
    struct told told = {.is_dry = a->count > 1 && !strncmp(a->words[1], "dry", 3),
                        .may_cut_power = a->count > 1 && strstr(a->words[1], "-cut")};
    struct errand e = {.told = &told, .by = ""};

    if (a->count < 4)
        return ERR_USAGE;
    e.device = a->words[2];
    e.words = a->words + 3;
    e.count = a->count - 3;
    return run_errand(a, &e);
}

/* ---- history ------------------------------------------------------------------------------- */

/* resend SINK FROM TO SECONDS, times in milliseconds */
static int do_resend(struct asked *a)
{
    struct daemon *d = a->daemon;
    int64_t from, to, count;
    double wait_s;

    if (a->count != 5 || !integer_read(a->words[2], &from) || !integer_read(a->words[3], &to) ||
        !number_read(a->words[4], &wait_s))
        return ERR_USAGE;
    struct pump *pump = deliver_pin(&d->deliver, a->words[1]);
    count = pump ? store_resend_add(d->store, a->words[1], from, to) : 0;
    const struct limit limit = asked_limit(a, wait_s);
    bool is_done = pump && count > 0 && pump_wait_resends(pump, &limit);
    if (pump)
        pump_unpin(pump);
    if (!pump) {
        answer_line(a, 'e', "there is no sink \"%s\" in the running daemon", a->words[1]);
        return ERR_USAGE;
    }
    if (count < 0)
        return (int)count;
    is_done |= !count;
    answer_line(a, 'o', "%lld reading%s %s%s", (long long)count, plural_s(count),
                is_done ? "" : plural_are(count), is_done ? "sent again" : " being sent again");
    return OK;
}

/* ---- discovery ----------------------------------------------------------------------------- */

static void answer_pretty(void *who, const char *line)
{
    answer_line(who, 'o', "%s", line);
}

static void show_pretty(void *who, const char *topic, const char *text)
{
    answer_line(who, 'o', "%s", topic);
    pretty_lines(text, answer_pretty, who);
}

static void show_raw(void *who, const char *topic, const char *text)
{
    answer_line(who, 'o', "%s\t%s", topic, text);
}

static int show_one(struct asked *a, struct pump *pump, const char *sink)
{
    bool is_raw = !strcmp(a->words[1], "show-raw");
    char why[WHY_MAX];
    int count = pump_show(pump, a->words[3], is_raw ? show_raw : show_pretty, a, why);

    if (count <= 0)
        answer_line(a, 'e', "%s: %s", sink, *why ? why : error_text(count));
    return count;
}

/* What the sink left standing is taken back; it stays quiet then. */
static int purge_one(struct asked *a, struct pump *pump, const char *sink)
{
    const struct limit limit = asked_limit(a, PURGE_WAIT_S);
    char why[WHY_MAX];
    int count = pump_purge(pump, &limit, why);

    if (count < 0)
        answer_line(a, 'e', "%s: %s", sink, *why ? why : error_text(count));
    else
        answer_line(a, 'o', "%s: %d topic%s cleared", sink, count, plural_s(count));
    return count;
}

/* Is it one of "a, b"? */
static bool is_named(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = names; *at; at += strspn(at, ", ")) {
        size_t word = strcspn(at, ", ");
        if (word == length && !strncmp(at, name, length))
            return true;
        at += word;
    }
    return !*names;
}

/* The plan's names may go with a reload while something waits: they are copied. */
static size_t choose_sinks(struct daemon *d, const char *only, char to[][ORIGIN_NAME])
{
    struct pump_state states[VIEW_SINKS];
    size_t count = deliver_states(&d->deliver, states, VIEW_SINKS), chosen = 0;

    for (size_t i = 0; i < count; i++)
        if (is_named(only, states[i].name))
            memcpy(to[chosen++], states[i].name, ORIGIN_NAME);
    return chosen;
}

/* discovery purge|show|show-raw SINKS DEVICE: both may be empty, for all. */
static int do_discovery(struct asked *a)
{
    struct daemon *d = a->daemon;
    char names[VIEW_SINKS][ORIGIN_NAME];
    int worst = OK;

    if (a->count != 4)
        return ERR_USAGE;
    bool is_purge = !strcmp(a->words[1], "purge");
    size_t count = choose_sinks(d, a->words[2], names);
    if (!count && *a->words[2]) {
        answer_line(a, 'e', "there is no sink \"%s\" in the running daemon", a->words[2]);
        return ERR_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        struct pump *pump = deliver_pin(&d->deliver, names[i]);
        if (!pump)
            continue;
        int one = !pump_has_purge(pump) ? OK
                  : is_purge            ? purge_one(a, pump, names[i])
                                        : show_one(a, pump, names[i]);
        pump_unpin(pump);
        worst = one < 0 ? one : worst;
    }
    return worst;
}

static int do_import(struct asked *a)
{
    static atomic_flag is_under_way = ATOMIC_FLAG_INIT;
    struct intake intake = {.store = a->daemon->store,
                            .is_dry = a->count > 2 && !strcmp(a->words[2], "dry")};
    char said[120];
    int rc;

    if (atomic_flag_test_and_set(&is_under_way)) {
        answer_line(a, 'e', "another import is under way; try again when it has ended");
        return ERR_BUSY;
    }
    rc = intake_run(&intake, a->in, a->count > 1 ? a->words[1] : "");
    atomic_flag_clear(&is_under_way);
    for (unsigned i = 0; i < intake.told; i++)
        answer_line(a, 'e', "%s", intake.faults[i]);
    intake_say(&intake, said, sizeof said);
    answer_line(a, 'o', "%s", said);
    return rc;
}

static int do_status(struct asked *a)
{
    char *text = malloc(STATUS_BYTES);
    bool is_json = a->count > 1 && !strcmp(a->words[1], "json");

    if (!text)
        return ERR_FULL;
    status_write(a->daemon, is_json, text, STATUS_BYTES);
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        if (*line)
            answer_line(a, 'o', "%s", line);
    free(text);
    return OK;
}

const struct request requests[] = {
    {"once", do_once},           {"tell", do_tell},     {"raw", do_raw},
    {"resend", do_resend},       {"import", do_import}, {"status", do_status},
    {"discovery", do_discovery}, {NULL, NULL},
};
