/* The fields the old logtracer wrote, and where their numbers are in a reading. */
#ifndef INFLUX_OLD_FIELDS_H
#define INFLUX_OLD_FIELDS_H

#include "metrics/reading.h"

struct old_field {
    const char *name;
    enum metric metric;
    double factor;
    enum metric times; /* M_NONE: nothing */
    double most;       /* six of the largest controllers together do not pass this */
};

extern const struct old_field old_fields[];
extern const size_t old_field_count;

/* False when the reading does not have it. */
bool old_field_value(const struct old_field *f, const struct reading *r, bool is_total, double *to);

#endif
