/* Who is told what (mqtt/guests.h). */
#include "mqtt/guests.h"

#include "base/log.h"
#include "mqtt/session.h"

int guests_join(struct guests *g, const struct client_guest *one)
{
    if (g->count == GUESTS_MAX)
        return ERR_FULL;
    g->list[g->count++] = *one;
    return OK;
}

void guests_subscribe(const struct guests *g, struct session *s, const char *name)
{
    for (size_t i = 0; i < g->count; i++)
        for (int k = 0; k < FILTERS_MAX && g->list[i].filters[k]; k++)
            if (session_subscribe(s, g->list[i].filters[k]))
                log_debug(name, "%s could not be asked for", g->list[i].filters[k]);
}

void guests_up(const struct guests *g, struct client *c)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->list[i].up)
            g->list[i].up(g->list[i].who, c);
}

void guests_tick(const struct guests *g, struct client *c)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->list[i].tick)
            g->list[i].tick(g->list[i].who, c);
}

void guests_last(const struct guests *g, struct client *c)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->list[i].last)
            g->list[i].last(g->list[i].who, c);
}

void guests_hear(const struct guests *g, struct client *c, const struct client_word *w)
{
    for (size_t i = 0; i < g->count; i++)
        for (int k = 0; k < FILTERS_MAX && g->list[i].filters[k]; k++)
            if (g->list[i].hear && session_is_for(g->list[i].filters[k], w->topic)) {
                g->list[i].hear(g->list[i].who, c, w);
                break;
            }
}
