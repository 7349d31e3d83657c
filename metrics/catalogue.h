/*
 * The words we use: units, state words and metrics, each declared in one row of a .def list and
 * turned here into enums, tables and look-ups. It holds words and numbers, no behaviour.
 */
#ifndef METRICS_CATALOGUE_H
#define METRICS_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit {
#define UNIT(tag, ...) UNIT_##tag,
#include "metrics/units.def"
#undef UNIT
    UNIT_COUNT
};

struct unit_info {
    const char *symbol, *prometheus;
    double to_base;
    const char *ha_class;
};

/* What a number is, and so how it may move. */
enum kind {
    GAUGE,   /* as it is now */
    COUNTER, /* since new: only grows */
    DAILY,   /* since midnight, the first of the month or of the year: may fall to near 0 */
    NET,     /* a signed running sum */
    LABEL,   /* a code with words */
    FLAGS,   /* bits with words */
    SWITCH,  /* 0 or 1 */
    SETTING  /* a rating, or what somebody set */
};

/* How the values of parallel devices become one. */
enum fold { NONE, SUM, MEAN, LOW, HIGH, EITHER };

enum words {
    NO_WORDS,
#define WORDS(set) WORDS_##set,
#define WORD(...)
#include "metrics/labels.def"
#undef WORD
#undef WORDS
    WORDS_COUNT
};

/* CHARGE_STAGE_FLOAT and its like: codes of labels, bit numbers of flags. */
enum word_code {
#define WORDS(set)
#define WORD(set, code, tag, text) set##_##tag = (code),
#include "metrics/labels.def"
#undef WORD
#undef WORDS
};

enum metric {
    M_NONE,
#define METRIC(tag, ...) M_##tag,
#include "metrics/metrics.def"
#undef METRIC
    METRIC_COUNT
};

struct metric_info {
    const char *name;
    enum unit unit;
    enum kind kind;
    enum fold fold;
    double least, most; /* what can be true at all */
    enum words words;
    const char *ha_class; /* "*": the unit's own; NULL: none */
    const char *help;
};

extern const struct unit_info units[UNIT_COUNT];
extern const struct metric_info catalogue[METRIC_COUNT];
extern const char *const fold_names[], *const kind_names[];

enum metric metric_find(const char *name);            /* M_NONE when there is none */
const char *words_text(enum words set, int code);     /* NULL when there is none */
int words_find(enum words set, const char *text);     /* code, or -1 */
bool metric_is_possible(enum metric m, double value); /* inside its range, and a number */
void metric_say(enum metric m, double value, char *to, size_t size); /* "26.1 V", "float" */

#endif
