/*
 * When does a device's own day turn? Some begin a new day as they wake up, some at midnight of a
 * clock of their own; both set their counter of the day back. Readings go in, in their order; out
 * comes, once a turn, which site-local date the day has that was finished last. Pure.
 *
 * What is believed: a counter that falls while it is watched has turned then; one that grows by
 * daylight is of the date it grows on. Both only when several readings agree, and only while the
 * clock on the wall and the steady one have run alike for a while. A fall nobody watched proves a
 * turn, not when it was, and waits for the sun.
 */
#ifndef COLLECTOR_DAY_TURN_H
#define COLLECTOR_DAY_TURN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TURN_AGREE = 3,   /* readings that must say the same */
    TURN_STEADY = 12, /* readings until the clock is believed */
};

struct day_turn {
    int day;         /* the date of the device's day now, as 20260502; 0: not known yet */
    bool is_watched; /* without a gap since that day began */
    bool has_value;
    double value; /* of its counter, confirmed */
    double next;  /* what it would be if the readings in hand are right */
    int agree;    /* how many of them: above 0 more than before, below 0 less */
    int64_t last_ms, last_us;
    unsigned steady;
    unsigned falls; /* how often it began anew, whether its date was another or not */
};

/* One reading: when (the wall's and the steady clock) and the counter of the day. Returns the date
 * of the day that was finished last when that has become known by this reading, else 0. */
int day_turn_take(struct day_turn *t, int64_t at_ms, int64_t now_us, double today);

/* The last reading left no doubt that it is still the same day. */
bool day_turn_is_sure(const struct day_turn *t);

#endif
