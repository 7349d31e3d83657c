/* Pauses that grow and are random, so that two who collided do not collide again. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include "base/chance.h"

#include <stdint.h>

/* The pause before try number `attempt` (1 is the first retry): random, up to a doubling cap. */
int64_t backoff_us(struct chance *c, unsigned attempt, int64_t least_us, int64_t first_us,
                   int64_t most_us);

#endif
