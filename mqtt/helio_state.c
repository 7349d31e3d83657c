/* This program as a message (mqtt/helio_state.h). */
#include "mqtt/helio_state.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "store/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_ROOM = 6000, WIRES = 24 };
static const int64_t PAUSE_US = 10000000; /* counters of wires grow all the time */

struct helio_state {
    const struct place *place;
    int64_t said_us; /* 0: not in this connection */
    char trouble[250], said[STATE_ROOM], next[STATE_ROOM];
};

struct helio_state *helio_state_new(const struct place *place)
{
    struct helio_state *s = calloc(1, sizeof *s);

    if (s)
        s->place = place;
    return s;
}

void helio_state_free(struct helio_state *s)
{
    free(s);
}

void helio_state_hear(struct helio_state *s, const struct event *event)
{
    if (s && event->level <= LOG_LEVEL_WARN)
        snprintf(s->trouble, sizeof s->trouble, "%.60s: %.180s", event->who, event->text);
}

static void say_wire(const struct view_bus *wire, struct json *j)
{
    char word[TOPIC_WORD], key[TOPIC_WORD + 16];
    uint64_t failed = wire->asked > wire->answered ? wire->asked - wire->answered : 0;

    topic_word(wire->name, word);
    snprintf(key, sizeof key, "wire_%.30s_failed", word);
    json_integer(j, key, (int64_t)failed);
    snprintf(key, sizeof key, "wire_%.30s_asked", word);
    json_integer(j, key, (int64_t)wire->asked);
}

static void write_state(const struct helio_state *s, struct text *to)
{
    const struct view *view = s->place->seat->view;
    struct pump_state sinks[VIEW_SINKS];
    struct view_bus wires[WIRES];
    size_t sink_count = view->sinks ? view->sinks(view->who, sinks, VIEW_SINKS) : 0,
           wire_count = view->buses ? view->buses(view->who, wires, WIRES) : 0;
    int64_t backlog = 0;
    struct json j = json_on(to);

    for (size_t i = 0; i < sink_count; i++)
        backlog = sinks[i].backlog > backlog ? sinks[i].backlog : backlog;
    json_open(&j, NULL, '{');
    json_string(&j, "version", view->version);
    json_integer(&j, "backlog", backlog);
    if (*s->trouble)
        json_string(&j, "trouble", s->trouble);
    else
        json_null(&j, "trouble");
    for (size_t i = 0; i < wire_count; i++)
        say_wire(&wires[i], &j);
    json_close(&j, '}');
}

static void look(void *who, struct client *c)
{
    struct helio_state *s = who;
    struct text text = text_on(s->next, sizeof s->next);
    char topic[TOPIC_MAX];

    if (!s->place->seat->view || (s->said_us && clock_us() < s->said_us + PAUSE_US))
        return;
    write_state(s, &text);
    if (text.is_cut || (s->said_us && !strcmp(s->said, s->next)))
        return;
    topic_make(topic, s->place->prefix, topic_bridge, "state");
    client_put(c, SAY_RETAINED, topic, s->next);
    memcpy(s->said, s->next, sizeof s->said);
    s->said_us = clock_us();
}

static void arrive(void *who, struct client *c)
{
    ((struct helio_state *)who)->said_us = 0;
    look(who, c);
}

struct client_guest helio_state_guest(struct helio_state *s)
{
    return (struct client_guest){.who = s, .up = arrive, .tick = look};
}
