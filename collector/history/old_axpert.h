/*
 * What two older programs kept of an Axpert: lines of a text log, and rows of a table. Both hold
 * the words of its status answer (QPIGS), in their order; here they become readings.
 *
 *   2020-08-23 17:14:33.243004,233.8 49.9 233.8 49.9 0210 0138 004 418 52.00 000 100 0048 0000 ...
 *
 * Two writers on one port left answers behind in each other's way, so a line is believed only when
 * every word has its own form. Pure: no file is opened here.
 */
#ifndef COLLECTOR_OLD_AXPERT_H
#define COLLECTOR_OLD_AXPERT_H

#include "metrics/reading.h"

#include <stddef.h>
#include <stdint.h>

/*      tag       is it a reading, what is said of it */
#define OLD_CLASSES(X)                                                                             \
    X(TAKEN, true, "whole")                                                                        \
    X(RESYNCED, true, "whole behind a joined answer")                                              \
    X(HEADER, false, "header")                                                                     \
    X(EMPTY, false, "empty")                                                                       \
    X(ZERO, false, "all zero")                                                                     \
    X(NAK, false, "NAK")                                                                           \
    X(CONTROL, false, "with control bytes or padding")                                             \
    X(JOINED, false, "joined and not whole")                                                       \
    X(CUT, false, "cut short or out of form")                                                      \
    X(NO_TIME, false, "without a time")

enum old_class {
#define X(tag, is_reading, text) OLD_##tag,
    OLD_CLASSES(X)
#undef X
        OLD_CLASS_COUNT
};

struct old_class_info {
    bool is_reading;
    const char *text;
};
extern const struct old_class_info old_classes[OLD_CLASS_COUNT];

enum { OLD_WORDS = 21, OLD_WORDS_LEAST = 17, OLD_WORDS_MOST = 32 };

struct old_log {
    int64_t last_ms;  /* the time of the line before: which of two equal hours this is */
    unsigned longest; /* the most words an answer had: fewer are a cut answer */
    uint64_t lines[OLD_CLASS_COUNT];
    uint64_t left_out[METRIC_COUNT]; /* numbers that cannot be true */
};

/* The metrics readings may have, M_NONE at the end. */
extern const enum metric old_metrics[];

/* One line of a log, without or with its end; it is taken apart in place. Counts its class. */
enum old_class old_line(struct old_log *log, char *line, size_t length, struct reading *to);

/* Words as texts, NULL or "None" where there is none; what follows from them is added. */
void old_words(struct old_log *log, const char *const *words, unsigned count, struct reading *to);

#endif
