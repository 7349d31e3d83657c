/* The inside of a pump: delivering one stretch of the log. For this room only. */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include "base/chance.h"
#include "base/complaint.h"
#include "base/lock.h"
#include "store/hold.h"
#include "store/inside.h"
#include "store/pump.h"
#include "store/reader.h"

/* A stretch of the log: the cursor's own way, or a resend. */
struct lane {
    bool is_resend;
    struct resend resend;
    int64_t after, last;
    int64_t until_us; /* a resend lets live rows go first, now and then */
};

/* What is in one batch: up to where it reaches, and which row each line came from. */
struct load {
    int64_t upto;
    unsigned count;
    int64_t *seqs;
};

struct pump {
    struct store *store;
    struct seat seat;
    struct reader *reader;
    unsigned generation; /* of the file the reader has open */
    unsigned batch;
    int64_t age_us;
    struct load loads[2];
    struct hold hold;
    char numbers[NUMBERS_MAX]; /* of a row that is still waiting */

    pthread_t thread;
    struct lock lock; /* guards what follows */
    pthread_cond_t moved;
    unsigned hurried; /* so many wait for it: no waiting for company */
    unsigned pins;    /* so many use it: it is not closed before they let go */
    bool is_nudged;   /* the pause it makes is over */
    struct pump_state state;

    _Atomic bool is_stopping, has_ended;

    struct complaint trouble, unsure, refused; /* refused: single readings, for good */
    struct chance chance;
    unsigned failures, agains, asides; /* in a row */
    int64_t next_try_us;
};

/* Delivers until the lane is done, the far side says later, or time is up. */
void lane_run(struct pump *p, struct lane *lane);

/* Is this row for this lane? */
bool lane_wants(const struct lane *lane, const struct record *r);

/* The far side wants to be left alone for so long: obeyed, but for ten minutes at most. */
int64_t lane_retry_ms(int64_t asked_ms);

/* Moves the place in the log, and tells who waits for it. */
void lane_move(struct pump *p, struct lane *lane, int64_t upto);

/* Asks, when it is time, whether what is held back is safe; moves the cursor, or begins again. */
void lane_confirm(struct pump *p);

#endif
