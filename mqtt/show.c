/* The same portraits and the same telling, into other hands (mqtt/show.h). */
#include "mqtt/show.h"

#include "mqtt/portraits.h"
#include "mqtt/telling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct showing {
    struct remembered remembered; /* a copy: which entity is in which part */
    struct portraits portraits;
    struct telling telling;
    show_fn *each;
    void *who;
    int count;
};

static void hand_out(void *who, const char *topic, const char *payload, bool is_retained)
{
    struct showing *s = who;

    if (!is_retained) /* only that something moves */
        return;
    s->count++;
    s->each(s->who, topic, payload);
}

static int begin(struct showing *s, const struct place *place, struct states *states)
{
    int rc = remembered_open(&s->remembered, place->seat->store, place->seat->name);

    s->remembered.store = NULL; /* it stays a copy */
    portraits_open(&s->portraits, place, states, &s->remembered);
    telling_open(&s->telling, place->seat->section, &s->remembered, hand_out, s);
    return rc;
}

/* Whoever was heard is told of, so units may be shown behind them. */
static void note_heard(struct portraits *p)
{
    portraits_look(p);
    for (size_t i = 0; i < p->devices.count; i++)
        if (portrait_of(p, &p->devices.all[i]))
            p->said[p->devices.all[i].desk] = 1;
}

static int show_all(struct showing *s, const char *device)
{
    int rc = OK;

    note_heard(&s->portraits);
    if (!*device)
        rc = telling_say(&s->telling, portrait_of_helio(&s->portraits), &s->portraits.helio);
    for (size_t i = 0; i < s->portraits.devices.count && !rc; i++) {
        const struct view_device *v = &s->portraits.devices.all[i];
        const struct ha_device *d =
            *device && strcmp(v->name, device) != 0 ? NULL : portrait_of(&s->portraits, v);
        rc = d ? telling_say(&s->telling, d, v) : OK;
    }
    return rc;
}

static int show_some(struct showing *s, const char *device, char why[WHY_MAX])
{
    int rc = show_all(s, device);

    if (!rc && *device && !portraits_named(&s->portraits, device)) {
        snprintf(why, WHY_MAX, "there is no device \"%.60s\"", device);
        rc = ERR_USAGE;
    } else if (!rc && !s->count)
        snprintf(why, WHY_MAX, "not heard yet, so nobody knows what it can say");
    return rc;
}

int show_devices(const struct place *place, struct states *states, const char *device,
                 show_fn *each, void *who, char why[WHY_MAX])
{
    if (!place->seat->view || form_of(place->seat->section) == NO_FORM) {
        snprintf(why, WHY_MAX, "nothing is told: discovery = no");
        return 0;
    }
    struct showing *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_FULL;
    s->each = each;
    s->who = who;
    int rc = begin(s, place, states);
    if (!rc)
        rc = show_some(s, device, why);
    int count = s->count;
    portraits_close(&s->portraits);
    remembered_close(&s->remembered);
    free(s);
    return rc ? rc : count;
}
