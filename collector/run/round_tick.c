/* When a round is due, and of which moment it is (collector/run/rounds.h). */
#include "collector/run/rounds_inside.h"

#include "base/clock.h"

static const int64_t MINUTE_MS = 60000;

struct round_tick round_next_tick(int64_t step_ms, const struct round_tick *before)
{
    int64_t wall = clock_wall_ms(), now = clock_us();
    int64_t ms = wall - wall % step_ms + step_ms;

    if (before && ms == before->ms) /* the clock ran a hair ahead of the wait */
        ms += step_ms;
    return (struct round_tick){ms, now + (ms - wall) * US_PER_MS};
}

int64_t round_step_ms(const struct round_thread *t)
{
    return t->route.every_ms > 0 ? t->route.every_ms : 1;
}

/* Who is asked once an hour need not be unseen until the hour is full: its first round is of this
 * minute, which is not the one of an earlier start. */
struct round_tick round_first_tick(int64_t step_ms)
{
    int64_t wall = clock_wall_ms(), grain_ms = step_ms < MINUTE_MS ? step_ms : MINUTE_MS;

    return (struct round_tick){step_ms >= MS_PER_S ? wall - wall % grain_ms : wall, clock_us()};
}
