/* Between the rooms of the bus threads: the threads, one round (round.c), the box (round_box.c). */
#ifndef COLLECTOR_ROUNDS_INSIDE_H
#define COLLECTOR_ROUNDS_INSIDE_H

#include "base/lock.h"

#include "collector/run/rounds.h"

#include <pthread.h>

/* Whom a bus asks, in this order, and how often: what the settings say is looked up once. */
struct route {
    struct stop {
        size_t device;
        int64_t every_ms, last_ms; /* the tick of its last round */
    } * stops;
    size_t count;
    int64_t every_ms; /* the bus goes as often as the most often asked of its devices */
};

struct round_thread {
    struct rounds *rounds;
    size_t bus;
    pthread_t thread;
    _Atomic bool is_running;          /* there is one that nobody has joined yet */
    _Atomic bool is_leaving, is_over; /* it was told to end; it has */
    struct bell stop;
    struct lock lock; /* of the box: the next three, and the end of every job */
    pthread_cond_t moved;
    struct job *job;
    bool is_box_closed; /* takes no more */
    _Atomic int64_t beat_us;
    struct route route;
};

/* Of nobody where the bus has no devices; false: no memory. */
bool route_make(struct route *to, const struct rounds *r, size_t bus);
void route_done(struct route *route);

/* NULL: nobody is on this bus. */
struct round_thread *round_thread_of(const struct rounds *r, size_t bus);

/*
 * Ticks stand on the wall clock, so that all buses of one pace go together and restarts do not
 * shift them: every = 10 means :00, :10, :20. Waiting is by the steady clock, and the next tick is
 * reckoned anew each time, so a clock that is set costs at most one step.
 */
struct round_tick {
    int64_t ms, due_us;
};

/* `before`: the one that was; NULL: none. */
struct round_tick round_next_tick(int64_t step_ms, const struct round_tick *before);
struct round_tick round_first_tick(int64_t step_ms);
int64_t round_step_ms(const struct round_thread *t);

/* What waits in the box is done, if anything does; the last time nothing is taken afterwards. */
void round_do_job(struct round_thread *t);
void round_close_box(struct round_thread *t);

#endif
