/*
 * How fast a device answers, learned as it does: so that a lost answer is given up soon, a slow
 * controller is waited for, and nobody has to configure either.
 */
#ifndef BUS_PACE_H
#define BUS_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    bool is_known;
    int64_t usual_us, spread_us; /* from our last byte to its first, and how much that varies */
    int64_t pause_us;            /* the longest silence inside a good answer */
};

/* attempt 1 is the first; every further one waits twice as long for the answer, up to the most,
 * and as long as can be for its middle. p may be NULL: nothing known. */
int64_t pace_wait_us(const struct pace *p, unsigned attempt, int64_t most_us);
int64_t pace_pause_us(const struct pace *p, unsigned attempt);
/* What to expect of one never heard, from its neighbours: the same, with more patience. */
struct pace pace_guess(const struct pace *neighbours);
void pace_learn(struct pace *p, int64_t first_us, int64_t pause_us);

#endif
