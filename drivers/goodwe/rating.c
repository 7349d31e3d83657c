/* The number in a model's name (drivers/goodwe/rating.h). */
#include "drivers/goodwe/rating.h"

#include "drivers/device.h"

#include <stdlib.h>
#include <string.h>

/* Anything outside of what is built stands for something else. */
static const double LEAST_W = 500, MOST_W = 250000;

double goodwe_watts(const char *model)
{
    char *end;
    const char *digits = strpbrk(model, "0123456789");
    double watts = digits ? strtod(digits, &end) : 0;

    if (digits && (*end == 'K' || *end == 'k'))
        watts *= 1000;
    return watts >= LEAST_W && watts <= MOST_W ? watts : 0;
}

double goodwe_rated_w(const struct device *d)
{
    return goodwe_watts(d->identity.model);
}
