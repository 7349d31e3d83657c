/* Orders of the rules, and what is remembered of them (collector/rules/rules.h). */
#include "collector/rules/rules_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "collector/daemon/daemon.h"

#include <string.h>

static const int64_t POST_MOST_US = 60000000, /* somebody else's job may be long */
    HELD_STEP_US = 300000000;

/* ---- memory ---------------------------------------------------------------------------------- */

/*
 * Pairs of numbers beside the meters, by names no meter has (meters are counters): they travel
 * with the next commit like everything else, and a file that is carried over keeps them.
 *   float_voltage   normal and raised volts; 0 and 0 when it is not raised
 *   absorb_voltage  when it was raised, and the seconds it was held
 *   battery_type    the day, and ten times the raises of that day, plus one when it is done
 */
void seat_remember(struct rules *r, struct rule_seat *s)
{
    const struct rule_state *t = &s->state;
    double normal = t->is_raised ? s->rule.normal_v : 0,
           raised = t->is_raised ? s->rule.absorb_v : 0;
    int64_t steps = t->held_us / HELD_STEP_US; /* not at every look */

    if (!s->from)
        return;
    store_meter_put(r->store, s->from, M_FLOAT_VOLTAGE, normal, raised);
    store_meter_put(r->store, s->from, M_ABSORB_VOLTAGE, (double)t->raised_s,
                    (double)(steps * HELD_STEP_US) / 1e6);
    store_meter_put(r->store, s->from, M_BATTERY_TYPE, t->day, t->raises * 10 + t->is_done);
}

bool seat_recall(struct rules *r, struct rule_seat *s, struct rule *raised_by)
{
    struct rule_state *t = &s->state;
    double normal = 0, raised = 0, since = 0, held = 0, day = 0, counts = 0;

    if (!s->from || !store_meter_get(r->store, s->from, M_FLOAT_VOLTAGE, &normal, &raised))
        return false;
    (void)store_meter_get(r->store, s->from, M_ABSORB_VOLTAGE, &since, &held);
    (void)store_meter_get(r->store, s->from, M_BATTERY_TYPE, &day, &counts);
    *t = (struct rule_state){.is_raised = normal > 0,
                             .raised_s = (int64_t)since,
                             .held_us = (int64_t)(held * 1e6),
                             .day = (int)day,
                             .raises = (unsigned)counts / 10,
                             .is_done = (unsigned)counts % 10,
                             .since_s = (int64_t)since};
    rule_resume(t, clock_us());
    *raised_by = (struct rule){.normal_v = normal, .absorb_v = raised, .band_v = 0.2};
    return true;
}

void seat_say(struct rules *r, const struct rule_seat *s, int level, const char *text)
{
    char line[300];
    struct text t = text_on(line, sizeof line);

    text_format(&t, "rule %.40s: %s", s->name, text);
    log_say((enum log_level)level, s->device, "%s", line);
    store_event(r->store, level, s->device, line);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void settle(struct rules *r, struct rule_seat *s, const struct rule_known *k, int rc)
{
    bool is_raise = s->word.act == RULE_RAISE;
    char line[280];
    struct text t = text_on(line, sizeof line);

    s->is_ordered = s->is_posted = false;
    rule_ended(&s->rule, &s->state, k, &s->word, rc);
    seat_remember(r, s);
    text_format(&t, "float_voltage %s to %g V: %s", is_raise ? "raised" : "lowered", s->word.volts,
                s->word.why);
    if (rc) {
        t = text_on(line, sizeof line);
        text_format(&t, "float_voltage could not be %s to %g V: %.140s%s",
                    is_raise ? "raised" : "lowered", s->word.volts,
                    *s->told.why ? s->told.why : error_text(rc),
                    k->is_leaving      ? ""
                    : !is_raise        ? "; it is tried again"
                    : s->state.is_done ? "; no more this day"
                                       : "");
    }
    seat_say(r, s, rc ? LOG_LEVEL_ERR : LOG_LEVEL_NOTE, line);
}

void seat_order(struct rules *r, struct rule_seat *s)
{
    char line[RULE_WHY + 80];
    struct text t = text_on(line, sizeof line);

    s->is_ordered = true;
    s->is_posted = false;
    s->ordered_us = clock_us();
    s->told = (struct told){0};
    if (s->word.act == RULE_LOWER)
        return;
    /* whoever starts after a crash must know of it, or nothing may be raised */
    text_format(&t, "raises float_voltage to %g V: %s", s->word.volts, s->word.why);
    seat_say(r, s, LOG_LEVEL_NOTE, line);
    seat_remember(r, s);
    s->is_to_commit = true;
}

void seat_committed(struct rules *r, struct rule_seat *s, const struct rule_known *k, int rc)
{
    s->is_to_commit = false;
    if (rc)
        settle(r, s, k, rc);
}

static int post(struct rule_seat *s, struct daemon *d)
{
    struct text t = text_on(s->order, sizeof s->order);

    text_add(&t, "float_voltage=");
    text_number(&t, s->word.volts);
    s->words[0] = s->order;
    s->errand =
        (struct errand){.device = s->device, .words = s->words, .count = 1, .told = &s->told};
    int rc = errand_begin(d, &s->errand, NULL);
    return rc == ERR_ABSENT ? ERR_GONE : rc; /* no wire of ours leads to it */
}

void seat_look_after(struct rules *r, struct rule_seat *s, struct daemon *d,
                     const struct rule_known *k)
{
    int rc;

    if (s->is_posted) {
        if (!s->errand.job.is_done)
            return;
        errand_end(d, &s->errand);
        settle(r, s, k, s->errand.job.result);
        return;
    }
    if (s->is_to_commit)
        return;
    rc = post(s, d);
    s->is_posted = !rc;
    if (rc == ERR_BUSY && clock_us() - s->ordered_us < POST_MOST_US)
        return; /* somebody else's job is in the box */
    if (rc)
        settle(r, s, k, rc);
}
