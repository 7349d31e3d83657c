/* A day that turned (collector/intake/day_turn.h). */
#include "collector/intake/day_turn.h"

#include "base/clock.h"
#include "store/days.h"

#include <math.h>
#include <stdlib.h>

static const int64_t HOUR_MS = 3600000;
static const int64_t GAP_MS = 2 * 3600000; /* longer without a word: a turn may have been missed */
static const int64_t DRIFT_MS =
    15000; /* so far two rounds may differ: a wire that is lent, retries */
static const double STEP_KWH = 0.04; /* counters count tenths or hundredths */

bool day_turn_is_sure(const struct day_turn *t)
{
    bool is_growing = t->agree > 0 && day_of(t->last_ms) == t->day;

    return t->has_value && (t->agree == 0 || is_growing) && t->steady >= TURN_STEADY;
}

/* A device's clock may run ahead of ours: what turns late in the evening turned for tomorrow. */
static int date_of_turn(int64_t at_ms)
{
    return day_of(at_ms + 3 * HOUR_MS);
}

/* Nothing is dated by what grows around midnight. */
static bool is_daytime(int64_t at_ms)
{
    return day_of(at_ms - 3 * HOUR_MS) == day_of(at_ms + 3 * HOUR_MS);
}

/* Has the clock run evenly up to this reading? Nothing is compared across a gap. */
static void look_at_clock(struct day_turn *t, int64_t at_ms, int64_t now_us)
{
    int64_t wall = at_ms - t->last_ms, steady = (now_us - t->last_us) / US_PER_MS;
    bool is_first = t->last_ms == 0;

    t->last_ms = at_ms;
    t->last_us = now_us;
    if (!is_first && llabs(wall - steady) > DRIFT_MS + steady / 100)
        t->steady = 0;
    else if (t->steady < TURN_STEADY)
        t->steady++;
    if (!is_first && wall <= GAP_MS && steady <= GAP_MS && wall >= 0)
        return;
    t->is_watched = false;
    t->has_value = false;
    t->agree = 0;
}

/* The device's day is of this date now. `was`: the last one's, if it is certain; else 0. */
static int move_to(struct day_turn *t, int date, int was)
{
    int before = t->day;

    t->day = date;
    t->is_watched = true;
    if (before && date <= before)
        return 0; /* the same day, or a clock that was set back */
    return was ? was : day_before(date);
}

/* Several readings agree on another value than before. */
static int believe(struct day_turn *t, int64_t at_ms)
{
    bool is_growth = t->agree > 0;
    int was = t->is_watched ? t->day : 0;

    t->value = t->next;
    t->agree = 0;
    t->falls += !is_growth;
    if (t->steady < TURN_STEADY)
        return 0;
    if (!is_growth) /* watched all along: the day that ends is the one that was known */
        return move_to(t, date_of_turn(at_ms), was);
    return is_daytime(at_ms) ? move_to(t, day_of(at_ms), 0) : 0;
}

int day_turn_take(struct day_turn *t, int64_t at_ms, int64_t now_us, double today)
{
    if (!clock_is_trusted(at_ms) || !isfinite(today))
        return 0;
    look_at_clock(t, at_ms, now_us);
    if (!t->has_value) {
        t->value = today;
        t->has_value = true;
        return 0;
    }
    if (fabs(today - t->value) < STEP_KWH) {
        t->agree = 0; /* what went before it was noise */
        return 0;
    }
    int way = today > t->value ? 1 : -1;
    bool goes_on = t->agree * way > 0 && today >= t->next - STEP_KWH / 10;
    t->next = today;
    t->agree = goes_on ? t->agree + way : way;
    return abs(t->agree) >= TURN_AGREE ? believe(t, at_ms) : 0;
}
