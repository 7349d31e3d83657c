/* Pumps by plan (collector/deliver.h). */
#include "collector/deliver.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const int64_t STOP_US = 3000000;

static void end_seat(struct deliver *d, size_t at, int64_t deadline_us)
{
    pump_stop(d->seats[at].pump, deadline_us);
    d->count--;
    memmove(&d->seats[at], &d->seats[at + 1], (d->count - at) * sizeof *d->seats);
}

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

struct pump *deliver_pump(struct deliver *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (!strcmp(d->seats[i].name, name))
            return d->seats[i].pump;
    return NULL;
}

static int start_one(struct deliver *d, const struct plan *plan, const struct plan_sink *s)
{
    struct pump *pump = NULL;
    int rc =
        pump_start(&pump, d->store, s->sink, s->name, s->section, plan_site_name(plan), d->view);

    if (rc) {
        log_err(s->name, "this sink cannot begin (%s); readings are kept for it", error_text(rc));
        (void)(store_cursor(d->store, s->name, false) >= 0); /* its place in the log is held */
        return rc;
    }
    d->seats[d->count].pump = pump;
    d->seats[d->count].plan = plan;
    snprintf(d->seats[d->count++].name, ORIGIN_NAME, "%s", s->name);
    return OK;
}

int deliver_follow(struct deliver *d, const struct plan *plan, struct store *store)
{
    int worst = OK;

    d->store = store;
    for (size_t i = d->count; i-- > 0;)
        if (!may_stay(d, i, plan)) {
            if (!plan_sink_named(plan, d->seats[i].name))
                store_cursor_forget(store, d->seats[i].name);
            end_seat(d, i, clock_us() + STOP_US);
        }
    for (size_t i = 0; i < plan->sink_count; i++)
        if (!deliver_pump(d, plan->sinks[i].name)) {
            int rc = start_one(d, plan, &plan->sinks[i]);
            worst = worst ? worst : rc;
        }
    return worst;
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

bool deliver_wait(struct deliver *d, int64_t deadline_us)
{
    int64_t last = store_visible(d->store);
    bool is_done = true;

    for (size_t i = 0; i < d->count; i++)
        is_done &= pump_wait(d->seats[i].pump, last, deadline_us);
    return is_done;
}

void deliver_stop(struct deliver *d, int64_t deadline_us)
{
    while (d->count)
        end_seat(d, d->count - 1, deadline_us);
}

bool deliver_uses(const struct deliver *d, const struct plan *plan)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->seats[i].plan == plan)
            return true;
    return false;
}
