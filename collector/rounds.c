/* The bus threads (collector/rounds.h). */
#include "collector/rounds.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

enum { QUEUE_LENGTH = 64, STACK_BYTES = 256 * 1024 };
static const int64_t LOAN_WAIT_US = 10000000, PUT_WAIT_US = 5000000, FOREVER_US = 3600000000;

struct round_thread {
    struct rounds *rounds;
    size_t bus;
    pthread_t thread;
    bool is_running;
};

static bool is_mine(const struct rounds *r, size_t device, size_t bus)
{
    return r->house->plan->devices[device].bus == &r->house->plan->buses[bus] &&
           (!r->is_wanted || r->is_wanted[device]);
}

static void tell(struct rounds *r, struct news *n)
{
    if (queue_put(r->news, n, PUT_WAIT_US) == ERR_FULL)
        log_warn(r->house->devices[n->device].name, "nobody takes the readings; one is dropped");
}

/* The tick all devices of a round share, so that their readings line up. */
static int64_t tick_ms(double every_s)
{
    int64_t step = (int64_t)(every_s * MS_PER_S), now = clock_wall_ms();

    return step >= MS_PER_S ? now - now % step : now;
}

void round_walk(struct rounds *r, size_t at)
{
    const struct plan *plan = r->house->plan;
    struct bus *bus = &r->house->buses[at];
    double every_s = r->every_s > 0 ? r->every_s : section_number(bus->section, "every");
    int64_t round_ms = tick_ms(every_s);
    size_t last = plan->device_count;
    int lent = bus_borrow(bus, LOAN_WAIT_US);

    if (lent)
        complain(&bus->trouble, bus->name, error_text(lent));
    else
        complaint_over(&bus->trouble, bus->name, "the line is back");
    for (size_t i = 0; i < plan->device_count; i++)
        if (is_mine(r, i, at))
            last = i;
    for (size_t i = 0; i < plan->device_count && !bell_is_rung(&r->stop); i++) {
        struct news n = {.device = (uint16_t)i, .result = lent, .is_last = i == last, .bus = at};
        if (!is_mine(r, i, at))
            continue;
        int64_t begun = clock_us();
        n.reading.round_ms = round_ms;
        n.reading.device = (uint16_t)i;
        if (!lent)
            n.result = device_round(&r->house->devices[i], r->depth, round_ms, &n.reading);
        n.took_us = clock_us() - begun;
        n.counts = bus->counts;
        tell(r, &n);
    }
    if (!lent)
        bus_return(bus);
}

static void *run(void *who)
{
    struct round_thread *t = who;
    struct rounds *r = t->rounds;
    const struct bus *bus = &r->house->buses[t->bus];
    double every_s = r->every_s > 0 ? r->every_s : section_number(bus->section, "every");
    int64_t due = clock_us(), step = (int64_t)(every_s * 1e6);

    for (unsigned done = 0; !bell_is_rung(&r->stop); due += step) {
        if (bell_wait_until(&r->stop, due))
            break;
        round_walk(r, t->bus);
        if (r->limit && ++done == r->limit)
            break;
        if (clock_us() > due + step) /* a round took longer than its step: skip, do not chase */
            due = clock_us() - step;
    }
    r->done++;
    return NULL;
}

static bool has_devices(const struct rounds *r, size_t bus)
{
    for (size_t i = 0; i < r->house->plan->device_count; i++)
        if (is_mine(r, i, bus))
            return true;
    return false;
}

int rounds_start(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                 double every_s, bool *is_wanted)
{
    pthread_attr_t small;
    int rc = OK;

    *r = (struct rounds){.house = house, .limit = limit, .depth = depth};
    r->every_s = every_s;
    r->is_wanted = is_wanted;
    bell_init(&r->stop);
    r->news = queue_new(sizeof(struct news), QUEUE_LENGTH);
    r->threads = calloc(house->plan->bus_count + 1, sizeof *r->threads);
    if (!r->news || !r->threads)
        return ERR_FULL;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    for (size_t i = 0; i < house->plan->bus_count && !rc; i++) {
        if (!has_devices(r, i))
            continue;
        struct round_thread *t = &r->threads[r->count];
        house->buses[i].stop = &r->stop;
        *t = (struct round_thread){.rounds = r, .bus = i};
        t->is_running = pthread_create(&t->thread, &small, run, t) == 0;
        rc = t->is_running ? OK : ERR_SYSTEM;
        r->count++;
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

void rounds_stop(struct rounds *r)
{
    bell_ring(&r->stop);
    if (r->news)
        queue_stop(r->news);
    for (size_t i = r->count; i-- > 0;)
        if (r->threads[i].is_running)
            pthread_join(r->threads[i].thread, NULL);
    for (size_t i = 0; i < r->house->plan->bus_count; i++)
        r->house->buses[i].stop = NULL;
    free(r->threads);
    queue_free(r->news);
    bell_done(&r->stop);
    *r = (struct rounds){0};
}
