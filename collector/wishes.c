/* The box and its thread (collector/wishes.h). */
#include "collector/wishes.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "collector/daemon.h"
#include "collector/errand.h"

#include <string.h>

static const int64_t PATIENCE_US = 60000000, LOOK_US = 2000, POST_AGAIN_US = 5000,
                     SLEEP_US = 3600000000, NEWS_WAIT_US = 10000;

/* ---- carrying one out ---------------------------------------------------------------------- */

/* The lock is let go before anything waits: pages are served meanwhile. */
static int post(struct wishes *w, struct errand *e)
{
    struct daemon *d = w->daemon;

    pthread_mutex_lock(&d->lock);
    int rc = errand_prepare(d, e);
    if (!rc)
        rc = rounds_post(e->rounds, e->bus, &e->job);
    pthread_mutex_unlock(&d->lock);
    return rc;
}

/* What has begun is waited for, whatever it takes: it is the bus thread's until then. */
static int await(struct wishes *w, struct errand *e, int64_t until)
{
    while (!e->job.is_done) {
        bool is_over = w->is_leaving || clock_us() > until;
        if (is_over && rounds_take_back(e->rounds, e->bus, &e->job))
            return w->is_leaving ? ERR_STOPPED : ERR_BUSY;
        clock_sleep_us(LOOK_US);
    }
    return e->job.result;
}

static int carry_out(struct wishes *w, struct wish *wish)
{
    char *words[WISH_ORDERS];
    struct errand e = {.device = wish->device,
                       .words = words,
                       .count = (int)wish->count,
                       .by = wish->by,
                       .told = &wish->told};
    int64_t until = clock_us() + PATIENCE_US;
    int rc;

    for (unsigned i = 0; i < wish->count; i++)
        words[i] = wish->words[i];
    while ((rc = post(w, &e)) == ERR_BUSY && !w->is_leaving && clock_us() < until)
        clock_sleep_us(POST_AGAIN_US); /* somebody else's job is in the box */
    if (!rc)
        rc = await(w, &e, until);
    errand_note(w->daemon, &e, rc);
    return rc;
}

/* ---- the thread ---------------------------------------------------------------------------- */

static struct wish *take(struct wishes *w)
{
    struct wish *wish = NULL;

    pthread_mutex_lock(&w->lock);
    if (w->count) {
        wish = w->waiting[0];
        w->count--;
        memmove(&w->waiting[0], &w->waiting[1], w->count * sizeof *w->waiting);
    }
    w->is_at_work = wish;
    pthread_mutex_unlock(&w->lock);
    return wish;
}

static void finish(struct wish *wish, int rc)
{
    wish->result = rc;
    wish->done(wish); /* from here on it is somebody else's */
}

static void *run(void *who)
{
    struct wishes *w = who;

    while (!bell_is_rung(&w->bell)) {
        for (struct wish *wish; (wish = take(w)) != NULL;)
            finish(wish, w->is_leaving ? ERR_STOPPED : carry_out(w, wish));
        (void)bell_wait_nudged(&w->bell, clock_us() + SLEEP_US);
    }
    return NULL;
}

/* ---- from any thread ----------------------------------------------------------------------- */

static int tell(void *who, struct wish *wish)
{
    struct wishes *w = who;
    struct addressee to;
    int rc = ERR_STOPPED;

    pthread_mutex_lock(&w->lock);
    if (w->is_open)
        rc = !addressee_find(w->plan, wish->device, &to) ? ERR_ABSENT
             : w->count == WISHES_WAITING                ? ERR_FULL
                                                         : OK;
    if (!rc)
        w->waiting[w->count++] = wish;
    pthread_mutex_unlock(&w->lock);
    if (!rc)
        bell_nudge(&w->bell);
    return rc;
}

/* Of the battery's system, as the device says it; 0: it has not said. */
static double system_volts(struct daemon *d, const char *name)
{
    double volts = 0;
    unsigned desk;

    if (!front_seat(d, name, &desk))
        return 0;
    if (!board_get(d->keeper.board, desk, M_BATTERY_NOMINAL_VOLTAGE, clock_us(), &volts))
        (void)board_get(d->keeper.settings, desk, M_BATTERY_RATED_VOLTAGE, clock_us(), &volts);
    return volts;
}

static void make_offer(const struct command *c, double volts, struct offer *to)
{
    double by = c->by_voltage ? volts / 12 : 1;

    *to = (struct offer){
        .command = c, .name = command_name(c), .least = c->least * by, .most = c->most * by};
}

/* The family of a unit behind a device is known only once it was heard. */
static const struct driver *driver_of(struct daemon *d, const struct plan *p,
                                      const struct addressee *to)
{
    const struct driver *own = p->devices[to->at].driver;

    if (!*to->unit)
        return own;
    return own->unit ? front_driver(d, to->name) : NULL;
}

static size_t offers(void *who, const char *device, struct offer *to, size_t room, bool *is_allowed)
{
    struct wishes *w = who;
    const struct driver *driver = NULL;
    struct addressee at;
    size_t count = 0;

    *is_allowed = false;
    pthread_mutex_lock(&w->lock);
    if (w->plan && addressee_find(w->plan, device, &at)) {
        const struct section *own =
            at.of_its_own ? at.of_its_own->section : w->plan->devices[at.at].section;
        driver = driver_of(w->daemon, w->plan, &at);
        *is_allowed = section_yes(own, "allow_tell");
    }
    pthread_mutex_unlock(&w->lock);
    if (!driver || !driver->tell || !driver->commands)
        return 0;
    double volts = system_volts(w->daemon, device);
    for (const struct command *c = driver->commands; command_name(c) && count < room; c++)
        make_offer(c, volts, &to[count++]);
    return count;
}

/* ---- starting and stopping ----------------------------------------------------------------- */

int wishes_open(struct wishes *w, struct daemon *d)
{
    int rc;

    *w = (struct wishes){.daemon = d, .control = {.who = w, .offers = offers, .tell = tell}};
    pthread_mutex_init(&w->lock, NULL);
    bell_init(&w->bell);
    rc = thread_begin(&w->thread, "wishes", run, w);
    if (rc) {
        bell_done(&w->bell);
        pthread_mutex_destroy(&w->lock);
        *w = (struct wishes){0};
    }
    return rc;
}

void wishes_follow(struct wishes *w, const struct plan *plan)
{
    pthread_mutex_lock(&w->lock);
    w->plan = plan;
    w->is_open = true;
    w->is_leaving = false;
    pthread_mutex_unlock(&w->lock);
}

static bool is_idle(struct wishes *w)
{
    pthread_mutex_lock(&w->lock);
    bool is = !w->count && !w->is_at_work;
    pthread_mutex_unlock(&w->lock);
    return is;
}

void wishes_leave(struct wishes *w)
{
    static struct news n;

    if (!w->daemon)
        return;
    pthread_mutex_lock(&w->lock);
    w->is_open = false;
    w->is_leaving = true;
    pthread_mutex_unlock(&w->lock);
    while (!is_idle(w))
        if (queue_get(w->daemon->news, &n, NEWS_WAIT_US) == OK)
            daemon_take(w->daemon, &n);
}

void wishes_close(struct wishes *w)
{
    if (!w->daemon)
        return;
    wishes_leave(w);
    bell_ring(&w->bell);
    pthread_join(w->thread, NULL);
    bell_done(&w->bell);
    pthread_mutex_destroy(&w->lock);
    *w = (struct wishes){0};
}
