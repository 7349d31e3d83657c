/* Steps people can read on an axis (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"

/* How many steps of that length a span touches; the first of them begins at a round moment. */
static int64_t steps_touched(int64_t from_ms, int64_t to_ms, int64_t step_ms)
{
    return (to_ms - 1) / step_ms - from_ms / step_ms + 1;
}

/* Beyond the last of them whole years, twice as many each time: the year 9999 is soon reached. */
int64_t step_between(int64_t from_ms, int64_t to_ms, unsigned points)
{
    static const int64_t steps_s[] = {
        1,    5,     10,    30,    60,    120,    300,    600,     900,     1800,    3600,
        7200, 14400, 28800, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000};
    const size_t count = sizeof steps_s / sizeof *steps_s;
    size_t i = 0;

    while (i + 1 < count && steps_touched(from_ms, to_ms, steps_s[i] * MS_PER_S) > points)
        i++;
    int64_t step_ms = steps_s[i] * MS_PER_S;
    while (steps_touched(from_ms, to_ms, step_ms) > points && step_ms < INT64_MAX / 4)
        step_ms *= 2;
    return step_ms;
}
