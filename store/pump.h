/*
 * A pump: the thread of one sink. It reads the store from the sink's own cursor, hands over
 * batches, and does what the verdicts ask for: go on, come back later, halve until the bad one is
 * found and set aside. While one batch travels, the next is filled.
 */
#ifndef STORE_PUMP_H
#define STORE_PUMP_H

#include "store/sink.h"
#include "store/store.h"

struct pump;

/* A sink never seen before begins with what is stored from now on. `view`: the house, for sinks
 * that tell how it is; NULL where there is no daemon. */
int pump_start(struct pump **to, struct store *store, const struct sink *sink, const char *name,
               const struct section *section, const char *site, const struct view *view) MUST_CHECK;

/* Delivers on until clock_us() `deadline_us` at most, then ends. What is left stays stored. */
void pump_stop(struct pump *p, int64_t deadline_us);

/* Waits until everything up to `seq` is delivered (or set aside); false when it takes longer, or
 * when `patience` is no use: the far side said LATER. */
bool pump_wait(struct pump *p, int64_t seq, int64_t deadline_us);

/* Waits until what was to be sent again has been. */
bool pump_wait_resends(struct pump *p, int64_t deadline_us);

/* What the sink left standing at the far side is taken back (store/sink.h): how many, or an error.
 */
int pump_purge(struct pump *p, int64_t deadline_us, char why[WHY_MAX]) MUST_CHECK;

/* What the sink would leave standing there (store/sink.h). */
int pump_show(struct pump *p, const char *device, show_fn *each, void *who,
              char why[WHY_MAX]) MUST_CHECK;

struct pump_state {
    const char *name;
    int64_t cursor, backlog; /* rows of the log it has not had yet, or that are not safe there */
    int64_t held;            /* of these: taken, and not safe yet */
    uint64_t delivered, aside, dropped, left_out, batches, failures, damaged, lost;
    bool is_alarm, is_later;
    char why[WHY_MAX]; /* of the last failure; "" when all is well */
};
void pump_state(struct pump *p, struct pump_state *to);
const struct section *pump_section(const struct pump *p);

#endif
