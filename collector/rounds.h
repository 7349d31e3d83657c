/*
 * One thread a bus, because a bus is exactly what cannot do two things at once. Each round it
 * borrows its wire, asks its devices in turn, gives the wire back, and hands over the readings.
 * Between rounds it does what somebody put into its box: a command, a round out of turn.
 */
#ifndef COLLECTOR_ROUNDS_H
#define COLLECTOR_ROUNDS_H

#include "base/bell.h"
#include "base/queue.h"
#include "collector/house.h"

struct rounds;

/* What a bus thread tells: one device's round. */
struct news {
    struct rounds *from;
    uint16_t device; /* of that house's plan */
    uint8_t address; /* it may be found out on the wire */
    int result;
    int64_t took_us, heard_us;  /* clock_us() when it was complete */
    int64_t late_us;            /* how long after its tick the round began */
    bool is_last;               /* of this bus, in this round */
    char serial[IDENTITY_TEXT]; /* of the device, where it is known; so are the next two */
    char model[IDENTITY_TEXT], firmware[IDENTITY_TEXT];
    char unit[IDENTITY_TEXT];    /* another unit, heard through the device; "" for itself */
    const struct driver *driver; /* of the unit */
    bool is_total;               /* no unit, but all of them together */
    uint64_t lacking;            /* blocks this model does not know, by bits */
    size_t bus;
    struct bus_counts counts; /* what the bus has seen so far */
    struct reading reading;
};

/* Something to do in a bus's own thread; who waits for it owns it. */
struct job {
    int (*run)(struct rounds *r, size_t bus, void *to);
    void *to;
    int result;
    _Atomic bool is_done;
};

struct rounds {
    struct house *house;
    struct queue *news; /* its own, or one shared by several */
    bool owns_news;
    enum depth depth;
    unsigned limit;  /* rounds to make; 0: for ever */
    double every_s;  /* 0: as each bus says */
    bool *is_wanted; /* by device; NULL: all */
    struct round_thread *threads;
    size_t count;
    _Atomic unsigned done; /* threads that have ended */
};

/* `news` NULL: a queue of its own. */
int rounds_start(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                 double every_s, bool *is_wanted, struct queue *news) MUST_CHECK;
void rounds_stop(struct rounds *r); /* at most one exchange later; joins and frees */

/* One bus less: its thread ends after the exchange in hand. */
void rounds_stop_bus(struct rounds *r, size_t bus);
bool rounds_has_bus(const struct rounds *r, size_t bus);

/* Tells every thread to end, without waiting. */
void rounds_ring(struct rounds *r);

/* Posts a job to a bus and waits; ERR_BUSY when the box is taken or the wait was too short. */
int rounds_do(struct rounds *r, size_t bus, struct job *job, int64_t wait_us) MUST_CHECK;

/* The same without waiting: `is_done` says when. The job is the thread's until then, or until it is
 * taken back, which succeeds only before it has begun. ERR_BUSY: the box is taken. */
int rounds_post(struct rounds *r, size_t bus, struct job *job) MUST_CHECK;
bool rounds_take_back(struct rounds *r, size_t bus, struct job *job);

/* The next news; ERR_TIMEOUT after wait_us, ERR_STOPPED when all rounds are done. */
int rounds_next(struct rounds *r, struct news *to, int64_t wait_us) MUST_CHECK;

/* Every thread has made its rounds: what is not in the queue now will not come. */
bool rounds_are_done(struct rounds *r);

/* When each thread last showed that it lives: the oldest of them, as clock_us(). */
int64_t rounds_beat(const struct rounds *r);

/* One round of one bus, in this thread; `tick_ms` is the time all its readings get. */
void round_walk(struct rounds *r, size_t bus, int64_t tick_ms, int64_t late_us);

/* What a reading's owner is called: the device, or `<device>-<unit>`. */
const char *news_name(const struct news *n, char *to, size_t size);

/* How many buses have something to ask: as many last news come a round. */
size_t rounds_buses(const struct rounds *r);

/* From one round of a device to the next. */
double device_every_s(const struct rounds *r, size_t device);

#endif
