/* Counters that stand, and who sleeps (mqtt/sleepers.h). */
#include "mqtt/sleepers.h"

#include "base/clock.h"

#include <stdio.h>

enum { TIMES_BEFORE_OLD = 3 };

void sleepers_stand(const struct portraits *p, const struct view_device *v,
                    const struct ha_device *d)
{
    struct board *board = p->place->seat->view->board;
    struct origin from = {.address = v->address};
    struct standing all[READING_MAX];
    size_t count = 0;

    for (unsigned i = 0; i < d->count; i++) {
        enum metric m = (enum metric)d->metrics[i].metric;
        struct standing one = {.metric = m};
        if (catalogue[m].kind == COUNTER)
            one.stands = board_total(board, v->desk, m, &one.value);
        all[count++] = one;
    }
    snprintf(from.name, sizeof from.name, "%s", v->name);
    snprintf(from.driver, sizeof from.driver, "%s", v->driver);
    snprintf(from.serial, sizeof from.serial, "%s", v->serial);
    states_stand(p->states, &from, all, count);
}

void sleepers_say(struct portraits *p, state_fn *each, void *who)
{
    struct board *board = p->place->seat->view->board;

    for (size_t i = 0; i < p->devices.count; i++) {
        const struct view_device *v = &p->devices.all[i];
        if (board_state(board, v->desk, clock_us(), NULL, NULL) != ASLEEP)
            continue;
        const struct ha_device *d = portrait_of(p, v);
        if (!d)
            continue;
        sleepers_stand(p, v, d);
        states_sleep(p->states, v->name, clock_wall_ms(),
                     (int64_t)d->expire_s * MS_PER_S / TIMES_BEFORE_OLD, each, who);
    }
}
