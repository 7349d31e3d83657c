/* The clock's rate from the environment (collector/cli/rate.h). */
#include "collector/cli/rate.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

int rate_follow(void)
{
    const char *text = getenv("HELIO_CLOCK_RATE");

    if (!clock_set_rate(text))
        return OK;
    log_err(NULL,
            "HELIO_CLOCK_RATE: \"%s\" is no rate of the clock: a number from 0.1 to 1000, then "
            "maybe \"@\" and a moment in milliseconds since 1970",
            text);
    return ERR_USAGE;
}

void rate_warn(const char *who)
{
    if (clock_is_rated())
        log_warn(who, "the clock runs %g times as fast (HELIO_CLOCK_RATE): for tests only",
                 clock_rate());
}
