/* Counters that go back (influx/climb.h). */
#include "influx/climb.h"

#include <stdlib.h>
#include <string.h>

static const int64_t SECOND_NS = 1000000000;

enum {
    HELD_MAX = 20000, /* a day and more at one point in five seconds */
    HOLD_S = 26 * 3600,
    HOLD_DAILY_S = 6 * 3600,
    GAP_DAILY_S = 20 * 60, /* behind a longer gap a day's counter may be anything */
};

void climb_done(struct climb *c)
{
    free(c->held);
    c->held = NULL;
    c->held_count = c->held_room = 0;
}

static double step_possible(const struct climb *c, int64_t from_ns, int64_t to_ns)
{
    double hours = (double)(to_ns - from_ns) / (double)SECOND_NS / 3600;
    double most = hours * c->per_hour;

    return most > c->least_fall ? most : c->least_fall;
}

/* A good point. Keeps in mind what follows a step too large to be growth. */
static void rise(struct climb *c, struct climb_point p)
{
    if (c->has_level && p.value - c->level.value > step_possible(c, c->level.at_ns, p.at_ns)) {
        c->before = c->level;
        c->high_count = 0;
    } else if (!c->has_level) {
        c->high_count = CLIMB_HIGH + 1;
    }
    if (c->high_count < CLIMB_HIGH)
        c->high[c->high_count] = p;
    if (c->high_count <= CLIMB_HIGH)
        c->high_count++;
    c->level = p;
    c->has_level = true;
}

static int hold(struct climb *c, struct climb_point p)
{
    if (c->held_count == c->held_room) {
        size_t room = c->held_room ? 2 * c->held_room : 64;
        struct climb_point *more = realloc(c->held, room * sizeof *more);
        if (!more)
            return ERR_FULL;
        c->held = more;
        c->held_room = room;
    }
    c->held[c->held_count++] = p;
    return OK;
}

/* It never came back. Were the few points before it too high, or is it a new beginning? */
static void judge_lasting(struct climb *c, struct climb_point first, climb_fn *say, void *who)
{
    double back = first.value - c->before.value;

    if (c->high_count <= CLIMB_HIGH && back >= 0 &&
        back <= step_possible(c, c->before.at_ns, first.at_ns)) {
        for (unsigned i = 0; i < c->high_count; i++)
            say(who, c->high[i], CLIMB_SPIKE);
    } else if (!c->is_daily) {
        say(who, first, CLIMB_ANEW);
    }
    c->has_level = false;
    rise(c, first);
}

/* The first held point becomes the level; the rest is looked at again, since there may be dips
 * below the new level too. */
static int accept_held(struct climb *c, climb_fn *say, void *who)
{
    struct climb_point *held = c->held;
    size_t count = c->held_count;
    int rc = OK;

    c->held = NULL;
    c->held_count = c->held_room = 0;
    if (count)
        judge_lasting(c, held[0], say, who);
    for (size_t i = 1; i < count && !rc; i++)
        rc = climb_feed(c, held[i], say, who);
    free(held);
    return rc;
}

/* Back at the level: was the last stretch of the way a step that nothing could have made? */
static void judge_return(struct climb *c, struct climb_point p, climb_fn *say, void *who)
{
    struct climb_point last = c->held[c->held_count - 1];
    bool is_step = c->level.value - last.value >= step_possible(c, last.at_ns, p.at_ns);

    for (size_t i = 0; i < c->held_count && is_step; i++)
        say(who, c->held[i], CLIMB_DIP);
    if (!is_step && !c->is_daily)
        say(who, c->held[0], CLIMB_ANEW);
    c->held_count = 0;
}

static bool is_held_too_long(const struct climb *c, int64_t ns)
{
    int64_t longest = c->is_daily ? HOLD_DAILY_S : HOLD_S;

    if (c->held_count >= HELD_MAX || ns - c->held[0].at_ns > longest * SECOND_NS)
        return true;
    return c->is_daily && ns - c->held[c->held_count - 1].at_ns > GAP_DAILY_S * SECOND_NS;
}

int climb_feed(struct climb *c, struct climb_point p, climb_fn *say, void *who)
{
    while (c->held_count && is_held_too_long(c, p.at_ns)) {
        int rc = accept_held(c, say, who);
        if (rc)
            return rc;
    }
    if (c->has_level && p.value < c->level.value - c->least_fall)
        return hold(c, p);
    if (c->held_count)
        judge_return(c, p, say, who);
    rise(c, p);
    return OK;
}

int climb_end(struct climb *c, climb_fn *say, void *who)
{
    int rc = OK;

    while (c->held_count && !rc)
        rc = accept_held(c, say, who);
    return rc;
}
