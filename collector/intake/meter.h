/*
 * Energy counters for devices that have none: power, integrated over the time that really passed.
 * A gap is a gap: what nobody measured is not added. Kept across restarts by the keeper.
 */
#ifndef COLLECTOR_METER_H
#define COLLECTOR_METER_H

#include "metrics/reading.h"

#include <stdbool.h>
#include <stdint.h>

enum { METERS_MAX = 8 };

struct meter {
    struct {
        enum metric power, energy;
        double kwh; /* so far */
        double last_w;
        int64_t last_us; /* 0: the next reading only begins */
        bool is_over;    /* the device counts this by itself */
        bool is_changed; /* since its keeper, who sets it back, stored it */
    } rows[METERS_MAX];
    unsigned count;
    int64_t longest_us; /* a longer pause is a gap */
};

/* For a device that can say `has` of these metrics: meters for each power without its energy. */
void meter_begin(struct meter *m, const bool has[METRIC_COUNT], int64_t every_us);
void meter_restore(struct meter *m, enum metric energy, double kwh);

/* What an earlier run found out: by power, 1: its energy is counted here, 2: from the signed power.
 * So counting goes on with the first reading, before it is known again what the device says. */
typedef double mark_fn(void *who, enum metric power);
void meter_begin_marked(struct meter *m, mark_fn *mark, void *who, int64_t every_us);
typedef void mark_put_fn(void *who, enum metric power, double mark);
void meter_each_mark(const struct meter *m, mark_put_fn *put, void *who);
void meter_go_on(struct meter *m, const struct meter *before); /* where they count the same */

/* It falls asleep: what it makes until its next reading is not guessed. */
void meter_pause(struct meter *m);

/* Grows by this reading and puts the counters into it. */
void meter_take(struct meter *m, struct reading *r, int64_t now_us);

#endif
