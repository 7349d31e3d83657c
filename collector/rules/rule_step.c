/* One look of the charge assistant, and what became of its orders (collector/rules/rule_step.h). */
#include "collector/rules/rule_inside.h"

#include "base/text.h"

#include <string.h>

enum { FAILURES_MOST = 3 };
static const int64_t SILENT_MOST_US = 600000000,
                     STEP_MOST_US = 900000000, /* one look stands for no longer than this */
    RETRY_SLOW_US = 3600000000, DAY_LEAST_US = 21600000000;

/* ---- steps ----------------------------------------------------------------------------------- */

/* Orders are counted by the site's day. A clock that jumps gives no new ones. */
static void turn_day(struct rule_state *s, const struct rule_known *k)
{
    if (!k->is_clock_trusted || s->day == k->day)
        return;
    if (s->last_raise_us && k->now_us - s->last_raise_us < DAY_LEAST_US)
        return;
    s->day = k->day;
    s->raises = 0;
    s->lowers = 0;
    s->said = 0;
    s->is_done = false;
    if (!s->is_raised)
        s->failures = 0;
}

static void look(const struct rule *r, struct rule_state *s, const struct rule_known *k)
{
    int64_t step_us = s->last_step_us ? k->now_us - s->last_step_us : 0;

    s->last_step_us = k->now_us;
    if (!s->is_raised)
        return;
    if (k->silent_us > SILENT_MOST_US)
        s->is_lost = true;
    if (k->is_online && k->volts_now >= r->absorb_v - r->band_v)
        s->held_us += step_us < STEP_MOST_US ? step_us : STEP_MOST_US;
}

static void begin(struct rule_state *s, const struct rule_known *k)
{
    s->is_raised = true;
    s->is_lost = false;
    s->held_us = 0;
    s->raised_s = k->wall_s;
    s->since_s = k->wall_s;
    s->begun_us = k->now_us;
}

static void forget(struct rule_state *s, const struct rule_known *k)
{
    s->is_raised = false;
    s->is_lost = false;
    s->raised_s = 0;
    s->held_us = 0;
    s->since_s = k->wall_s;
}

/* A setting read since the last order says more than what is remembered. */
static bool is_otherwise(const struct rule *r, struct rule_state *s, const struct rule_known *k,
                         struct rule_word *word)
{
    struct text t = text_on(word->why, sizeof word->why);

    if (!k->has_float || k->float_us <= s->last_order_us || k->float_us <= s->begun_us ||
        rule_same_volts(k->float_v, r->absorb_v))
        return false;
    word->act = RULE_SAY;
    if (rule_same_volts(k->float_v, r->normal_v)) {
        text_format(&t, "float_voltage is %g V %s", k->float_v,
                    s->failures ? "after all" : "already");
    } else {
        text_format(&t, "float_voltage was set to %g V by somebody else: left alone", k->float_v);
        s->is_done = true;
    }
    forget(s, k);
    return true;
}

static void step_raised(const struct rule *r, struct rule_state *s, const struct rule_known *k,
                        struct rule_word *word)
{
    int64_t pause_us = s->failures >= FAILURES_MOST ? RETRY_SLOW_US : RULE_RETRY_US;
    const char *why = rule_why_lower(r, s, k);

    if (is_otherwise(r, s, k, word))
        return;
    (void)rule_say(word, why ? why : "until absorption is finished");
    if (!why || (!k->is_online && !k->is_leaving))
        return; /* a device that is silent is not written to */
    if (s->failures && !k->is_leaving && k->now_us - s->last_order_us < pause_us)
        return;
    word->act = RULE_LOWER;
    word->volts = r->normal_v;
    s->last_order_us = k->now_us;
    s->lowers++;
}

static void step_resting(const struct rule *r, struct rule_state *s, const struct rule_known *k,
                         struct rule_word *word)
{
    bool is_read = k->has_float && k->float_us > s->last_order_us;
    int refusal;

    if (r->is_enabled && !k->is_leaving && is_read && rule_same_volts(k->float_v, r->absorb_v)) {
        begin(s, k);
        word->act = RULE_SAY;
        (void)rule_say(word, "float_voltage was found raised: it is watched from here on");
        return;
    }
    if (rule_must_wait(r, s, k, word))
        return;
    refusal = rule_must_refuse(r, s, k, word);
    if (refusal) {
        word->act = s->said & refusal ? RULE_NOTHING : RULE_SAY;
        s->said |= refusal;
        return;
    }
    begin(s, k);
    word->act = RULE_RAISE;
    word->volts = r->absorb_v;
    s->last_order_us = k->now_us;
    s->last_raise_us = k->now_us;
    s->raises++;
    (void)rule_say(word, "its hour has come");
}

void rule_step(const struct rule *rule, struct rule_state *state, const struct rule_known *known,
               struct rule_word *word)
{
    *word = (struct rule_word){.act = RULE_NOTHING};
    turn_day(state, known);
    look(rule, state, known);
    if (state->is_raised)
        step_raised(rule, state, known, word);
    else
        step_resting(rule, state, known, word);
    memcpy(state->why, word->why, sizeof state->why);
}

/* Errors that another try cannot mend. */
static bool is_final(int result)
{
    return result == ERR_DENIED || result == ERR_USAGE || result == ERR_ABSENT ||
           result == ERR_UNKNOWN || result == ERR_CONFIG;
}

/*
 * After a failure nobody knows what the device did, so it counts as raised until its setting is
 * read again. Only then is anything sent once more.
 */
void rule_ended(const struct rule *rule, struct rule_state *state, const struct rule_known *known,
                const struct rule_word *word, int result)
{
    state->last_order_us = known->now_us;
    if (result) {
        state->failures++;
        if (is_final(result) || state->failures >= FAILURES_MOST)
            state->is_done = true;
        return;
    }
    state->failures = 0;
    state->since_s = known->wall_s;
    if (word->act != RULE_LOWER)
        return;
    forget(state, known);
    if (known->is_leaving) /* a restart in the morning may begin once more */
        return;
    if (!known->is_clock_trusted || known->minute >= rule->start) /* before: the day gone by */
        state->is_done = true;
}

void rule_resume(struct rule_state *state, int64_t now_us)
{
    state->begun_us = now_us;
    state->last_step_us = now_us;
}

const char *rule_state_word(const struct rule *rule, const struct rule_state *state)
{
    if (state->is_raised)
        return "raised";
    return !rule->is_enabled ? "off" : state->is_done ? "done" : "resting";
}
