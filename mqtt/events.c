/* The event log as messages (mqtt/events.h). */
#include "mqtt/events.h"
#include "mqtt/helio_state.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "store/reader.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT_BYTES = 2000, AT_ONCE = 200 };

struct events {
    const struct place *place;
    struct helio_state *state;
    int64_t said;      /* the last event that was handed over */
    int64_t taken;     /* the last one the broker is known to have */
    struct client *to; /* while looking */
    bool is_full;
};

struct events *events_new(const struct place *place, struct helio_state *state)
{
    struct events *e = calloc(1, sizeof *e);

    if (e)
        *e = (struct events){.place = place, .state = state};
    return e;
}

void events_free(struct events *e)
{
    free(e);
}

void events_begin(struct events *e)
{
    struct reader *reader = NULL;

    if (!e->place->seat->store_path || reader_open(&reader, e->place->seat->store_path))
        return;
    e->said = e->taken = reader_last_event(reader);
    reader_close(reader);
}

static void say(void *who, const struct event *event)
{
    struct events *e = who;
    char bytes[EVENT_BYTES], word[TOPIC_WORD], topic[TOPIC_MAX], when[CLOCK_TEXT];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);
    bool is_device = names_find(e->place->names, event->who, word);

    if (e->is_full)
        return;
    json_open(&j, NULL, '{');
    json_string(&j, "time", clock_iso(event->at_ms, when));
    json_string(&j, "level", log_level_name((enum log_level)event->level));
    json_string(&j, "who", event->who);
    json_string(&j, "text", event->text);
    json_close(&j, '}');
    topic_make(topic, e->place->prefix, is_device ? word : topic_bridge, "event");
    e->is_full = !t.is_cut && client_say(e->to, 0, topic, bytes, t.used) != OK;
    if (e->is_full)
        return;
    e->said = event->seq;
    helio_state_hear(e->state, event);
}

static void look(void *who, struct client *c)
{
    struct events *e = who;
    struct reader *reader = NULL;

    if (client_is_quiet(c))
        e->taken = e->said;
    if (!e->place->seat->store_path || reader_open(&reader, e->place->seat->store_path))
        return;
    e->to = c;
    e->is_full = false;
    if (reader_last_event(reader) < e->said) /* the file is another one now */
        e->said = e->taken = 0;
    if (reader_events_after(reader, e->said, AT_ONCE, say, e))
        log_debug(e->place->seat->name, "events cannot be read just now");
    reader_close(reader);
}

/* What the last connection took with it is said once more. */
static void arrive(void *who, struct client *c)
{
    struct events *e = who;

    (void)c;
    e->said = e->taken;
}

struct client_guest events_guest(struct events *e)
{
    return (struct client_guest){.who = e, .up = arrive, .tick = look, .last = look};
}
