/* xorshift64* behind base/chance.h. */
#include "base/chance.h"

#include "base/clock.h"

#include <unistd.h>

struct chance chance_seeded(uint64_t seed)
{
    if (!seed && getentropy(&seed, sizeof seed))
        seed = (uint64_t)clock_us() << 20 ^ (uint64_t)getpid() << 40;
    /* Neighbouring seeds must not walk side by side: mix them well first. */
    seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (struct chance){.state = seed ? seed : 1};
}

uint64_t chance_next(struct chance *c)
{
    c->state ^= c->state >> 12;
    c->state ^= c->state << 25;
    c->state ^= c->state >> 27;
    return c->state * UINT64_C(0x2545f4914f6cdd1d);
}

int64_t chance_between(struct chance *c, int64_t least, int64_t most)
{
    return most <= least ? least : least + (int64_t)(chance_next(c) % (uint64_t)(most - least + 1));
}

double chance_share(struct chance *c)
{
    return (double)(chance_next(c) >> 11) * 0x1p-53;
}

bool chance_hits(struct chance *c, double probability)
{
    return chance_share(c) < probability;
}
