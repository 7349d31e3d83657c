/*
 * Asking a database in InfluxQL, one series of points after the other. Times are nanoseconds, so
 * that a point can be named exactly.
 */
#ifndef INFLUX_QUERY_H
#define INFLUX_QUERY_H

#include "influx/door.h"

#include <stdbool.h>

enum { QUERY_FIELDS = 160, QUERY_TAGS = 16, QUERY_NAME = 100 };

/* What one answer row says. Borrowed for the call. */
struct point {
    const char *measurement;
    const char *series; /* measurement and tags as in line protocol: the key of the series */
    unsigned tag_count, field_count;
    struct {
        const char *key, *value;
    } tags[QUERY_TAGS];
    int64_t at_ns;
    struct {
        const char *name;
        bool is_there, is_number, is_integer;
        double value;
        int64_t integer;
        const char *text; /* of a string; booleans are "true" and "false" */
        bool is_boolean;
    } fields[QUERY_FIELDS];
};

typedef int point_fn(void *to, const struct point *p);

/* Runs a statement; every row with a time goes to `each`. Logs what is wrong. */
int query_points(struct door *d, const char *statement, point_fn *each, void *to) MUST_CHECK;

/* Runs a statement; of every row the columns that are wanted, by their names and up to a NULL, go
 * to `each` as text; without a list all but the time. */
typedef int cells_fn(void *to, const char *series, const char *const *cells, unsigned count);
int query_cells(struct door *d, const char *statement, const char *const *wanted, cells_fn *each,
                void *to) MUST_CHECK;
int query_cells_in(const char *who, const char *answer, const char *const *wanted, cells_fn *each,
                   void *to) MUST_CHECK; /* of an answer that came */

/* A name in double quotes, a value in single ones, escaped. Returns `to`. */
const char *query_name(const char *name, char *to, size_t size);
const char *query_value(const char *value, char *to, size_t size);

/* The measurement where this sink writes: in its retention policy, when it names one. */
const char *query_from(const struct door *d, const char *measurement, char *to, size_t size);

#endif
