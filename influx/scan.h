/* Walking a database for what cannot be true. */
#ifndef INFLUX_SCAN_H
#define INFLUX_SCAN_H

#include "influx/judge.h"

enum { SCAN_MEASUREMENTS = 64 };

/* The measurements this sink writes, or the one named; from what the database has. */
struct scan_list {
    char names[SCAN_MEASUREMENTS][QUERY_NAME];
    size_t count;
};
int scan_measurements(struct door *d, const char *only, struct scan_list *to) MUST_CHECK;

/* Is this the old program's way of naming fields? */
bool scan_is_old(const struct door *d);

/* Judges one measurement between two moments; narrows them to where there is something. */
int scan_measurement(struct door *d, const char *measurement, int64_t *from_ns, int64_t *to_ns,
                     struct judge *j) MUST_CHECK;

#endif
