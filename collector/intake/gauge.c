/* How far what a plant measures can move (collector/intake/gauge.h). */
#include "collector/intake/gauge.h"

#include <math.h>
#include <stddef.h>

static const int64_t near_us = 30000000; /* readings further apart say nothing about each other */
static const double NEAR_SHARE = 0.25;   /* so far apart two powers still say the same */

/*
 * How far a gauge may move between two near readings. STEP: from the last by a share and a
 * margin. LEVEL: powers and currents do step, so up to a multiple of the highest ever seen. A
 * metric's own row goes before that of its unit; without any it moves freely.
 */
enum move { STEP, LEVEL };
static const struct allowance {
    enum metric metric; /* M_NONE: all of the unit */
    enum unit unit;
    enum move move;
    double share, margin;
} allowances[] = {
    {M_BATTERY_SOC, UNIT_PERCENT, STEP, 0, 25}, {M_NONE, UNIT_VOLT, STEP, 0.25, 1},
    {M_NONE, UNIT_HERTZ, STEP, 0, 10},          {M_NONE, UNIT_CELSIUS, STEP, 0, 20},
    {M_NONE, UNIT_WATT, LEVEL, 3, 500},         {M_NONE, UNIT_VOLT_AMPERE, LEVEL, 3, 500},
    {M_NONE, UNIT_AMPERE, LEVEL, 3, 20},
};

static const struct allowance *allowance_of(enum metric m)
{
    for (size_t i = 0; i < sizeof allowances / sizeof *allowances; i++)
        if (allowances[i].metric == m ||
            (allowances[i].metric == M_NONE && allowances[i].unit == catalogue[m].unit))
            return &allowances[i];
    return NULL;
}

static bool is_step(const struct allowance *a, double from, double to)
{
    return fabs(to - from) <= a->share * fabs(from) + a->margin;
}

static bool is_plain(const struct allowance *a, const struct gauge *g, double value)
{
    /* As long as no two have reached anything, one alone must do: it may have been a stray itself.
     */
    double most = g->highest > 0 ? a->share * g->highest : (1 + NEAR_SHARE) * fabs(g->last);

    return a->move == LEVEL ? fabs(value) <= most + a->margin : is_step(a, g->last, value);
}

/* The next reading says the same: then it is no stray number. What is held was said after what is
 * believed, so that it is no older. */
static bool confirms(const struct allowance *a, const struct gauge *g, double value)
{
    if (!g->is_held)
        return false;
    if (a->move == LEVEL)
        return fabs(value - g->held) <= NEAR_SHARE * fabs(g->held) + a->margin;
    return is_step(a, g->held, value);
}

bool gauge_judge(struct gauge *g, enum metric m, double value, int64_t now_us)
{
    const struct allowance *a = allowance_of(m);

    if (!a)
        return true;
    if (g->is_known && now_us - g->last_us <= near_us && !is_plain(a, g, value) &&
        !confirms(a, g, value)) {
        g->is_held = true;
        g->held = value;
        return false;
    }
    /* Two in a row must reach it: else stray numbers that are only a little too high would raise
     * it, one after the other, until the highest of them is believed. */
    double neighbour = g->is_held ? g->held : g->is_known ? g->last : 0;
    g->highest = fmax(g->highest, fmin(fabs(neighbour), fabs(value)));
    g->is_known = true;
    g->is_held = false;
    g->last = value;
    g->last_us = now_us;
    return true;
}
