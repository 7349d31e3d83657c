/* The bus threads (collector/rounds.h). */
#include "collector/rounds.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUEUE_LENGTH = 64, STACK_BYTES = 256 * 1024 };
static const int64_t LOAN_WAIT_US = 10000000, PUT_WAIT_US = 5000000, FOREVER_US = 3600000000,
                     BEAT_US = 4000000;

struct round_thread {
    struct rounds *rounds;
    size_t bus;
    pthread_t thread;
    bool is_running;
    struct bell stop;
    pthread_mutex_t lock; /* of the box */
    struct job *job;
    _Atomic int64_t beat_us;
    int64_t *last_ms; /* by device: the tick of its last round */
};

static bool is_mine(const struct rounds *r, size_t device, size_t bus)
{
    return r->house->plan->devices[device].bus == &r->house->plan->buses[bus] &&
           !r->house->plan->devices[device].is_heard_through &&
           (!r->is_wanted || r->is_wanted[device]);
}

static struct round_thread *thread_of(const struct rounds *r, size_t bus)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->threads[i].bus == bus)
            return &r->threads[i];
    return NULL;
}

static void tell(struct rounds *r, struct news *n)
{
    if (queue_put(r->news, n, PUT_WAIT_US) == ERR_FULL)
        log_warn(r->house->devices[n->device].name, "nobody takes the readings; one is dropped");
}

const char *news_name(const struct news *n, char *to, size_t size)
{
    const char *name = n->from->house->devices[n->device].name;

    snprintf(to, size, "%s%s%s", name, *n->unit ? "-" : "", n->unit);
    return to;
}

size_t rounds_buses(const struct rounds *r)
{
    return r->count;
}

double device_every_s(const struct rounds *r, size_t device)
{
    const struct plan_device *d = &r->house->plan->devices[device];
    double own = section_number(d->section, "every");

    if (r->every_s > 0)
        return r->every_s;
    return own > 0 ? own : section_number(d->bus->section, "every");
}

/* The bus goes as often as the most often asked of its devices. */
static double bus_every_s(const struct rounds *r, size_t bus)
{
    double least = 0;

    for (size_t i = 0; i < r->house->plan->device_count; i++) {
        double every = is_mine(r, i, bus) ? device_every_s(r, i) : 0;
        if (every > 0 && (!(least > 0) || every < least))
            least = every;
    }
    return least > 0 ? least : section_number(r->house->plan->buses[bus].section, "every");
}

/* A device with a pause of its own is passed over until its tick comes. */
static bool is_due(const struct rounds *r, size_t device, size_t bus, int64_t tick_ms)
{
    const struct round_thread *t = thread_of(r, bus);
    int64_t own_ms = (int64_t)(device_every_s(r, device) * MS_PER_S);
    int64_t bus_ms = (int64_t)(bus_every_s(r, bus) * MS_PER_S);

    if (!t || own_ms <= bus_ms || !t->last_ms[device] || tick_ms < t->last_ms[device])
        return true;
    return tick_ms - t->last_ms[device] >= own_ms - bus_ms / 2;
}

/* The units behind a device follow it, each with a reading of its own. On return *n is the last
 * one, not told yet: only now it is known that nothing follows. */
static void walk_others(struct rounds *r, struct device *d, struct news *n)
{
    bool is_last = n->is_last;

    n->is_last = false;
    for (unsigned which = 0;; which++) {
        struct news unit = *n;
        struct identity who = {0};
        unit.reading = (struct reading){.round_ms = n->reading.round_ms, .device = n->device};
        if (d->driver->others(d, which, &unit.reading, &who))
            break;
        tell(r, n);
        snprintf(unit.unit, sizeof unit.unit, "%s", who.serial);
        unit.is_total = who.is_total;
        unit.driver = who.driver;
        unit.result = who.driver ? who.result : n->result;
        unit.lacking = who.lacking;
        unit.heard_us = clock_us();
        *n = unit;
    }
    n->counts = d->bus->counts;
    n->is_last = is_last;
}

/* Whether everybody on this wire sleeps, or would: then nobody misses it. */
static bool is_excused(const struct rounds *r, size_t bus)
{
    bool is_anybody = false;

    for (size_t i = 0; i < r->house->plan->device_count; i++) {
        if (!is_mine(r, i, bus))
            continue;
        if (!silence_is_excused(&r->house->devices[i]))
            return false;
        is_anybody = true;
    }
    return is_anybody;
}

static int borrow(struct rounds *r, size_t at)
{
    struct bus *bus = &r->house->buses[at];
    int rc;

    bus->is_excused = is_excused(r, at);
    rc = bus_borrow(bus, LOAN_WAIT_US);
    if (!rc)
        complaint_over(&bus->trouble, bus->name, "the line is back");
    else if (bus->is_excused && silence_is_absence(rc))
        bus->trouble = (struct complaint){0}; /* its devices say what there is to say */
    else
        complain(&bus->trouble, bus->name, error_text(rc));
    return rc;
}

void round_walk(struct rounds *r, size_t at, int64_t tick_ms, int64_t late_us)
{
    const struct plan *plan = r->house->plan;
    struct bus *bus = &r->house->buses[at];
    struct round_thread *t = thread_of(r, at);
    size_t last = plan->device_count;
    int lent = borrow(r, at);

    for (size_t i = 0; i < plan->device_count; i++)
        if (is_mine(r, i, at) && is_due(r, i, at, tick_ms))
            last = i;
    for (size_t i = 0; i < plan->device_count && !(t && bell_is_rung(&t->stop)); i++) {
        struct news n = {.from = r,
                         .device = (uint16_t)i,
                         .result = lent,
                         .is_last = i == last,
                         .bus = at,
                         .late_us = late_us};
        if (!is_mine(r, i, at) || !is_due(r, i, at, tick_ms))
            continue;
        int64_t begun = clock_us();
        n.reading.round_ms = tick_ms;
        n.reading.device = (uint16_t)i;
        struct device *d = &r->house->devices[i];
        n.result =
            lent ? silence_note_line(d, lent) : device_round(d, r->depth, tick_ms, &n.reading);
        n.heard_us = clock_us();
        n.took_us = n.heard_us - begun;
        n.counts = bus->counts;
        n.lacking = device_lacking(d);
        n.address = d->address;
        snprintf(n.serial, sizeof n.serial, "%s", d->identity.serial);
        snprintf(n.model, sizeof n.model, "%s", d->identity.model);
        snprintf(n.firmware, sizeof n.firmware, "%s", d->identity.firmware);
        if (!lent && !n.result && d->driver->others)
            walk_others(r, d, &n);
        if (t) {
            t->last_ms[i] = tick_ms;
            t->beat_us = clock_us();
        }
        tell(r, &n);
    }
    if (!lent)
        bus_return(bus);
}

/* ---- the thread -------------------------------------------------------------------------- */

static void do_job(struct round_thread *t)
{
    pthread_mutex_lock(&t->lock);
    struct job *job = t->job;
    t->job = NULL;
    pthread_mutex_unlock(&t->lock);
    if (!job)
        return;
    job->result = job->run(t->rounds, t->bus, job->to);
    job->is_done = true;
}

/* Waits for the tick; does jobs meanwhile. False: the end. */
static bool wait_for(struct round_thread *t, int64_t due_us)
{
    while (!bell_is_rung(&t->stop)) {
        int64_t now = clock_us();
        t->beat_us = now;
        do_job(t);
        if (now >= due_us)
            return true;
        (void)bell_wait_nudged(&t->stop, due_us < now + BEAT_US ? due_us : now + BEAT_US);
    }
    return false;
}

/*
 * Ticks stand on the wall clock, so that all buses of one pace go together and restarts do not
 * shift them: every = 10 means :00, :10, :20. Waiting is by the steady clock, and the next tick is
 * reckoned anew each time, so a clock that is set costs at most one step.
 */
struct tick {
    int64_t ms, due_us;
};

static struct tick next_tick(int64_t step_ms, const struct tick *before)
{
    int64_t wall = clock_wall_ms(), now = clock_us();
    int64_t ms = wall - wall % step_ms + step_ms;

    if (before && ms == before->ms) /* the clock ran a hair ahead of the wait */
        ms += step_ms;
    return (struct tick){ms, now + (ms - wall) * US_PER_MS};
}

static struct tick first_tick(int64_t step_ms)
{
    int64_t wall = clock_wall_ms();

    return (struct tick){step_ms >= MS_PER_S ? wall - wall % step_ms : wall, clock_us()};
}

static void *run(void *who)
{
    struct round_thread *t = who;
    struct rounds *r = t->rounds;
    int64_t step_ms = (int64_t)(bus_every_s(r, t->bus) * MS_PER_S);
    struct tick tick;

    step_ms = step_ms > 0 ? step_ms : 1;
    tick = first_tick(r->limit == 1 ? MS_PER_S : step_ms); /* a snapshot is of its own second */
    for (unsigned done = 0; wait_for(t, tick.due_us); tick = next_tick(step_ms, &tick)) {
        round_walk(r, t->bus, tick.ms, clock_us() - tick.due_us);
        if (r->limit && ++done == r->limit)
            break;
    }
    do_job(t); /* who waits for it must not wait in vain */
    r->done++;
    return NULL;
}

/* ---- starting and stopping --------------------------------------------------------------- */

static bool has_devices(const struct rounds *r, size_t bus)
{
    for (size_t i = 0; i < r->house->plan->device_count; i++)
        if (is_mine(r, i, bus))
            return true;
    return false;
}

static int make_thread(struct rounds *r, size_t bus)
{
    struct round_thread *t = &r->threads[r->count];

    *t = (struct round_thread){.rounds = r, .bus = bus};
    bell_init(&t->stop);
    pthread_mutex_init(&t->lock, NULL);
    t->beat_us = clock_us();
    t->last_ms = calloc(r->house->plan->device_count + 1, sizeof *t->last_ms);
    r->house->buses[bus].stop = &t->stop;
    r->house->buses[bus].beat_us = &t->beat_us;
    r->count++;
    return t->last_ms ? OK : ERR_FULL;
}

/* For top -H and debuggers: "bus roof", as much of it as fits. */
static void name_thread(struct round_thread *t)
{
    char name[16];

    snprintf(name, sizeof name, "bus %.11s", t->rounds->house->buses[t->bus].name);
    pthread_setname_np(t->thread, name);
}

int rounds_start(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                 double every_s, bool *is_wanted, struct queue *news)
{
    pthread_attr_t small;
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
        if (has_devices(r, i))
            rc = make_thread(r, i);
    /* All of them are known before the first begins to look around. */
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    for (size_t i = 0; i < r->count && !rc; i++) {
        struct round_thread *t = &r->threads[i];
        t->is_running = true;
        if (pthread_create(&t->thread, &small, run, t)) {
            t->is_running = false;
            rc = ERR_SYSTEM;
        } else {
            name_thread(t);
        }
    }
    pthread_attr_destroy(&small);
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
    const struct round_thread *t = thread_of(r, bus);

    return t && t->is_running;
}

static void end_thread(struct rounds *r, struct round_thread *t)
{
    if (!t->is_running)
        return;
    bell_ring(&t->stop);
    pthread_join(t->thread, NULL);
    t->is_running = false;
    r->house->buses[t->bus].stop = NULL;
    r->house->buses[t->bus].beat_us = NULL;
}

void rounds_stop_bus(struct rounds *r, size_t bus)
{
    struct round_thread *t = thread_of(r, bus);

    if (t)
        end_thread(r, t);
}

void rounds_ring(struct rounds *r)
{
    for (size_t i = 0; i < r->count; i++)
        bell_ring(&r->threads[i].stop);
}

int rounds_post(struct rounds *r, size_t bus, struct job *job)
{
    struct round_thread *t = thread_of(r, bus);

    if (!t || !t->is_running)
        return ERR_ABSENT;
    job->is_done = false;
    pthread_mutex_lock(&t->lock);
    bool is_posted = !t->job;
    if (is_posted)
        t->job = job;
    pthread_mutex_unlock(&t->lock);
    if (!is_posted)
        return ERR_BUSY;
    bell_nudge(&t->stop);
    return OK;
}

bool rounds_take_back(struct rounds *r, size_t bus, struct job *job)
{
    struct round_thread *t = thread_of(r, bus);
    bool is_back;

    if (!t)
        return true;
    pthread_mutex_lock(&t->lock);
    is_back = t->job == job;
    if (is_back)
        t->job = NULL;
    pthread_mutex_unlock(&t->lock);
    return is_back;
}

int rounds_do(struct rounds *r, size_t bus, struct job *job, int64_t wait_us)
{
    int64_t until = clock_us() + wait_us;
    int rc;

    while ((rc = rounds_post(r, bus, job)) == ERR_BUSY && clock_us() <= until)
        clock_sleep_us(5000);
    if (rc)
        return rc;
    while (!job->is_done) {
        if (clock_us() > until && rounds_take_back(r, bus, job))
            return ERR_BUSY;
        clock_sleep_us(2000);
    }
    return job->result;
}

void rounds_stop(struct rounds *r)
{
    rounds_ring(r);
    if (r->news && r->owns_news)
        queue_stop(r->news);
    for (size_t i = r->count; i-- > 0;) {
        end_thread(r, &r->threads[i]);
        bell_done(&r->threads[i].stop);
        pthread_mutex_destroy(&r->threads[i].lock);
        free(r->threads[i].last_ms);
    }
    free(r->threads);
    if (r->owns_news)
        queue_free(r->news);
    *r = (struct rounds){0};
}
