/* How others deal with a pump: looking, pinning, waiting, asking (store/pump.h). */
#include "store/lane.h"

#include "base/clock.h"
#include "base/thread.h"

void pump_pin(struct pump *p)
{
    lock_take(&p->lock);
    p->pins++;
    lock_give(&p->lock);
}

void pump_unpin(struct pump *p)
{
    lock_take(&p->lock);
    p->pins--;
    pthread_cond_broadcast(&p->moved);
    lock_give(&p->lock);
}

void pump_nudge(struct pump *p)
{
    lock_take(&p->lock);
    p->is_nudged = true;
    pthread_cond_broadcast(&p->moved);
    lock_give(&p->lock);
}

void pump_state(struct pump *p, struct pump_state *to)
{
    int64_t visible = store_visible(p->store);

    lock_take(&p->lock);
    *to = p->state;
    lock_give(&p->lock);
    to->backlog = visible > to->cursor ? visible - to->cursor : 0;
    to->lost = store_cursor_lost(p->store, p->seat.name);
}

const struct section *pump_section(const struct pump *p)
{
    return p->seat.section;
}

/* ---- waiting for it ------------------------------------------------------------------------ */

/* What a sink of its own asks: it ends, or nobody wants it any longer. */
struct errand_limit {
    struct pump *pump;
    const struct limit *own;
};

static bool is_called_off(void *who)
{
    const struct errand_limit *l = who;

    return l->pump->is_stopping || limit_is_over(l->own);
}

bool pump_has_purge(const struct pump *p)
{
    return p->seat.sink->purge;
}

int pump_purge(struct pump *p, const struct limit *limit, char why[WHY_MAX])
{
    struct errand_limit both = {p, limit};
    const struct limit l = {limit->until_us, is_called_off, &both};

    *why = '\0';
    return p->seat.sink->purge ? p->seat.sink->purge(&p->seat, &l, why) : 0;
}

int pump_show(struct pump *p, const char *device, show_fn *each, void *who, char why[WHY_MAX])
{
    *why = '\0';
    return p->seat.sink->show ? p->seat.sink->show(&p->seat, device, each, who, why) : 0;
}

bool pump_wait(struct pump *p, int64_t seq, const struct limit *limit)
{
    bool is_done;

    lock_take(&p->lock);
    p->hurried++;
    while (p->state.cursor < seq && !p->is_stopping && !limit_is_over(limit))
        lock_wait_until(&p->lock, &p->moved, limit_next_look(limit));
    is_done = p->state.cursor >= seq;
    p->hurried--;
    lock_give(&p->lock);
    return is_done;
}

bool pump_wait_resends(struct pump *p, const struct limit *limit)
{
    struct resend left;
    bool is_over = false;

    while (store_resend_next(p->store, p->seat.name, &left)) {
        if (is_over)
            return false;
        lock_take(&p->lock);
        is_over = p->is_stopping || limit_is_over(limit);
        if (!is_over)
            lock_wait_until(&p->lock, &p->moved, limit_next_look(limit));
        lock_give(&p->lock);
    }
    return true;
}
