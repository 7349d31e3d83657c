/* Orders to a bus thread, and into the events (collector/errand.h). */
#include "collector/errand.h"

#include "base/log.h"
#include "collector/daemon.h"

#include <stdio.h>

static int tell_now(struct rounds *r, size_t bus, void *to)
{
    struct errand *e = to;

    (void)r;
    (void)bus;
    return telling_do(e->house, &e->to, e->words, e->count, e->told);
}

static struct wing *wing_of(struct daemon *d, const char *name, struct addressee *to)
{
    for (size_t i = d->wing_count; i-- > 0;) {
        const struct plan *p = d->wings[i]->plan;
        if (addressee_find(p, name, to) &&
            rounds_has_bus(&d->wings[i]->rounds, (size_t)(p->devices[to->at].bus - p->buses)))
            return d->wings[i];
    }
    return NULL;
}

int errand_prepare(struct daemon *d, struct errand *e)
{
    struct wing *w = wing_of(d, e->device, &e->to);

    if (!w)
        return ERR_ABSENT;
    e->house = &w->house;
    e->rounds = &w->rounds;
    e->bus = (size_t)(w->plan->devices[e->to.at].bus - w->plan->buses);
    e->job = (struct job){.run = tell_now, .to = e};
    return OK;
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
