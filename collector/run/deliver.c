/* Pumps by plan (collector/run/deliver.h). */
#include "collector/run/deliver.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const int64_t STOP_US = 3000000, AGAIN_US = 30000000;

void deliver_init(struct deliver *d, struct store *store, const struct view *view)
{
    *d = (struct deliver){.store = store, .view = view};
    lock_init(&d->lock, LOCK_DELIVER);
}

void deliver_done(struct deliver *d)
{
    lock_done(&d->lock);
    *d = (struct deliver){0};
}

/* ---- ending ---------------------------------------------------------------------------------- */

static void ask_to_end(struct deliver *d, size_t at, int64_t deadline_us)
{
    lock_take(&d->lock);
    d->seats[at].is_leaving = true;
    lock_give(&d->lock);
    pump_ask_stop(d->seats[at].pump, deadline_us);
}

static void drop(struct deliver *d, size_t at)
{
    struct pump *pump = d->seats[at].pump;

    lock_take(&d->lock);
    d->count--;
    memmove(&d->seats[at], &d->seats[at + 1], (d->count - at) * sizeof *d->seats);
    lock_give(&d->lock);
    pump_stop(pump, 0); /* told before: waits for its end and clears away */
}

void deliver_ask_stop(struct deliver *d, int64_t deadline_us)
{
    for (size_t i = 0; i < d->count; i++)
        if (!d->seats[i].is_leaving)
            ask_to_end(d, i, deadline_us);
}

bool deliver_has_ended(struct deliver *d)
{
    for (size_t i = d->count; i-- > 0;)
        if (d->seats[i].is_leaving && pump_has_ended(d->seats[i].pump))
            drop(d, i);
    return !d->count;
}

void deliver_stop(struct deliver *d, int64_t deadline_us)
{
    deliver_ask_stop(d, deadline_us);
    while (d->count)
        drop(d, d->count - 1);
}

/* ---- following ------------------------------------------------------------------------------- */

/* May this pump go on under the new plan? */
static bool may_stay(const struct deliver *d, size_t at, const struct plan *plan)
{
    const struct plan_sink *planned = plan_sink_named(plan, d->seats[at].name);
    struct pump_state state;

    pump_state(d->seats[at].pump, &state);
    return planned && !state.is_alarm &&
           section_is_same(planned->section, pump_section(d->seats[at].pump)) &&
           !strcmp(plan_site_name(plan), plan_site_name(d->seats[at].plan));
}

static bool has_seat(const struct deliver *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (!strcmp(d->seats[i].name, name))
            return true;
    return false;
}

static int start_one(struct deliver *d, const struct plan_sink *s, bool is_told)
{
    struct fed fed = {.plan = d->plan};
    int rc = pump_start(&fed.pump, d->store, s->sink, s->name, s->section, plan_site_name(d->plan),
                        d->view);

    if (rc) {
        if (!is_told)
            log_err(s->name, "this sink cannot begin (%s); readings are kept for it",
                    error_text(rc));
        (void)(store_cursor(d->store, s->name, false) >= 0); /* its place in the log is held */
        return rc;
    }
    snprintf(fed.name, sizeof fed.name, "%s", s->name);
    lock_take(&d->lock);
    d->seats[d->count++] = fed;
    lock_give(&d->lock);
    return OK;
}

/* Two pumps of one sink would move one cursor: the new one waits for the end of the old one. */
static int start_missing(struct deliver *d, bool is_told)
{
    int worst = OK;

    for (size_t i = 0; i < d->plan->sink_count; i++) {
        bool has_room = d->count < sizeof d->seats / sizeof *d->seats;
        if (has_seat(d, d->plan->sinks[i].name) || !has_room)
            continue;
        int rc = start_one(d, &d->plan->sinks[i], is_told);
        worst = worst ? worst : rc;
    }
    d->retry_us = worst ? clock_us() + AGAIN_US : 0;
    return worst;
}

int deliver_follow(struct deliver *d, const struct plan *plan)
{
    d->plan = plan;
    for (size_t i = d->count; i-- > 0;) {
        if (d->seats[i].is_leaving)
            continue;
        if (may_stay(d, i, plan)) {
            pump_nudge(d->seats[i].pump);
            continue;
        }
        if (!plan_sink_named(plan, d->seats[i].name))
            store_cursor_forget(d->store, d->seats[i].name);
        ask_to_end(d, i, clock_us() + STOP_US);
    }
    return start_missing(d, false);
}

void deliver_tend(struct deliver *d)
{
    size_t before = d->count;

    (void)deliver_has_ended(d);
    if (d->plan && (d->count < before || (d->retry_us && clock_us() >= d->retry_us)))
        (void)!start_missing(d, d->count == before);
}

int deliver_only(const struct plan *plan, const char *names, bool wanted[PLAN_SINKS])
{
    char text[400];
    char *rest = text;

    for (size_t i = 0; i < PLAN_SINKS; i++)
        wanted[i] = !names;
    if (!names)
        return OK;
    snprintf(text, sizeof text, "%s", names);
    for (char *name = strsep(&rest, ", "); name; name = strsep(&rest, ", ")) {
        const struct plan_sink *s = *name ? plan_sink_named(plan, name) : NULL;
        struct nearest n = {.word = name};
        if (s) {
            wanted[s - plan->sinks] = true;
            continue;
        }
        for (size_t i = 0; i < plan->sink_count; i++)
            nearest_try(&n, plan->sinks[i].name);
        log_err(NULL, "there is no [sink %s]%s%s%s", name, n.best ? "; did you mean \"" : "",
                n.best ? n.best : "", n.best ? "\"?" : "");
        return ERR_USAGE;
    }
    return OK;
}

bool deliver_uses(const struct deliver *d, const struct plan *plan)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->seats[i].plan == plan)
            return true;
    return d->plan == plan;
}

/* ---- from any thread ------------------------------------------------------------------------- */

struct pump *deliver_pin(struct deliver *d, const char *name)
{
    struct pump *pump = NULL;

    lock_take(&d->lock);
    for (size_t i = 0; i < d->count && !pump; i++)
        if (!d->seats[i].is_leaving && !strcmp(d->seats[i].name, name))
            pump = d->seats[i].pump;
    if (pump)
        pump_pin(pump);
    lock_give(&d->lock);
    return pump;
}

size_t deliver_states(struct deliver *d, struct pump_state *to, size_t room)
{
    size_t count = 0;

    lock_take(&d->lock);
    for (size_t i = 0; i < d->count && count < room; i++)
        pump_state(d->seats[i].pump, &to[count++]);
    lock_give(&d->lock);
    return count;
}

bool deliver_wait(struct deliver *d, const struct limit *limit)
{
    char names[2 * PLAN_SINKS][ORIGIN_NAME];
    int64_t last = store_visible(d->store);
    bool is_done = true;
    size_t count = 0;

    lock_take(&d->lock);
    for (; count < d->count; count++)
        memcpy(names[count], d->seats[count].name, ORIGIN_NAME);
    lock_give(&d->lock);
    for (size_t i = 0; i < count; i++) {
        struct pump *pump = deliver_pin(d, names[i]);
        is_done &= pump && pump_wait(pump, last, limit);
        if (pump)
            pump_unpin(pump);
    }
    return is_done;
}
