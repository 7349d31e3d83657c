/* When a round is due, and of which moment it is (collector/rounds.h). */
#include "collector/rounds_inside.h"

#include "base/clock.h"

struct round_tick round_next_tick(int64_t step_ms, const struct round_tick *before)
{
    int64_t wall = clock_wall_ms(), now = clock_us();
    int64_t ms = wall - wall % step_ms + step_ms;

    if (before && ms == before->ms) /* the clock ran a hair ahead of the wait */
        ms += step_ms;
    return (struct round_tick){ms, now + (ms - wall) * US_PER_MS};
}

int64_t round_step_ms(const struct rounds *r, size_t bus)
{
    int64_t step_ms = (int64_t)(bus_every_s(r, bus) * (double)MS_PER_S);

    return step_ms > 0 ? step_ms : 1;
}

struct round_tick round_first_tick(int64_t step_ms)
{
    int64_t wall = clock_wall_ms();

    return (struct round_tick){step_ms >= MS_PER_S ? wall - wall % step_ms : wall, clock_us()};
}
