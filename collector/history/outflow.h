/* History going out: rows of the log as CSV or JSON Lines, as they are or by steps of time. */
#ifndef COLLECTOR_OUTFLOW_H
#define COLLECTOR_OUTFLOW_H

#include "store/reader.h"

#include <stdio.h>

/* In which column each number of a set of names goes: found once, used for all its rows. */
struct outflow_map {
    int shape;
    unsigned count, unseen; /* names; those of them without a number so far */
    uint16_t column[READING_MAX];
    bool is_seen[READING_MAX];
};

struct outflow {
    FILE *to;
    bool is_json;
    bool is_by_date;  /* rows are days: a date instead of a time */
    int64_t every_ms; /* 0: every row as it is */
    enum metric columns[METRIC_COUNT];
    size_t column_count;
    const char *titles[METRIC_COUNT]; /* by metric: the name that was asked for; NULL: its own */
    bool has_stand_in[METRIC_COUNT];  /* by metric: what old_stand_in says may fill its column */
    uint64_t lines;
    struct outflow_map *maps; /* by no order; the last one used is tried first */
    size_t map_count, map_room, map_last;
    struct filling *fillings; /* by the number of their origin */
    size_t filling_room;
    bool is_short_of_memory; /* and rows are missing */
};

/* Adds the metrics a record has to the columns, in the catalogue's order at the end. */
void outflow_learn(struct outflow *o, const struct record *r);
/* A column by its name, or by the name an older program had for it. False: there is none. */
bool outflow_ask(struct outflow *o, const char *name);

/* Is this one asked for? Everything is, when nothing was named. */
bool outflow_wants(const struct outflow *o, enum metric m);

void outflow_begin(struct outflow *o); /* sorts the columns; CSV: the head */
void outflow_row(struct outflow *o, const struct record *r);
void outflow_end(struct outflow *o); /* the steps not written yet; lets go of all it held */

#endif
