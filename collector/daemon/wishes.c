/* The box and its thread (collector/daemon/wishes.h). */
#include "collector/daemon/wishes.h"

#include "base/clock.h"
#include "base/thread.h"
#include "collector/daemon/daemon.h"
#include "collector/run/errand.h"

#include <stdio.h>
#include <string.h>

static const int64_t PATIENCE_US = 60000000, SLEEP_US = 3600000000;

/* ---- carrying one out ---------------------------------------------------------------------- */

static struct wish *take(struct wishes *w)
{
    struct wish *wish = NULL;

    lock_take(&w->lock);
    if (w->count) {
        wish = w->waiting[0];
        w->count--;
        memmove(&w->waiting[0], &w->waiting[1], w->count * sizeof *w->waiting);
    }
    w->is_at_work = wish;
    lock_give(&w->lock);
    return wish;
}

static void give_back(struct wishes *w, struct wish *wish, int rc)
{
    wish->result = rc;
    wish->done(wish); /* from here on it is somebody else's */
    lock_take(&w->lock);
    w->is_at_work = false;
    lock_give(&w->lock);
}

static bool is_called_off(void *who)
{
    const struct wishes *w = who;

    return w->is_leaving;
}

/*
 * In the hand of the bus thread. When all leave, whoever wished gets it back before its end, which
 * nobody can hurry: the thread works on a copy.
 */
static int await(struct wishes *w, struct errand *e, const struct limit *limit, struct wish **wish)
{
    struct rounds *r = &e->wing->rounds;

    if (rounds_await(r, e->bus, &e->job, limit))
        return e->job.result;
    if (rounds_take_back(r, e->bus, &e->job))
        return w->is_leaving ? ERR_STOPPED : ERR_BUSY;
    if (!w->is_leaving) {
        const struct limit until_leaving = {INT64_MAX, is_called_off, w};
        if (rounds_await(r, e->bus, &e->job, &until_leaving))
            return e->job.result;
    }
    (void)snprintf((*wish)->told.why, sizeof(*wish)->told.why,
                   "it had begun when this program was told to end or to read its settings: what "
                   "became of it is in the events");
    give_back(w, *wish, ERR_STOPPED);
    *wish = NULL;
    (void)rounds_await(r, e->bus, &e->job, NULL);
    return e->job.result;
}

static void carry_out(struct wishes *w, struct wish *wish)
{
    const struct limit limit = {clock_us() + PATIENCE_US, is_called_off, w};
    char *words[WISH_ORDERS];
    int rc;

    w->own = *wish;
    struct errand e = {.device = w->own.device,
                       .words = words,
                       .count = (int)w->own.count,
                       .by = w->own.by,
                       .told = &w->own.told};
    for (unsigned i = 0; i < w->own.count; i++)
        words[i] = w->own.words[i];
    rc = errand_begin(w->daemon, &e, &limit);
    if (rc == ERR_BUSY && w->is_leaving)
        rc = ERR_STOPPED;
    if (!rc) {
        rc = await(w, &e, &limit, &wish);
        errand_end(w->daemon, &e);
    }
    errand_note(w->daemon, &e, rc);
    if (!wish)
        return;
    wish->told = w->own.told;
    give_back(w, wish, rc);
}

/* ---- the thread ---------------------------------------------------------------------------- */

static void *run(void *who)
{
    struct wishes *w = who;

    for (bool is_last = false; !is_last;) {
        is_last = bell_wait_nudged(&w->bell, clock_us() + SLEEP_US) && bell_is_rung(&w->bell);
        for (struct wish *wish; (wish = take(w)) != NULL;)
            if (w->is_leaving)
                give_back(w, wish, ERR_STOPPED);
            else
                carry_out(w, wish);
    }
    w->has_ended = true;
    return NULL;
}

/* ---- from any thread ----------------------------------------------------------------------- */

static int tell(void *who, struct wish *wish)
{
    struct wishes *w = who;
    struct addressee to;
    int rc = ERR_STOPPED;

    lock_take(&w->lock);
    if (w->is_open)
        rc = !addressee_find(w->plan, wish->device, &to) ? ERR_ABSENT
             : w->count == WISHES_WAITING                ? ERR_FULL
                                                         : OK;
    if (!rc)
        w->waiting[w->count++] = wish;
    lock_give(&w->lock);
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
    if (!board_total(d->keeper.board, desk, M_BATTERY_NOMINAL_VOLTAGE, &volts))
        (void)board_total(d->keeper.settings, desk, M_BATTERY_RATED_VOLTAGE, &volts);
    return volts;
}

struct teller {
    struct daemon *daemon;
    unsigned desk;
};

static bool what_it_said(void *who, enum metric m, double *to)
{
    struct teller *t = who;
    struct keeper *k = &t->daemon->keeper;

    return board_total(k->board, t->desk, m, to) || board_total(k->settings, t->desk, m, to);
}

static void make_offer(const struct command *c, double volts, struct offer *to)
{
    double by = c->by_voltage ? volts / 12 : 1;

    *to = (struct offer){
        .command = c,
        .name = command_name(c),
        .least = c->least * by,
        .most = c->most * by,
        .step = c->step * (c->steps_grow ? by : 1),
    };
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
    lock_take(&w->lock);
    if (w->plan && addressee_find(w->plan, device, &at)) {
        const struct section *own =
            at.of_its_own ? at.of_its_own->section : w->plan->devices[at.at].section;
        driver = driver_of(w->daemon, w->plan, &at);
        *is_allowed = section_yes(own, "allow_tell");
    }
    lock_give(&w->lock);
    if (!driver || !driver->tell || !driver->commands)
        return 0;
    double volts = system_volts(w->daemon, device);
    struct teller t = {.daemon = w->daemon};
    bool is_known = front_seat(w->daemon, device, &t.desk);
    for (const struct command *c = driver->commands; command_name(c) && count < room; c++) {
        make_offer(c, volts, &to[count]);
        to[count++].is_vain = is_known && driver->is_vain && driver->is_vain(c, what_it_said, &t);
    }
    return count;
}

/* ---- starting and stopping ----------------------------------------------------------------- */

int wishes_open(struct wishes *w, struct daemon *d)
{
    *w = (struct wishes){.daemon = d, .control = {.who = w, .offers = offers, .tell = tell}};
    lock_init(&w->lock, LOCK_WISHES);
    bell_init(&w->bell);
    int rc = thread_begin(&w->thread, "wishes", run, w);
    if (rc) {
        bell_done(&w->bell);
        lock_done(&w->lock);
        *w = (struct wishes){0};
    }
    return rc;
}

void wishes_follow(struct wishes *w, const struct plan *plan)
{
    lock_take(&w->lock);
    w->plan = plan;
    w->is_open = true;
    w->is_leaving = false;
    lock_give(&w->lock);
}

void wishes_leave(struct wishes *w)
{
    if (!w->daemon)
        return;
    lock_take(&w->lock);
    w->is_open = false;
    w->is_leaving = true;
    lock_give(&w->lock);
    bell_nudge(&w->bell);
}

bool wishes_are_idle(struct wishes *w)
{
    if (!w->daemon)
        return true;
    lock_take(&w->lock);
    bool is = !w->count && !w->is_at_work;
    lock_give(&w->lock);
    return is;
}

void wishes_ask_end(struct wishes *w)
{
    if (w->daemon)
        bell_ring(&w->bell);
}

bool wishes_have_ended(const struct wishes *w)
{
    return !w->daemon || w->has_ended;
}

void wishes_close(struct wishes *w)
{
    if (!w->daemon)
        return;
    wishes_leave(w);
    bell_ring(&w->bell);
    thread_join(w->thread);
    bell_done(&w->bell);
    lock_done(&w->lock);
    *w = (struct wishes){0};
}
