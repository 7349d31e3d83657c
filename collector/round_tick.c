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

/* The newest tick a device of this bus was asked for, by whoever had it before; a clock that was
 * set back since has made it worthless. */
int64_t round_asked_before(const struct round_thread *t)
{
    int64_t newest = 0, now = clock_wall_ms();

    for (size_t i = 0; i < t->rounds->house->plan->device_count; i++)
        if (t->last_ms[i] > newest && t->last_ms[i] <= now)
            newest = t->last_ms[i];
    return newest;
}

static size_t bus_of(const struct rounds *r, size_t device)
{
    return (size_t)(r->house->plan->devices[device].bus - r->house->plan->buses);
}

int64_t rounds_first_tick(const struct rounds *r, size_t device)
{
    return round_first_tick(round_step_ms(r, bus_of(r, device))).ms;
}

void rounds_note_tick(struct rounds *r, size_t device, int64_t tick_ms)
{
    struct round_thread *t = round_thread_of(r, bus_of(r, device));

    if (t)
        t->last_ms[device] = tick_ms;
}
