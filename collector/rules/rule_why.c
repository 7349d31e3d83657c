/* Reasons to lower, and reasons not to raise (collector/rules/rule_step.h). */
#include "collector/rules/rule_inside.h"

#include "base/text.h"
#include "metrics/catalogue.h"

#include <math.h>

static const int64_t STUCK_MOST_US = 600000000,
                     READ_MOST_US = 3600000000; /* settings are read in slow turns */
static const double SAME_V = 0.06,              /* settings come in steps of 0.1 V, some rounded */
    COVERED_LEAST = 0.9,                        /* of the window */
    DISCHARGE_SHARE = 0.5; /* of end_a: beyond that the load eats what would charge */

bool rule_same_volts(double a, double b)
{
    return fabs(a - b) <= SAME_V;
}

static bool may_be_lead(int type)
{
    return type == RULE_TYPE_UNKNOWN || type == BATTERY_TYPE_USER || type == BATTERY_TYPE_FLOODED ||
           type == BATTERY_TYPE_AGM;
}

/* ---- reasons to lower ---------------------------------------------------------------------- */

#define REASON(name)                                                                               \
    static bool name(const struct rule *r, const struct rule_state *s, const struct rule_known *k)

REASON(is_leaving)
{
    (void)r, (void)s;
    return k->is_leaving;
}

REASON(is_off)
{
    (void)s, (void)k;
    return !r->is_enabled;
}

REASON(was_lost)
{
    (void)r, (void)k;
    return s->is_lost;
}

REASON(is_stuck)
{
    (void)r, (void)s;
    return k->stuck_us > STUCK_MOST_US;
}

REASON(is_untimed)
{
    (void)r, (void)s;
    return !k->is_clock_trusted;
}

REASON(is_warm)
{
    (void)s;
    return k->has_temperature && k->temperature > r->temperature_most;
}

REASON(is_no_lead)
{
    (void)r, (void)s;
    return !may_be_lead(k->battery_type);
}

REASON(is_over_bulk)
{
    (void)s;
    return k->has_absorb && r->absorb_v > k->device_absorb_v + SAME_V;
}

/* By the steady clock within one process, by the wall clock from one to the next. */
REASON(is_raised_long)
{
    bool by_wall = k->is_clock_trusted && s->raised_s > 0 &&
                   (k->wall_s - s->raised_s) * 1000000 > r->raised_most_us;

    return by_wall || k->now_us - s->begun_us > r->raised_most_us;
}

REASON(is_held_long)
{
    (void)k;
    return s->held_us >= r->held_most_us;
}

REASON(is_evening)
{
    (void)s;
    return k->minute < r->start || k->minute >= r->stop_until;
}

REASON(is_finished)
{
    (void)s;
    return k->minute >= r->stop_from && k->covered >= COVERED_LEAST &&
           k->volts >= r->absorb_v - r->band_v && k->charge_a < r->end_a &&
           k->discharge_a < r->end_a * DISCHARGE_SHARE;
}

static const struct {
    bool (*holds)(const struct rule *r, const struct rule_state *s, const struct rule_known *k);
    const char *why;
} reasons[] = {
    {is_leaving, "nobody will watch it from here on"},
    {is_off, "the rule is off"},
    {was_lost, "the device was silent for ten minutes"},
    {is_stuck, "the store cannot be written"},
    {is_untimed, "the clock is not set"},
    {is_warm, "the battery is too warm"},
    {is_no_lead, "the battery type is not lead-acid"},
    {is_over_bulk, "the device's own absorb voltage is lower"},
    {is_raised_long, "it was raised for max_raised_hours"},
    {is_held_long, "it was held there for max_hours"},
    {is_evening, "the day is over"},
    {is_finished, "absorption is finished"},
};

const char *rule_why_lower(const struct rule *r, const struct rule_state *s,
                           const struct rule_known *k)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].holds(r, s, k))
            return reasons[i].why;
    return NULL;
}

/* ---- reasons not to raise -------------------------------------------------------------------- */

bool rule_say(struct rule_word *word, const char *why)
{
    struct text t = text_on(word->why, sizeof word->why);

    text_add(&t, why);
    return true;
}

/* Waiting is no news; nothing is told of it. */
bool rule_must_wait(const struct rule *r, const struct rule_state *s, const struct rule_known *k,
                    struct rule_word *word)
{
    if (!r->is_enabled)
        return rule_say(word, "the rule is off");
    if (k->is_leaving)
        return rule_say(word, "the rule ends");
    if (!k->is_clock_trusted)
        return rule_say(word, "waits until the clock is set");
    if (k->minute < r->start || k->minute >= r->stop_from)
        return rule_say(word, "waits for its hour");
    if (s->is_done)
        return rule_say(word, "done for this day");
    if (!k->is_online)
        return rule_say(word, "waits until the device is heard");
    if (k->stuck_us)
        return rule_say(word, "waits until the store can be written");
    if (!k->has_float || k->now_us - k->float_us > READ_MOST_US || !k->has_absorb)
        return rule_say(word, "waits until the device's settings are read");
    if (s->last_order_us && (k->float_us <= s->last_order_us ||
                             (s->failures && k->now_us - s->last_order_us < RULE_RETRY_US)))
        return rule_say(word, "waits before it tries again");
    return false;
}

int rule_must_refuse(const struct rule *r, const struct rule_state *s, const struct rule_known *k,
                     struct rule_word *word)
{
    struct text t = text_on(word->why, sizeof word->why);

    if (!may_be_lead(k->battery_type)) {
        const char *type = words_text(WORDS_BATTERY_TYPE, k->battery_type);
        text_format(&t, "not raised: battery type %s", type ? type : "unknown");
        return SAID_TYPE;
    }
    if (r->absorb_v > k->device_absorb_v + SAME_V) {
        text_format(&t, "not raised: float may not be above the device's own absorb voltage, %g V",
                    k->device_absorb_v);
        return SAID_BULK;
    }
    if (k->has_temperature && k->temperature > r->temperature_most) {
        text_format(&t, "not raised: the battery has %g degrees", k->temperature);
        return SAID_WARM;
    }
    if (s->raises >= r->changes) {
        text_format(&t, "not raised: raised %u times this day already", s->raises);
        return SAID_SPENT;
    }
    if (!rule_same_volts(k->float_v, r->normal_v)) {
        text_format(&t, "not raised: float_voltage is %g V, neither %g nor %g", k->float_v,
                    r->normal_v, r->absorb_v);
        return SAID_FOREIGN;
    }
    return 0;
}
