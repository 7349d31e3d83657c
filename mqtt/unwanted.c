/* Which topics nobody wants any more (mqtt/unwanted.h). */
#include "mqtt/unwanted.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

static const int64_t UNWANTED_US = 5000000, CLEARED_US = 10000000, WAY_US = 1000000;

/* A device that was not heard since the start may yet say that it is the one this topic is about;
 * and so may a unit whose speaker is there. */
static bool may_come_back(const struct portraits *p, const struct kept *k)
{
    const struct view_device *same = portraits_named(p, k->name);
    int64_t age_us = 0;

    if (!same)
        return *k->through && portraits_named(p, k->through);
    (void)board_state(p->place->seat->view->board, same->desk, clock_us(), &age_us, NULL);
    return age_us < 0 && !strcmp(same->driver, k->driver) &&
           strcmp(p->ids[same - p->devices.all], k->id) != 0;
}

static bool is_there(const struct portraits *p, const struct kept *k)
{
    if (!strcmp(k->driver, p->helio.driver ? p->helio.driver : "") && !strcmp(k->id, p->helio_id))
        return true;
    for (size_t i = 0; i < p->devices.count; i++)
        if (!strcmp(p->ids[i], k->id) && !strcmp(p->devices.all[i].driver, k->driver))
            return true;
    return false;
}

/* Whoever is missing for a moment (settings are read anew) is not gone. */
static bool is_to_go(const struct portraits *p, struct kept *k, enum sweep how, int64_t now_us)
{
    bool is_there_now = is_there(p, k);

    if ((k->is_wanted && is_there_now) || (how == SWEEP_UNWANTED && may_come_back(p, k))) {
        k->unwanted_us = 0;
        return false;
    }
    k->unwanted_us = k->unwanted_us ? k->unwanted_us : now_us;
    return now_us >= k->unwanted_us + UNWANTED_US;
}

static void clear(struct portraits *p, struct client *c, struct kept *k, int64_t now_us)
{
    client_put(c, SAY_RETAINED, k->topic, "");
    k->cleared_us = now_us;
    if (k->is_wanted)
        portraits_say_again(p); /* if it comes back it is said again */
    k->is_wanted = false;
    log_debug(p->place->seat->name, "%s is not wanted any more", k->topic);
}

bool unwanted_make_way(struct portraits *p, struct remembered *r, struct client *c,
                       const struct view_device *v, const char *id)
{
    int64_t now = clock_us();
    bool is_in_the_way = false;

    for (size_t i = 0; i < r->count; i++) {
        struct kept *k = &r->all[i];
        if (strcmp(k->name, v->name) != 0 || strcmp(k->driver, v->driver) != 0 ||
            !strcmp(k->id, id) || is_there(p, k))
            continue;
        if (!k->cleared_us)
            clear(p, c, k, now);
        is_in_the_way |= now < k->cleared_us + WAY_US;
    }
    return is_in_the_way;
}

/* What was cleared long ago in this connection is forgotten. */
void unwanted_sweep(struct portraits *p, struct remembered *r, struct client *c, enum sweep how)
{
    int64_t now = clock_us();

    for (size_t i = r->count; i-- > 0;) {
        struct kept *k = &r->all[i];
        if (k->cleared_us && now > k->cleared_us + CLEARED_US)
            remembered_drop(r, i);
        else if (!k->cleared_us && (how == SWEEP_ALL || is_to_go(p, k, how, now)))
            clear(p, c, k, now);
    }
    if (remembered_save(r))
        log_debug(p->place->seat->name, "the list of topics is kept in memory for now");
}
