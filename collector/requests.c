/* What the daemon does when it is asked over its socket (collector/control_socket.h). */
#include "collector/control_socket.h"
#include "collector/daemon.h"
#include "collector/errand.h"
#include "collector/intake.h"
#include "collector/pretty.h"
#include "collector/status.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/text.h"
#include "store/days.h"

#include <stdlib.h>
#include <string.h>

static const int64_t ROUND_WAIT_US = 60000000, PURGE_WAIT_US = 10000000;

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

static int walk_all(struct daemon *d, struct walk *walk)
{
    struct job job = {.run = walk_now, .to = walk};
    int worst = OK;

    for (size_t i = 0; i < d->wing_count; i++) {
        struct rounds *r = &d->wings[i]->rounds;
        for (size_t b = 0; b < d->wings[i]->plan->bus_count; b++) {
            int rc = rounds_has_bus(r, b) ? rounds_do(r, b, &job, ROUND_WAIT_US) : OK;
            worst = worst ? worst : rc;
        }
    }
    return worst;
}

/* once SECONDS: a round now, stored and delivered. */
static int do_once(struct asked *a)
{
    struct daemon *d = a->daemon;
    struct walk walk = {0};
    double wait_s = 10;
    int64_t until, before;

    if (a->count > 1 && !number_read(a->words[1], &wait_s))
        return ERR_USAGE;
    until = clock_us() + (int64_t)(wait_s * 1e6);
    pthread_mutex_lock(&d->lock);
    before = store_visible(d->store);
    int rc = walk_all(d, &walk);
    while (!rc && walk.heard && store_visible(d->store) == before && clock_us() < until)
        clock_sleep_us(10000); /* the keeper commits in its own time */
    bool is_delivered = deliver_wait(&d->deliver, until);
    pthread_mutex_unlock(&d->lock);
    if (walk.silent)
        answer_line(a, 'e', "%s", walk.names);
    if (!is_delivered)
        answer_line(a, 'e', "not everything is delivered yet; it is kept, and goes out later");
    return rc ? rc : walk.silent ? ERR_TIMEOUT : is_delivered ? OK : ERR_BUSY;
}

/* ---- tell ---------------------------------------------------------------------------------- */

/* tell dry|now|dry-cut|now-cut DEVICE NAME=VALUE... */
static int do_tell(struct asked *a)
{
    struct told told = {.is_dry = a->count > 1 && !strncmp(a->words[1], "dry", 3),
                        .may_cut_power = a->count > 1 && strstr(a->words[1], "-cut")};
    struct daemon *d = a->daemon;
    struct errand e = {.told = &told, .by = ""};
    int rc;

    if (a->count < 4)
        return ERR_USAGE;
    e.device = a->words[2];
    e.words = a->words + 3;
    e.count = a->count - 3;
    pthread_mutex_lock(&d->lock);
    rc = errand_prepare(d, &e);
    if (rc) {
        pthread_mutex_unlock(&d->lock);
        return rc; /* not one of ours: the asker does it alone */
    }
    rc = rounds_do(e.rounds, e.bus, &e.job, ROUND_WAIT_US);
    pthread_mutex_unlock(&d->lock);
    errand_note(d, &e, rc);
    answer_line(a, rc ? 'e' : 'o', "%s: %s", a->words[2], told.why);
    return rc;
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
    pthread_mutex_lock(&d->lock);
    struct pump *pump = deliver_pump(&d->deliver, a->words[1]);
    count = pump ? store_resend_add(d->store, a->words[1], from, to) : 0;
    bool is_done =
        pump && count > 0 && pump_wait_resends(pump, clock_us() + (int64_t)(wait_s * 1e6));
    pthread_mutex_unlock(&d->lock);
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
    char why[WHY_MAX];
    int count = pump_purge(pump, clock_us() + PURGE_WAIT_US, why);

    if (count < 0)
        answer_line(a, 'e', "%s: %s", sink, *why ? why : error_text(count));
    else
        answer_line(a, 'o', "%s: %d topic%s cleared", sink, count, plural_s(count));
    return count;
}

/* discovery purge|show|show-raw SINKS DEVICE: both may be empty, for all. */
static int do_discovery(struct asked *a)
{
    struct daemon *d = a->daemon;
    bool wanted[PLAN_SINKS];
    int worst = OK;

    if (a->count != 4)
        return ERR_USAGE;
    bool is_purge = !strcmp(a->words[1], "purge");
    pthread_mutex_lock(&d->lock);
    int rc = deliver_only(d->plan, *a->words[2] ? a->words[2] : NULL, wanted);
    for (size_t i = 0; i < d->plan->sink_count && !rc; i++) {
        const struct plan_sink *s = &d->plan->sinks[i];
        struct pump *pump = wanted[i] && s->sink->purge ? deliver_pump(&d->deliver, s->name) : NULL;
        if (!pump)
            continue;
        int one = is_purge ? purge_one(a, pump, s->name) : show_one(a, pump, s->name);
        worst = one < 0 ? one : worst;
    }
    pthread_mutex_unlock(&d->lock);
    return rc ? rc : worst;
}

static int do_import(struct asked *a)
{
    struct intake intake = {.store = a->daemon->store};
    char said[120];
    int rc = intake_run(&intake, a->in, a->count > 1 ? a->words[1] : "");

    for (unsigned i = 0; i < intake.told; i++)
        answer_line(a, 'e', "%s", intake.faults[i]);
    intake_say(&intake, said, sizeof said);
    answer_line(a, 'o', "%s", said);
    return rc;
}

static int do_status(struct asked *a)
{
    static char text[STATUS_BYTES];
    bool is_json = a->count > 1 && !strcmp(a->words[1], "json");

    pthread_mutex_lock(&a->daemon->lock);
    status_write(a->daemon, is_json, text, sizeof text);
    pthread_mutex_unlock(&a->daemon->lock);
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        if (*line)
            answer_line(a, 'o', "%s", line);
    return OK;
}

const struct request requests[] = {
    {"once", do_once},     {"tell", do_tell},     {"resend", do_resend},
    {"import", do_import}, {"status", do_status}, {"discovery", do_discovery},
    {NULL, NULL},
};
