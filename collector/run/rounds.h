/*
 * One thread a bus, because a bus is exactly what cannot do two things at once. Each round it
 * borrows its wire, asks its devices in turn, gives the wire back, and hands over the readings.
 * Between rounds it does what somebody put into its box: a command, a round out of turn.
 */
#ifndef COLLECTOR_ROUNDS_H
#define COLLECTOR_ROUNDS_H

#include "base/bell.h"
#include "base/limit.h"
#include "base/queue.h"
#include "collector/run/house.h"

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
    bool is_told;               /* no round: what it shows of settings that were just told */
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
    _Atomic bool has_begun; /* before that its threads stand ready, and touch no wire */
    _Atomic unsigned done;  /* threads that have ended */
};

/* Everything that may fail: memory, threads. They stand ready until rounds_begin. `news` NULL: a
 * queue of its own. After an error rounds_stop frees what there is. */
int rounds_prepare(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                   double every_s, bool *is_wanted, struct queue *news) MUST_CHECK;
void rounds_begin(struct rounds *r);

/* Both. */
int rounds_start(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                 double every_s, bool *is_wanted, struct queue *news) MUST_CHECK;
void rounds_stop(struct rounds *r); /* at most one exchange later; joins and frees */

/* One bus less: its thread is told to end after the exchange in hand. rounds_reap looks after it:
 * true when no thread that was told so is left. */
void rounds_leave_bus(struct rounds *r, size_t bus);
bool rounds_reap(struct rounds *r);

/* Is a thread at work on it that goes on? Is there any at all? */
bool rounds_has_bus(const struct rounds *r, size_t bus);
bool rounds_is_empty(const struct rounds *r);

/* Tells every thread to end, without waiting. */
void rounds_ring(struct rounds *r);

/* Puts a job into the box of a bus and waits for its end. ERR_BUSY: it was over with the limit
 * before the job had begun; what has begun is waited for. */
int rounds_do(struct rounds *r, size_t bus, struct job *job, const struct limit *limit) MUST_CHECK;

/* Its parts. The job is the thread's until `is_done`, or until it is taken back, which succeeds
 * only before it has begun. rounds_post does not wait: ERR_BUSY when the box is taken. rounds_await
 * is true when the job is done; a limit of NULL waits for that. rounds_finish takes it back when
 * the limit is over, or waits for what has begun. */
int rounds_put(struct rounds *r, size_t bus, struct job *job, const struct limit *limit) MUST_CHECK;
int rounds_post(struct rounds *r, size_t bus, struct job *job) MUST_CHECK;
int rounds_finish(struct rounds *r, size_t bus, struct job *job,
                  const struct limit *limit) MUST_CHECK;
bool rounds_await(struct rounds *r, size_t bus, struct job *job, const struct limit *limit);
bool rounds_take_back(struct rounds *r, size_t bus, struct job *job);

/* The next news; ERR_TIMEOUT after wait_us, ERR_STOPPED when all rounds are done. */
int rounds_next(struct rounds *r, struct news *to, int64_t wait_us) MUST_CHECK;

/* Every thread has made its rounds: what is not in the queue now will not come. */
bool rounds_are_done(struct rounds *r);

/* When each thread last showed that it lives: the oldest of them, as clock_us(). */
int64_t rounds_beat(const struct rounds *r);

/* One round of one bus, in this thread; `tick_ms` is the time all its readings get. */
void round_walk(struct rounds *r, size_t bus, int64_t tick_ms, int64_t late_us);

/* Whose section it has in the plan: that of the unit, or of the device it was heard through. */
size_t news_place(const struct news *n);

/* What a reading's owner is called: as its section, or else `<device>-<unit>`. */
const char *news_name(const struct news *n, char *to, size_t size);

/* How many buses have something to ask: as many last news come a round. */
size_t rounds_buses(const struct rounds *r);

/* From one round of a device to the next. */
double device_every_s(const struct rounds *r, size_t device);

#endif
