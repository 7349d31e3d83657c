/* Capped full jitter (base/backoff.h). */
#include "base/backoff.h"

int64_t backoff_us(struct chance *c, unsigned attempt, int64_t least_us, int64_t first_us,
                   int64_t most_us)
{
    int64_t cap = first_us;

    for (unsigned i = 1; i < attempt && cap < most_us; i++)
        cap *= 2;
    return chance_between(c, least_us, cap < most_us ? cap : most_us);
}
