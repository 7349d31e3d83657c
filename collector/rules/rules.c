/* Seats of the rules: who has one, what it heard, when it is looked at (collector/rules/rules.h).
 */
#include "collector/rules/rules_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "collector/daemon/daemon.h"
#include "store/days.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEAVING_TRIES = 2 };
static const int64_t LOOK_US = 1000000, ONLINE_LEAST_US = 15000000, TEMPERATURE_MOST_US = 900000000;

void rules_init(struct rules *r, struct store *store)
{
    *r = (struct rules){.store = store};
    lock_init(&r->lock, LOCK_RULES);
}

void rules_done(struct rules *r)
{
    if (!r->store)
        return;
    for (size_t i = 0; i < r->count; i++)
        free(r->seats[i]);
    lock_done(&r->lock);
    *r = (struct rules){0};
}

/* ---- seats ----------------------------------------------------------------------------------- */

static struct rule_seat *seat_of(struct rules *r, const char *device)
{
    for (size_t i = 0; i < r->count; i++)
        if (!strcmp(r->seats[i]->device, device))
            return r->seats[i];
    return NULL;
}

static struct rule_seat *new_seat(struct rules *r, const struct plan_device *d)
{
    struct rule_seat *s = r->count < RULE_SEATS ? calloc(1, sizeof *s) : NULL;
    double own = section_number(d->section, "every");

    if (!s) {
        log_err(d->name, "there is no room for its rule");
        return NULL;
    }
    snprintf(s->device, sizeof s->device, "%s", d->name);
    snprintf(s->name, sizeof s->name, "of an earlier run");
    s->from = store_origin_named(r->store, d->name);
    s->every_us = (int64_t)((own > 0 ? own : section_number(d->bus->section, "every")) * 1e6);
    s->heard = (struct rule_heard){.at_us = clock_us(), .battery_type = RULE_TYPE_UNKNOWN};
    r->seats[r->count++] = s;
    return s;
}

static void drop_seat(struct rules *r, size_t at)
{
    free(r->seats[at]);
    for (r->count--; at < r->count; at++)
        r->seats[at] = r->seats[at + 1];
}

static void take_rule(struct rule_seat *s, const struct rule *rule)
{
    if (!s->window.part_us || s->rule.window_us != rule->window_us)
        rule_window_begin(&s->window, rule->window_us, s->every_us);
    s->rule = *rule;
    s->has_next = false;
}

static bool is_same_volts(const struct rule *a, const struct rule *b)
{
    double d = a->normal_v - b->normal_v, e = a->absorb_v - b->absorb_v;

    return d > -0.01 && d < 0.01 && e > -0.01 && e < 0.01;
}

/* What was raised to other voltages is lowered the way it was raised; then the new rule holds. */
static void give_rule(struct rule_seat *s, const struct rule *rule)
{
    s->has_rule = true;
    if (!s->state.is_raised || is_same_volts(&s->rule, rule)) {
        take_rule(s, rule);
        return;
    }
    s->rule.is_enabled = false;
    s->next = *rule;
    s->has_next = true;
}

static void begin_seat(struct rules *r, struct rule_seat *s)
{
    if (!seat_recall(r, s, &s->rule))
        return;
    if (s->state.is_raised)
        seat_say(r, s, LOG_LEVEL_NOTE, "float_voltage is still raised");
}

static void follow_device(struct rules *r, const struct plan_device *d,
                          const struct plan_rule *planned)
{
    struct rule_seat *s = seat_of(r, d->name);
    double normal = 0, raised = 0;
    const struct origin *from = store_origin_named(r->store, d->name);
    bool is_marked =
        from && store_meter_get(r->store, from, M_FLOAT_VOLTAGE, &normal, &raised) && normal > 0;

    if (!s && !planned && !is_marked)
        return;
    if (!s) {
        s = new_seat(r, d);
        if (!s)
            return;
        if (planned)
            snprintf(s->name, sizeof s->name, "%s", planned->name);
        begin_seat(r, s);
    }
    if (!planned)
        return;
    snprintf(s->name, sizeof s->name, "%s", planned->name);
    give_rule(s, &planned->rule);
}

void rules_follow(struct rules *r, const struct plan *plan)
{
    lock_take(&r->lock);
    for (size_t i = 0; i < r->count; i++) {
        r->seats[i]->has_rule = r->seats[i]->has_next = false;
        r->seats[i]->leaving = 0;
    }
    for (size_t i = 0; i < plan->device_count; i++) {
        const struct plan_rule *planned = NULL;
        for (size_t k = 0; k < plan->rule_count; k++)
            if (plan->rules[k].device == &plan->devices[i])
                planned = &plan->rules[k];
        follow_device(r, &plan->devices[i], planned);
    }
    for (size_t i = 0; i < r->count; i++)
        if (!r->seats[i]->has_rule)
            r->seats[i]->rule.is_enabled = false; /* it ends as soon as it has lowered */
    lock_give(&r->lock);
}

/* ---- what is known --------------------------------------------------------------------------- */

static void hear(struct rule_seat *s, const struct reading *read, int64_t heard_us)
{
    struct rule_heard *h = &s->heard;
    double volts, net, in = 0, out = 0, value;
    bool has_net = reading_get(read, M_BATTERY_CURRENT, &net);

    if (!has_net && reading_get(read, M_BATTERY_CHARGE_CURRENT, &in) &&
        reading_get(read, M_BATTERY_DISCHARGE_CURRENT, &out)) {
        net = in - out;
        has_net = true;
    }
    if (reading_get(read, M_BATTERY_VOLTAGE, &volts) && has_net) {
        h->at_us = heard_us;
        h->volts = volts;
        if (s->window.part_us)
            rule_window_add(&s->window, heard_us, volts, net);
    }
    if (reading_get(read, M_BATTERY_TEMPERATURE, &h->temperature))
        h->temperature_us = heard_us;
    if (reading_get(read, M_FLOAT_VOLTAGE, &h->float_v))
        h->float_us = heard_us;
    if (reading_get(read, M_ABSORB_VOLTAGE, &h->absorb_v))
        h->absorb_us = heard_us;
    if (reading_get(read, M_BATTERY_TYPE, &value))
        h->battery_type = (int)value;
}

void rules_hear(void *rules, const char *device, const struct reading *read, int64_t heard_us)
{
    struct rules *r = rules;
    struct rule_seat *s;

    lock_take(&r->lock);
    s = seat_of(r, device);
    if (s)
        hear(s, read, heard_us);
    lock_give(&r->lock);
}

static void know(struct rules *r, const struct rule_seat *s, bool is_leaving, struct rule_known *k)
{
    const struct rule_heard *h = &s->heard;
    int64_t now = clock_us(), wall_ms = clock_wall_ms(), patience_us = 3 * s->every_us;
    time_t seconds = (time_t)(wall_ms / MS_PER_S);
    struct tm local;

    localtime_r(&seconds, &local);
    if (patience_us < ONLINE_LEAST_US)
        patience_us = ONLINE_LEAST_US;
    *k = (struct rule_known){
        .now_us = now,
        .wall_s = wall_ms / MS_PER_S,
        .is_clock_trusted = clock_is_trusted(wall_ms),
        .day = day_of(wall_ms),
        .minute = local.tm_hour * 60 + local.tm_min,
        .is_leaving = is_leaving,
        .stuck_us = r->stuck_us ? now - r->stuck_us + 1 : 0,
        .silent_us = now - h->at_us,
        .is_online = h->volts > 0 && now - h->at_us <= patience_us,
        .volts_now = h->volts,
        .has_temperature =
            h->temperature_us &&
            now - h->temperature_us<TEMPERATURE_MOST_US, .temperature = h->temperature,
                                    .battery_type = h->battery_type, .has_float = h->float_us> 0,
        .has_absorb = h->absorb_us > 0,
        .float_v = h->float_v,
        .device_absorb_v = h->absorb_v,
        .float_us = h->float_us,
    };
    if (s->window.part_us)
        k->covered = rule_window_means(&s->window, now, &k->volts, &k->charge_a, &k->discharge_a);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void look_at(struct rules *r, struct rule_seat *s, struct daemon *d, bool is_leaving)
{
    struct rule_known k;

    know(r, s, is_leaving, &k);
    if (!s->is_ordered) {
        int64_t held_us = s->state.held_us;
        bool was_raised = s->state.is_raised;
        rule_step(&s->rule, &s->state, &k, &s->word);
        if (s->word.act == RULE_SAY)
            seat_say(r, s, LOG_LEVEL_NOTE, s->word.why);
        if (s->word.act == RULE_SAY || was_raised != s->state.is_raised ||
            held_us != s->state.held_us)
            seat_remember(r, s);
        if (s->word.act != RULE_RAISE && s->word.act != RULE_LOWER)
            return;
        s->leaving += is_leaving;
        seat_order(r, s);
    }
    if (s->is_ordered)
        seat_look_after(r, s, d, &k);
}

/* A rule that is gone keeps its seat until it has lowered what it raised. */
static void clear_seats(struct rules *r)
{
    for (size_t i = r->count; i-- > 0;) {
        struct rule_seat *s = r->seats[i];
        if (s->state.is_raised || s->is_ordered)
            continue;
        if (s->has_next)
            take_rule(s, &s->next);
        else if (!s->has_rule)
            drop_seat(r, i);
    }
}

/* A disk may take its time, and the lock is not held for that; the orders are sent at once then. */
static void commit_notes(struct rules *r, struct daemon *d, bool is_leaving)
{
    bool is_any = false;
    struct rule_known k;

    for (size_t i = 0; i < r->count; i++)
        is_any |= r->seats[i]->is_to_commit;
    if (!is_any)
        return;
    int rc = store_commit(r->store);
    lock_take(&r->lock);
    for (size_t i = 0; i < r->count; i++) {
        struct rule_seat *s = r->seats[i];
        if (!s->is_to_commit)
            continue;
        know(r, s, is_leaving, &k);
        seat_committed(r, s, &k, rc);
        if (s->is_ordered)
            seat_look_after(r, s, d, &k);
    }
    lock_give(&r->lock);
}

void rules_look(struct rules *r, struct daemon *d)
{
    int64_t now = clock_us();

    if (!r->count || now - r->looked_us < LOOK_US)
        return;
    r->looked_us = now;
    if (!store_is_stuck(r->store))
        r->stuck_us = 0;
    else if (!r->stuck_us)
        r->stuck_us = now;
    lock_take(&r->lock);
    for (size_t i = 0; i < r->count; i++)
        look_at(r, r->seats[i], d, false);
    clear_seats(r);
    lock_give(&r->lock);
    commit_notes(r, d, false);
}

/* ---- leaving --------------------------------------------------------------------------------- */

static bool stays(const struct rule_seat *s, const struct plan *old, const struct plan *next)
{
    const struct plan_rule *a = NULL, *b = NULL;

    for (size_t i = 0; i < old->rule_count; i++)
        if (!strcmp(old->rules[i].device->name, s->device))
            a = &old->rules[i];
    for (size_t i = 0; next && i < next->rule_count; i++)
        if (!strcmp(next->rules[i].device->name, s->device))
            b = &next->rules[i];
    return a && b && section_is_same(a->section, b->section);
}

/* True when nothing more can be done for it. */
static bool has_left(struct rules *r, struct rule_seat *s, struct daemon *d)
{
    if (s->is_ordered || (s->state.is_raised && s->leaving < LEAVING_TRIES))
        look_at(r, s, d, true);
    return !s->is_ordered && (!s->state.is_raised || s->leaving >= LEAVING_TRIES);
}

bool rules_have_left(struct rules *r, struct daemon *d, const struct plan *next)
{
    bool have = true;

    if (!r->store)
        return true;
    lock_take(&r->lock);
    for (size_t i = 0; i < r->count; i++) {
        struct rule_seat *s = r->seats[i];
        have &= stays(s, d->plan, next) || has_left(r, s, d);
    }
    lock_give(&r->lock);
    commit_notes(r, d, true);
    return have;
}

void rules_say_left(struct rules *r, struct daemon *d, const struct plan *next)
{
    if (!r->store)
        return;
    lock_take(&r->lock);
    for (size_t i = 0; i < r->count; i++)
        if (r->seats[i]->state.is_raised && !stays(r->seats[i], d->plan, next))
            seat_say(r, r->seats[i], LOG_LEVEL_ERR,
                     "float_voltage is still raised; it is lowered when the device is heard again");
    lock_give(&r->lock);
}
