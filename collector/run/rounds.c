/* The bus threads: their ticks, their beginning and their end (collector/run/rounds.h). */
#include "collector/run/rounds_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUEUE_LENGTH = 64, NAME_BYTES = 20 };
static const int64_t FOREVER_US = 3600000000, BEAT_US = 4000000;

struct round_thread *round_thread_of(const struct rounds *r, size_t bus)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->threads[i].bus == bus)
            return &r->threads[i];
    return NULL;
}

size_t rounds_buses(const struct rounds *r)
{
    return r->count;
}

/* ---- the thread -------------------------------------------------------------------------- */

/* Until its time has come; nothing is touched before. */
static void stand_ready(struct round_thread *t)
{
    while (!t->rounds->has_begun && !bell_is_rung(&t->stop)) {
        t->beat_us = clock_us();
        (void)bell_wait_nudged(&t->stop, t->beat_us + BEAT_US);
    }
}

/* Waits for the tick; does jobs meanwhile. False: the end. */
static bool wait_for(struct round_thread *t, int64_t due_us)
{
    while (!bell_is_rung(&t->stop)) {
        int64_t now = clock_us();
        t->beat_us = now;
        round_do_job(t);
        if (now >= due_us)
            return true;
        (void)bell_wait_nudged(&t->stop, due_us < now + BEAT_US ? due_us : now + BEAT_US);
    }
    return false;
}

static void *run(void *who)
{
    struct round_thread *t = who;
    struct rounds *r = t->rounds;
    int64_t step_ms = round_step_ms(t);
    struct round_tick tick;

    stand_ready(t);
    tick =
        round_first_tick(r->limit == 1 ? MS_PER_S : step_ms); /* a snapshot is of its own second */
    for (unsigned done = 0; wait_for(t, tick.due_us); tick = round_next_tick(step_ms, &tick)) {
        round_walk(r, t->bus, tick.ms, clock_us() - tick.due_us);
        if (r->limit && ++done == r->limit)
            break;
    }
    round_close_box(t);
    t->is_over = true;
    r->done++;
    return NULL;
}

/* ---- starting and stopping --------------------------------------------------------------- */

/* A bus without devices has none. */
static int make_box(struct rounds *r, size_t bus)
{
    struct round_thread *t = &r->threads[r->count];
    bool is_made;

    *t = (struct round_thread){.rounds = r, .bus = bus};
    is_made = route_make(&t->route, r, bus);
    if (!is_made || !t->route.count) {
        route_done(&t->route);
        return is_made ? OK : ERR_FULL;
    }
    bell_init(&t->stop);
    lock_init(&t->lock, LOCK_BOX);
    condition_init(&t->moved);
    t->beat_us = clock_us();
    r->house->buses[bus].stop = &t->stop;
    r->house->buses[bus].beat_us = &t->beat_us;
    r->count++;
    return OK;
}

/* For top -H and debuggers: "bus roof", as much of it as fits. */
static int make_thread(struct round_thread *t)
{
    char name[NAME_BYTES];
    int rc;

    snprintf(name, sizeof name, "bus %.11s", t->rounds->house->buses[t->bus].name);
    t->is_running = true; /* before it runs, since it asks */
    rc = thread_begin(&t->thread, name, run, t);
    if (rc) {
        t->is_running = false;
        log_err(t->rounds->house->buses[t->bus].name, "no thread can be made for it");
    }
    return rc;
}

int rounds_prepare(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                   double every_s, bool *is_wanted, struct queue *news)
{
    int rc = OK;

    *r = (struct rounds){.house = house, .limit = limit, .depth = depth};
    r->every_s = every_s;
    r->is_wanted = is_wanted;
    r->owns_news = !news;
    r->news = news ? news : queue_new(sizeof(struct news), QUEUE_LENGTH);
    r->threads = calloc(house->plan->bus_count + 1, sizeof *r->threads);
    if (!r->news || !r->threads)
        return ERR_FULL;
    for (size_t i = 0; i < house->plan->bus_count && !rc; i++)
        rc = make_box(r, i);
    /* All of them are known before the first begins to look around. */
    for (size_t i = 0; i < r->count && !rc; i++)
        rc = make_thread(&r->threads[i]);
    return rc;
}

void rounds_begin(struct rounds *r)
{
    r->has_begun = true;
    for (size_t i = 0; i < r->count; i++)
        bell_nudge(&r->threads[i].stop);
}

int rounds_start(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                 double every_s, bool *is_wanted, struct queue *news)
{
    int rc = rounds_prepare(r, house, limit, depth, every_s, is_wanted, news);

    if (!rc)
        rounds_begin(r);
    return rc;
}

int rounds_next(struct rounds *r, struct news *to, int64_t wait_us)
{
    return queue_get(r->news, to, wait_us < FOREVER_US ? wait_us : FOREVER_US);
}

bool rounds_are_done(struct rounds *r)
{
    return r->done == r->count;
}

int64_t rounds_beat(const struct rounds *r)
{
    int64_t oldest = clock_us();

    for (size_t i = 0; i < r->count; i++)
        if (r->threads[i].is_running && r->threads[i].beat_us < oldest)
            oldest = r->threads[i].beat_us;
    return oldest;
}

bool rounds_has_bus(const struct rounds *r, size_t bus)
{
    const struct round_thread *t = round_thread_of(r, bus);

    return t && t->is_running && !t->is_leaving;
}

bool rounds_is_empty(const struct rounds *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->threads[i].is_running)
            return false;
    return true;
}

static void join(struct rounds *r, struct round_thread *t)
{
    if (!t->is_running)
        return;
    thread_join(t->thread);
    t->is_running = false;
    r->house->buses[t->bus].stop = NULL;
    r->house->buses[t->bus].beat_us = NULL;
}

void rounds_leave_bus(struct rounds *r, size_t bus)
{
    struct round_thread *t = round_thread_of(r, bus);

    if (!t)
        return;
    t->is_leaving = true;
    bell_ring(&t->stop);
}

bool rounds_reap(struct rounds *r)
{
    bool is_clear = true;

    for (size_t i = 0; i < r->count; i++) {
        if (r->threads[i].is_over)
            join(r, &r->threads[i]);
        is_clear &= !r->threads[i].is_leaving || !r->threads[i].is_running;
    }
    return is_clear;
}

void rounds_ring(struct rounds *r)
{
    for (size_t i = 0; i < r->count; i++)
        rounds_leave_bus(r, r->threads[i].bus);
}

void rounds_stop(struct rounds *r)
{
    rounds_ring(r);
    if (r->news && r->owns_news)
        queue_stop(r->news);
    for (size_t i = r->count; i-- > 0;) {
        join(r, &r->threads[i]);
        bell_done(&r->threads[i].stop);
        pthread_cond_destroy(&r->threads[i].moved);
        lock_done(&r->threads[i].lock);
        route_done(&r->threads[i].route);
    }
    free(r->threads);
    if (r->owns_news)
        queue_free(r->news);
    *r = (struct rounds){0};
}
