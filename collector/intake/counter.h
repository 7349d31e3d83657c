/*
 * A lifetime counter only grows. What to believe when it seems not to: a stray number, a counter
 * that wrapped, a replaced unit. Pure: the gate asks, tests ask, nobody is told.
 *
 * A number below the last, or above what can have been counted since, is held back until three
 * more agree with it. If it can have been counted since the counter last moved (some move in large
 * steps), or nobody knows how long ago that was, it is then believed. Else it is a new beginning,
 * and the carry (what earlier units had counted) changes so that value + carry goes on:
 *
 *   it wrapped (the last stood just below 2^16 or 2^32 steps)      carry += 2^n steps
 *   it began at 0 (it shows no more than can be counted meanwhile) carry += last
 *   it has a past of its own (a used unit)                         carry += last - first
 *
 * Of a used unit, what it counted unseen is lost: rather too little than too much. A counter that
 * comes back to where it had stood (some show 0 while they start) takes its old carry back. A unit
 * of another serial number is a used one from its first number on, whatever that is.
 *
 * The total, value + carry, is what everybody is told.
 */
#ifndef COLLECTOR_COUNTER_H
#define COLLECTOR_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

enum counter_verdict { COUNTER_BELIEVED, COUNTER_HELD, COUNTER_ANEW };

struct counter {
    double last, carry;
    int64_t last_us;  /* 0: how long ago is unknown */
    int64_t moved_us; /* when it last changed; 0: likewise */
    bool is_known;    /* last means something */
    bool is_sure;     /* a second number agreed with the very first */
    bool is_other;    /* the next number is of another unit */
    struct {
        bool is_there;
        unsigned confirmed;
        double first, last;
        int64_t first_us, last_us;
    } suspect;
    struct {
        bool is_there, is_used;
        double last, carry;
        int64_t last_us;
    } before; /* the latest new beginning, should it turn out to be none */
};

/* `per_hour`: no more than this can be counted in an hour. */
enum counter_verdict counter_judge(struct counter *c, double value, double per_hour,
                                   int64_t now_us);

/* What is told of it. Never falls, and never rises faster than can be counted. */
double counter_total(const struct counter *c);

#endif
