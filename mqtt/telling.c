/* Payloads on their way, after they were remembered (mqtt/telling.h). */
#include "mqtt/telling.h"

#include <stdio.h>
#include <string.h>

enum form form_of(const struct section *s)
{
    const char *form = section_text(s, "discovery");

    return !strcmp(form, "device") ? BY_DEVICE : !strcmp(form, "entity") ? BY_ENTITY : NO_FORM;
}

void telling_open(struct telling *t, const struct section *s, struct remembered *remembered,
                  tell_fn *tell, void *who)
{
    t->form = form_of(s);
    t->prefix = section_text(s, "discovery_prefix");
    t->remembered = remembered;
    t->tell = tell;
    t->who = who;
}

static struct kept *remember(struct telling *t, const char *topic, const char *parts)
{
    const struct view_device *v = t->seen;

    return remembered_put(t->remembered, topic, t->device->id, v->name, v->driver, v->through,
                          parts);
}

static void put(struct telling *t, const char *topic, const char *payload, bool is_retained)
{
    t->bytes += strlen(payload);
    t->tell(t->who, topic, payload, is_retained);
}

/* Entities of this device that stand in the other form, or in a part that is no more, are told that
 * they move. One that is simply gone has a topic of its own, and goes with it. */
static void tell_movers(struct telling *t)
{
    char by_device[TOPIC_PREFIX + 16];

    snprintf(by_device, sizeof by_device, "%s/device/", t->prefix);
    for (size_t i = 0; i < t->remembered->count; i++) {
        struct kept *k = &t->remembered->all[i];
        bool moves = t->form == BY_DEVICE || !strncmp(k->topic, by_device, strlen(by_device));
        if (moves && !k->is_wanted && !k->cleared_us && !strcmp(k->id, t->device->id))
            put(t, k->topic, discovery_moves, false);
    }
}

/* ---- one message a device ------------------------------------------------------------------ */

static void list_part(struct telling *t, int part)
{
    struct text list = text_on(t->parts, sizeof t->parts);

    for (size_t i = 0; i < t->count; i++)
        if (t->entities[i].part == part)
            text_format(&list, " %s:%s", t->entities[i].key,
                        platform_names[t->entities[i].platform]);
}

/* Entities keep the part they have, so that none moves because another one came. */
static void recall_parts(struct telling *t)
{
    char topic[TOPIC_MAX];

    for (int part = 0; part < PARTS_MAX; part++) {
        discovery_device_topic(topic, t->prefix, t->device, part);
        const struct kept *k = remembered_find(t->remembered, topic);
        for (size_t i = 0; k && i < t->count; i++)
            if (parts_have(k->parts, t->entities[i].key))
                t->entities[i].part = part;
    }
}

static int remember_parts(struct telling *t, int parts)
{
    char topic[TOPIC_MAX];

    for (int part = 0; part < parts; part++) {
        list_part(t, part);
        discovery_device_topic(topic, t->prefix, t->device, part);
        if (!remember(t, topic, t->parts))
            return ERR_FULL;
    }
    return remembered_save(t->remembered);
}

static void say_part(struct telling *t, int part)
{
    struct text text = text_on(t->payload, sizeof t->payload);
    char topic[TOPIC_MAX];

    discovery_device_topic(topic, t->prefix, t->device, part);
    const struct kept *k = remembered_find(t->remembered, topic);
    discovery_device(t->device, t->entities, t->count, part, k ? k->gone : "", &text);
    if (text.is_cut) { /* hundreds went at once: those that are there matter more */
        text = text_on(t->payload, sizeof t->payload);
        discovery_device(t->device, t->entities, t->count, part, "", &text);
    }
    put(t, topic, t->payload, true);
}

static int say_device(struct telling *t)
{
    recall_parts(t);
    int parts = discovery_split(t->device, t->entities, t->count);
    int rc = remember_parts(t, parts);
    if (rc)
        return rc;
    tell_movers(t);
    for (int part = 0; part < parts; part++)
        say_part(t, part);
    return OK;
}

/* ---- each entity by itself ----------------------------------------------------------------- */

static int remember_entities(struct telling *t)
{
    char topic[TOPIC_MAX], part[ENTITY_KEY + 24];

    for (size_t i = 0; i < t->count; i++) {
        const struct entity *e = &t->entities[i];
        discovery_entity_topic(topic, t->prefix, t->device, e);
        snprintf(part, sizeof part, " %s:%s", e->key, platform_names[e->platform]);
        if (!remember(t, topic, part))
            return ERR_FULL;
    }
    return remembered_save(t->remembered);
}

static int say_entities(struct telling *t)
{
    char topic[TOPIC_MAX];
    int rc = remember_entities(t);

    if (rc)
        return rc;
    tell_movers(t);
    for (size_t i = 0; i < t->count; i++) {
        struct text text = text_on(t->payload, sizeof t->payload);
        discovery_entity_topic(topic, t->prefix, t->device, &t->entities[i]);
        discovery_entity(t->device, &t->entities[i], &text);
        put(t, topic, t->payload, true);
    }
    return OK;
}

int telling_say(struct telling *t, const struct ha_device *d, const struct view_device *v)
{
    t->device = d;
    t->seen = v;
    for (size_t i = 0; i < t->remembered->count; i++)
        if (!strcmp(t->remembered->all[i].id, d->id))
            t->remembered->all[i].is_wanted = false;
    t->count = entities_of(d, t->entities, ENTITIES_MAX);
    return t->form == BY_DEVICE ? say_device(t) : say_entities(t);
}
