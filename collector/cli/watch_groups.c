/* A board of their own, as the daemon's keeper has one (collector/cli/watch_groups.h). */
#include "collector/cli/watch_groups.h"

#include "collector/plan/addressee.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

int watch_groups_open(struct watch_groups *w, const struct rounds *r, char *const *names, int count)
{
    const struct plan *plan = r->house->plan;

    *w = (struct watch_groups){.rounds = r, .plan = plan};
    for (size_t g = 0; g < plan->group_count; g++)
        for (int i = 0; i < count; i++)
            w->is_wanted[g] |= !strcmp(plan->groups[g].name, names[i]);
    if (!memchr(w->is_wanted, true, sizeof w->is_wanted))
        return OK;
    w->board = board_new((unsigned)plan->device_count);
    w->tick_ms = calloc(plan->device_count + 1, sizeof *w->tick_ms);
    if (!w->board || !w->tick_ms)
        return ERR_FULL;
    for (size_t i = 0; i < plan->device_count; i++) {
        int64_t every_us = (int64_t)(device_every_s(r, i) * 1e6);
        board_period(w->board, (unsigned)i, every_us, every_us);
    }
    return OK;
}

void watch_groups_close(struct watch_groups *w)
{
    if (w->board)
        board_free(w->board);
    free(w->tick_ms);
    *w = (struct watch_groups){0};
}

void watch_groups_note(struct watch_groups *w, const struct news *n)
{
    static struct reading r; /* one thread takes the news */
    size_t place = news_place(n);

    if (!w->board)
        return;
    w->tick_ms[n->device] = n->reading.round_ms;
    if (*n->unit && place == n->device)
        return; /* nobody's section: no group can name it */
    board_sleep(w->board, (unsigned)place, n->result == ERR_ASLEEP);
    r = n->reading;
    r.device = (uint16_t)place;
    if (r.count)
        board_note(w->board, &r, n->heard_us);
    else
        board_miss(w->board, (unsigned)place, n->result ? n->result : ERR_DATA, n->heard_us);
}

/* Has everybody who is asked for it had a turn at this tick, or is it not to come yet? */
static bool is_due(const struct watch_groups *w, const struct group *g, int64_t tick_ms)
{
    for (size_t i = 0; i < g->count; i++) {
        bool marks[PLAN_DEVICES] = {false};
        size_t at = g->members[i].device;
        marks[at] = true;
        addressee_mark_speakers(w->plan, marks);
        for (size_t d = 0; d < w->plan->device_count; d++) {
            int64_t every_ms = (int64_t)(device_every_s(w->rounds, d) * 1e3);
            if (marks[d] && !w->plan->devices[d].is_heard_through &&
                w->tick_ms[d] + every_ms <= tick_ms)
                return false;
        }
    }
    return true;
}

bool watch_groups_next(struct watch_groups *w, const struct news *n, const char **name,
                       struct reading *to)
{
    int64_t tick_ms = n->reading.round_ms;

    for (size_t g = 0; n->is_last && g < w->plan->group_count; g++) {
        const struct group *group = &w->plan->groups[g];
        if (!w->is_wanted[g] || w->told_ms[g] >= tick_ms || !is_due(w, group, tick_ms))
            continue;
        w->told_ms[g] = tick_ms;
        *name = group->name;
        *to = (struct reading){.round_ms = tick_ms};
        if (group_fold(group, w->board, clock_us(), to))
            return true;
    }
    return false;
}
