/* Orders to a bus thread, and into the events (collector/run/errand.h). */
#include "collector/run/errand.h"

#include "base/clock.h"
#include "base/log.h"
#include "collector/daemon/daemon.h"

#include <stdio.h>

/* What the device shows now goes the way of all news, and is not waited for. */
static void tell_news(struct house *h, const struct addressee *to, struct news *n)
{
    snprintf(n->unit, sizeof n->unit, "%s", to->unit);
    n->heard_us = clock_us();
    n->counts = h->devices[to->at].bus->counts;
    n->reading.round_ms = clock_wall_ms();
    if (queue_put(n->from->news, n, 0))
        log_debug(to->name, "what it shows now comes with its next round");
}

static int tell_now(struct rounds *r, size_t bus, void *to)
{
    struct errand *e = to;
    struct news n = {.from = r, .device = (uint16_t)e->to.at, .bus = bus, .is_told = true};

    if (e->is_raw)
        return telling_raw(&e->wing->house, &e->to, e->words[0], e->told);
    int rc = telling_do(&e->wing->house, &e->to, e->words, e->count, e->told, &n.reading);
    if (n.reading.count)
        tell_news(&e->wing->house, &e->to, &n);
    return rc;
}

int errand_begin(struct daemon *d, struct errand *e, const struct limit *limit)
{
    int rc;

    e->wing = wings_find(&d->wings, e->device, &e->to, &e->bus);
    if (!e->wing)
        return ERR_ABSENT;
    e->job = (struct job){.run = tell_now, .to = e};
    rc = limit ? rounds_put(&e->wing->rounds, e->bus, &e->job, limit)
               : rounds_post(&e->wing->rounds, e->bus, &e->job);
    if (rc)
        errand_end(d, e);
    return rc;
}

void errand_end(struct daemon *d, struct errand *e)
{
    wings_unpin(&d->wings, e->wing);
    e->wing = NULL;
}

int errand_do(struct daemon *d, struct errand *e, const struct limit *limit)
{
    int rc = errand_begin(d, e, limit);

    if (rc)
        return rc;
    rc = rounds_finish(&e->wing->rounds, e->bus, &e->job, limit);
    errand_end(d, e);
    return rc;
}

void errand_note(struct daemon *d, struct errand *e, int rc)
{
    char text[240];
    struct text t = text_on(text, sizeof text);

    if (!*e->told->why)
        (void)snprintf(e->told->why, sizeof e->told->why, "%s", error_text(rc));
    if (e->told->is_dry)
        return;
    text_format(&t, "%s%s%.40s:", rc ? "refused" : "told", *e->by ? " to " : "", e->by);
    for (int i = 0; i < e->count; i++)
        text_format(&t, " %.60s", e->words[i]);
    text_format(&t, " (%.80s)", e->told->why);
    store_event(d->store, LOG_LEVEL_NOTE, e->device, text);
}
