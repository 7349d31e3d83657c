/*
 * The board: the latest value of every metric of every device, and how old it may get before it
 * counts as gone. A place where threads meet: the lock is inside.
 */
#ifndef STORE_BOARD_H
#define STORE_BOARD_H

#include "metrics/reading.h"

#include <stdbool.h>
#include <stdint.h>

enum board_state { UNHEARD, HEARD, STALE, ASLEEP, FAULTY, BOARD_STATES };
extern const char *const board_state_names[]; /* "unheard", "online", "stale", "asleep", "fault" */

struct board;

struct board *board_new(unsigned devices); /* NULL: no memory */
void board_free(struct board *b);
bool board_grow(struct board *b, unsigned devices); /* to so many at least; false: no memory */

/* Grows whenever something on it changes: what was made of it before is then old. */
uint64_t board_changes(struct board *b);

/* From one round to the next, and from one slow block's turn to its next. Said once a device. The
 * period of a value is learned from its arrivals, but stays between these two. */
void board_period(struct board *b, unsigned device, int64_t every_us, int64_t slowest_us);

/* A reading was published; `now_us` is clock_us(). */
void board_note(struct board *b, const struct reading *r, int64_t now_us);

/* It answered, and has nothing of its own to say: it only speaks for others. */
void board_hear(struct board *b, unsigned device, int64_t now_us);

/* The device gave no answer this round. */
void board_miss(struct board *b, unsigned device, int error, int64_t now_us);

/* Where a counter stood when earlier runs ended: it is not said, but sums may count on it. */
void board_stand(struct board *b, unsigned device, enum metric m, double total);

bool board_stood(struct board *b, unsigned device, enum metric m, double *to);

/* Where a counter stands, or what else was said last, however long ago: a counter also by an
 * earlier run. */
bool board_total(struct board *b, unsigned device, enum metric m, double *to);

/* The value, if it is fresh: no older than three times its own period. */
bool board_get(struct board *b, unsigned device, enum metric m, int64_t now_us, double *to);

/* Has the device ever said this (since the start)? */
bool board_has(struct board *b, unsigned device, enum metric m);

/* Everything a device ever said: metric, value, age. Returns how many. */
struct board_value {
    enum metric metric;
    double value;
    int64_t age_us;
    bool is_fresh;
};
unsigned board_all(struct board *b, unsigned device, int64_t now_us, struct board_value *to,
                   unsigned room);

/* It is silent for a reason that is no fault: at night, or by its own word. */
void board_sleep(struct board *b, unsigned device, bool is_asleep);
bool board_sleeps(struct board *b, unsigned device);

/*
 * How it is: heard within three rounds (at least 15 s) is online, whatever was said of it. Beyond
 * that it is asleep if it was said to be, unheard if it never spoke, in fault if the last miss was
 * more than silence, and stale else. `age_us` is -1 before the first reading; `error` that of the
 * last miss, OK while it is online or asleep. Both may be NULL.
 */
enum board_state board_state(struct board *b, unsigned device, int64_t now_us, int64_t *age_us,
                             int *error);

#endif
