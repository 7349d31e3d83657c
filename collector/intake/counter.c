/* What to believe of a counter (collector/intake/counter.h). */
#include "collector/intake/counter.h"

#include "base/decimals.h"

#include <math.h>
#include <stddef.h>

enum { CONFIRMATIONS = 3 };
static const double one_step = 1.0; /* some units count whole kWh: one may come at any time */
static const double at_once = 1, at_most = 31 * 24; /* hours, when nobody knows */
static const int64_t moment_us = 600000000;
static const double us_per_hour = 3.6e9;

/* Time that is unknown counts as so many hours. */
static double hours(int64_t since_us, int64_t now_us, double unknown)
{
    return since_us ? (double)(now_us - since_us) / us_per_hour : unknown;
}

static bool may_grow(double from, double to, double most)
{
    return to >= from && to - from <= most + one_step;
}

/* The span of a counter of 16 or 32 bits that stood at `last` and now shows `first`; 0: it did
 * not wrap. It must have been within a hundredth of its end. */
static double wrapped(double last, double first, double most)
{
    static const double steps[] = {0.001, 0.01, 0.1, 1, 10}, counts[] = {65536.0, 4294967296.0};

    for (size_t n = 0; n < sizeof counts / sizeof *counts; n++)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            double span = counts[n] * steps[i];
            if (last < span && span - last + first <= fmin(most, span / 100) + 2 * steps[i])
                return span;
        }
    return 0;
}

static void begin_anew(struct counter *c, double per_hour)
{
    double most = per_hour * fmin(hours(c->last_us, c->suspect.first_us, at_once), 1);
    double first = c->suspect.first, span = c->is_other ? 0 : wrapped(c->last, first, most);

    c->before.is_there = true;
    c->before.last = c->last;
    c->before.carry = c->carry;
    c->before.last_us = c->last_us;
    c->before.is_used = false;
    if (span > 0)
        c->carry += span;
    else if (!c->is_other && first <= most + one_step)
        c->carry += c->last;
    else {
        c->carry += c->last - first;
        c->before.is_used = true;
    }
}

/* Is it again what it was before it seemed to begin anew? Then that never happened; but what was
 * counted meanwhile stays, so that value + carry never falls. A used unit that was there for longer
 * than a moment was there: this one comes back from where it may have counted for somebody else. */
static bool came_back(struct counter *c, double value, double per_hour, int64_t now_us)
{
    bool is_swap = c->before.is_used && now_us - c->before.last_us > moment_us;

    if (!c->before.is_there || is_swap ||
        !may_grow(c->before.last, value, per_hour * hours(c->before.last_us, now_us, at_once)))
        return false;
    c->carry = fmax(c->before.carry, c->last + c->carry - value);
    c->before.is_there = false;
    return true;
}

/* Counters that grow in large steps may have gathered one since they last moved. */
static bool may_have_grown(const struct counter *c, double per_hour)
{
    return may_grow(c->last, c->suspect.first,
                    per_hour * hours(c->moved_us, c->suspect.first_us, at_most));
}

static bool is_confirmed(struct counter *c, double value, double per_hour, int64_t now_us)
{
    bool agrees =
        c->suspect.is_there &&
        may_grow(c->suspect.last, value, per_hour * hours(c->suspect.last_us, now_us, at_once));

    if (!agrees) {
        c->suspect.is_there = true;
        c->suspect.confirmed = 0;
        c->suspect.first = value;
        c->suspect.first_us = now_us;
    } else {
        c->suspect.confirmed++;
    }
    c->suspect.last = value;
    c->suspect.last_us = now_us;
    return c->suspect.confirmed >= CONFIRMATIONS;
}

static enum counter_verdict believe(struct counter *c, double value, int64_t now_us,
                                    enum counter_verdict verdict)
{
    if (!c->is_known || value > c->last || value < c->last)
        c->moved_us = now_us;
    c->last = value;
    c->last_us = now_us;
    c->is_known = true;
    c->suspect.is_there = false;
    c->is_other = false;
    return verdict;
}

enum counter_verdict counter_judge(struct counter *c, double value, double per_hour, int64_t now_us)
{
    if (!c->is_known)
        return believe(c, value, now_us, COUNTER_BELIEVED);
    if (c->is_other) {
        c->suspect.first = value;
        c->suspect.first_us = now_us;
        begin_anew(c, 0);
        return believe(c, value, now_us, COUNTER_ANEW);
    }
    if (may_grow(c->last, value, per_hour * hours(c->last_us, now_us, at_once))) {
        c->is_sure = true;
        return believe(c, value, now_us, COUNTER_BELIEVED);
    }
    if (!is_confirmed(c, value, per_hour, now_us))
        return COUNTER_HELD;
    bool is_new = c->is_sure && !came_back(c, value, per_hour, now_us) &&
                  (value < c->last || !may_have_grown(c, per_hour));
    if (is_new)
        begin_anew(c, per_hour);
    c->is_sure = true; /* if it was not, the very first was garbage: nothing was counted before */
    return believe(c, value, now_us, is_new ? COUNTER_ANEW : COUNTER_BELIEVED);
}

double counter_total(const struct counter *c)
{
    bool is_bare = c->carry >= 0 && c->carry <= 0; /* then it is what the unit said, to the bit */

    return is_bare ? c->last : decimals_cut(c->last + c->carry);
}
