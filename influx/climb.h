/*
 * A counter as it climbs, one field of one series. What falls and comes back in a step that the
 * sun could not have made had lost an addend meanwhile; what falls for good is a replaced unit, a
 * wrap, or a new day, and stays as it is. The judgement comes later than the point: points below
 * the level are held until it is clear what they were, for a day at most. Nothing that was good
 * for longer than that is ever doubted.
 */
#ifndef INFLUX_CLIMB_H
#define INFLUX_CLIMB_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum climb_word { CLIMB_DIP, CLIMB_SPIKE, CLIMB_ANEW };

struct climb_point {
    int64_t at_ns;
    double value;
};

typedef void climb_fn(void *who, struct climb_point at, enum climb_word word);

enum { CLIMB_HIGH = 3 }; /* more points than that are no spike */

struct climb {
    bool is_daily;     /* begins anew every night, which is nothing to speak of */
    double least_fall; /* smaller falls are rounding */
    double per_hour;   /* no growth is faster */

    bool has_level;
    struct climb_point level, before;    /* the last good point, and the one below its last step */
    struct climb_point high[CLIMB_HIGH]; /* the points since that step */
    unsigned high_count;

    struct climb_point *held;
    size_t held_count, held_room;
};

/* Points come in order of time; `say` is told what became clear. */
int climb_feed(struct climb *c, struct climb_point p, climb_fn *say, void *who) MUST_CHECK;
int climb_end(struct climb *c, climb_fn *say, void *who) MUST_CHECK; /* judges what is held */
void climb_done(struct climb *c);

#endif
