/*
 * What cannot be true in a database: error codes written as measurements, values outside what the
 * metric can be, counters that lost a part and found it again. Pure: points go in, in the order of
 * their time, and findings come out. A field is judged by its name: one of the catalogue, or one of
 * the old program's, whatever layout is written today.
 */
#ifndef INFLUX_JUDGE_H
#define INFLUX_JUDGE_H

#include "influx/query.h"
#include "metrics/catalogue.h"

#define JUDGE_REASONS(X)                                                                           \
    X(CODE, "error code", "the old program's code for a failed read")                              \
    X(HALF, "half failed", "one half of a two-word number failed")                                 \
    X(PRODUCT, "of a failed read", "a product of numbers that were not read")                      \
    X(NEGATIVE, "negative", "cannot be below nothing")                                             \
    X(RANGE, "out of range", "outside what this can be")                                           \
    X(DIP, "counter dip", "a counter that fell and came back: a part of it was missing")           \
    X(SPIKE, "counter spike", "a counter that leapt up and came back")

enum judge_reason {
#define X(tag, word, text) JUDGE_##tag,
    JUDGE_REASONS(X)
#undef X
        JUDGE_REASON_COUNT
};
extern const char *const judge_words[JUDGE_REASON_COUNT], *const judge_texts[JUDGE_REASON_COUNT];

/* One field of one point that cannot be true. */
struct finding {
    uint32_t series, field; /* numbers in the judge's lists of names */
    int64_t at_ns;
    double value;
    enum judge_reason reason;
};

struct judge {
    char **series, **fields;
    uint32_t series_count, field_count;
    struct track *tracks; /* of counters, by series and field */
    size_t track_count, track_room;
    struct finding *findings;
    size_t count, room;
    uint64_t points, values;
    uint64_t anew; /* counters that began anew for good: reported, never touched */
    bool is_out_of_memory;
};

void judge_point(struct judge *j, const struct point *p);
void judge_end(struct judge *j);  /* what is undecided stays as it is */
void judge_sort(struct judge *j); /* findings by series and time, so that a point's lie together */
void judge_done(struct judge *j);

#endif
