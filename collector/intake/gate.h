/*
 * The gate between decoding and everything else: never publish a value you cannot defend. What
 * cannot be true is withheld and counted by reason; missing is missing.
 */
#ifndef COLLECTOR_GATE_H
#define COLLECTOR_GATE_H

#include "metrics/reading.h"

#include <stdint.h>

/* Why a number was withheld. */
#define GATE_REASONS(X)                                                                            \
    X(RANGE, "range", "outside what the metric can be")                                            \
    X(PEAK, "peak", "more power than the device can make")                                         \
    X(JUMP, "jump", "jumped further than a plant can, and was not confirmed")                      \
    X(COUNTER, "counter", "a lifetime counter went back, or grew faster than it can")              \
    X(FRAME, "frame", "stood in one answer with a number that cannot be")

enum gate_reason {
#define X(tag, word, text) GATE_##tag,
    GATE_REASONS(X)
#undef X
        GATE_REASON_COUNT
};
extern const char *const gate_words[GATE_REASON_COUNT], *const gate_texts[GATE_REASON_COUNT];

struct gate; /* of one device; its memory grows with the metrics the device has */

struct gate *gate_new(const char *who, double peak_w); /* peak_w 0: unknown */
void gate_free(struct gate *g);

/* Takes out of the reading what must not be published, and makes totals of counters: what replaced
 * units had counted is in them. `now_us` is clock_us(): jumps are judged
 * by the time that really passed, whatever the wall clock does. */
void gate_pass(struct gate *g, struct reading *r, int64_t now_us);

uint64_t gate_count(const struct gate *g, enum gate_reason why);

/*
 * Lifetime counters across restarts and replaced units: what the device last said, and the carry
 * (what earlier units had counted). The keeper stores them and hands them back at start.
 */
struct gate_counter {
    enum metric metric;
    double last, carry;
    int64_t heard_us; /* by clock_us(), which may lie before it began; 0: not known */
};
void gate_restore(struct gate *g, const struct gate_counter *c);

/* The counters whose last or carry changed since it was asked before. Returns how many. */
unsigned gate_changed(struct gate *g, struct gate_counter *to, unsigned room);
double gate_total(const struct gate *g, enum metric m); /* what was last told of it */

/* What is heard from now on is another unit, by its own word. */
void gate_meet_other(struct gate *g);

/* A counter was believed to have begun anew (a replaced unit): "" or the sentence for the event
 * log, once. */
const char *gate_news(struct gate *g);

#endif
