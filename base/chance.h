/* A small source of chance with a seed: random pauses, moods, weather. Not for secrets. */
#ifndef BASE_CHANCE_H
#define BASE_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

struct chance chance_seeded(uint64_t seed); /* 0: a seed from the clock and the process */
uint64_t chance_next(struct chance *c);
int64_t chance_between(struct chance *c, int64_t least, int64_t most); /* both included */
double chance_share(struct chance *c);                                 /* 0 <= share < 1 */
bool chance_hits(struct chance *c, double probability);

#endif
