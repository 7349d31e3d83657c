/*
 * One thread a bus, because a bus is exactly what cannot do two things at once. Each round it
 * borrows its wire, asks its devices in turn, gives the wire back, and hands over the readings.
 */
#ifndef COLLECTOR_ROUNDS_H
#define COLLECTOR_ROUNDS_H

#include "base/bell.h"
#include "base/queue.h"
#include "collector/house.h"

/* What a bus thread tells: one device's round. */
struct news {
    uint16_t device;
    int result;
    int64_t took_us;
    bool is_last; /* of this bus, in this round */
    size_t bus;
    struct bus_counts counts; /* what the bus has seen so far */
    struct reading reading;
};

struct rounds {
    struct house *house;
    struct queue *news;
    struct bell stop;
    enum depth depth;
    unsigned limit;  /* rounds to make; 0: for ever */
    double every_s;  /* 0: as each bus says */
    bool *is_wanted; /* by device; NULL: all */
    struct round_thread *threads;
    size_t count;
    _Atomic unsigned done; /* threads that have ended */
};

int rounds_start(struct rounds *r, struct house *house, unsigned limit, enum depth depth,
                 double every_s, bool *is_wanted) MUST_CHECK;
void rounds_stop(struct rounds *r); /* at most one exchange later; joins and frees */

/* The next news; ERR_TIMEOUT after wait_us, ERR_STOPPED when all rounds are done. */
int rounds_next(struct rounds *r, struct news *to, int64_t wait_us) MUST_CHECK;

/* Every thread has made its rounds: what is not in the queue now will not come. */
bool rounds_are_done(struct rounds *r);

/* One round of one bus, in this thread. */
void round_walk(struct rounds *r, size_t bus);

#endif
