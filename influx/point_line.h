/* A point as it was read, as a line to write back: the same types, the same nanosecond. */
#ifndef INFLUX_POINT_LINE_H
#define INFLUX_POINT_LINE_H

#include "influx/query.h"

/* The types of a measurement's fields, as the database has them. */
struct field_types {
    size_t count;
    struct {
        char name[QUERY_NAME];
        bool is_integer;
    } fields[QUERY_FIELDS];
    char tags[QUERY_TAGS][QUERY_NAME]; /* all tag keys of the measurement */
    size_t tag_count;
};
/* ERR_DATA, and said why, when points of it could not be written back exactly, or not without
 * touching others. */
int field_types_read(struct door *d, const char *measurement, struct field_types *to) MUST_CHECK;

/* Which of a point's fields go into the line. */
typedef bool wanted_fn(void *who, unsigned field);

/* Returns the length, 0 when no field is wanted, ERR_FULL, or ERR_DATA for what no line can hold.
 */
int point_line(const struct point *p, const struct field_types *types, wanted_fn *wanted, void *who,
               char *to, size_t size);

/* The condition that names this point and no other. */
int point_where(const struct point *p, const struct field_types *types, char *to, size_t size);

#endif
