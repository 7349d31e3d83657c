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

/* The same in two steps: told to end, and looked after later. pump_stop is quick once it has. */
void pump_ask_stop(struct pump *p, int64_t deadline_us);
bool pump_has_ended(const struct pump *p);

/* Who uses a pump from another thread pins it first, so that it is not closed meanwhile, and lets
 * go soon when a wait below ends. */
void pump_pin(struct pump *p);
void pump_unpin(struct pump *p);

/* Tries again now, whatever pause it makes: somebody has mended something. */
void pump_nudge(struct pump *p);

/* Waits until everything up to `seq` is delivered (or set aside); false when the limit is over
 * first, or the pump ends. */
bool pump_wait(struct pump *p, int64_t seq, const struct limit *limit);

/* Waits likewise until what was to be sent again has been. */
bool pump_wait_resends(struct pump *p, const struct limit *limit);

/* Does its sink leave anything standing at the far side? */
bool pump_has_purge(const struct pump *p);

/* What the sink left standing at the far side is taken back (store/sink.h): how many, or an error.
 */
int pump_purge(struct pump *p, const struct limit *limit, char why[WHY_MAX]) MUST_CHECK;

/* What the sink would leave standing there (store/sink.h). */
int pump_show(struct pump *p, const char *device, show_fn *each, void *who,
              char why[WHY_MAX]) MUST_CHECK;

struct pump_state {
    char name[ORIGIN_NAME];
    int64_t cursor, backlog; /* rows of the log it has not had yet, or that are not safe there */
    int64_t held;            /* of these: taken, and not safe yet */
    uint64_t delivered, aside, dropped, left_out, batches, failures, damaged, lost;
    bool is_alarm, is_later;
    char why[WHY_MAX]; /* of the last failure; "" when all is well */
};
void pump_state(struct pump *p, struct pump_state *to);
const struct section *pump_section(const struct pump *p);

#endif
