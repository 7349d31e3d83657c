/* History going out: rows of the log as CSV or JSON Lines, as they are or by steps of time. */
#ifndef COLLECTOR_OUTFLOW_H
#define COLLECTOR_OUTFLOW_H

#include "store/reader.h"

#include <stdio.h>

struct outflow {
    FILE *to;
    bool is_json;
    bool is_by_date;  /* rows are days: a date instead of a time */
    int64_t every_ms; /* 0: every row as it is */
    enum metric columns[METRIC_COUNT];
    size_t column_count;
    uint64_t lines;
};

/* Adds the metrics a record has to the columns, in the catalogue's order at the end. */
void outflow_learn(struct outflow *o, const struct record *r);
void outflow_begin(struct outflow *o); /* sorts the columns; CSV: the head */
void outflow_row(struct outflow *o, const struct record *r);
void outflow_end(struct outflow *o); /* the steps not written yet */

#endif
