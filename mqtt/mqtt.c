/*
 * The sink for a broker. Its pump brings readings, which become messages by a layout; the
 * connection lives in a thread of its own (mqtt/client.h), and with it those who say and hear
 * other things: who is there, what happened, what is to be set.
 */
#include "mqtt/announce.h"
#include "mqtt/batch.h"
#include "mqtt/client.h"
#include "mqtt/events.h"
#include "mqtt/goodwe_layout.h"
#include "mqtt/helio_state.h"
#include "mqtt/layout.h"
#include "mqtt/orders.h"
#include "mqtt/place.h"
#include "mqtt/presence.h"
#include "mqtt/remembered.h"
#include "mqtt/settings.h"
#include "mqtt/show.h"
#include "store/sink.h"

#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const int64_t WAIT_UP_US = 2000000, GOODBYE_US = 2000000;

struct mqtt {
    struct place place;
    const struct layout *layout;
    struct client *client;
    struct states *states;
    struct presence *presence;
    struct announce *announce;
    bool is_announcing;
    struct events *events;
    struct helio_state *state; /* of this program */
    struct orders *orders;
    struct goodwe_silence *silence;
    bool says_everything;
    struct batch batch; /* says_everything: the messages being gathered */
    struct complaint refused;
};

/* ---- opening and closing ------------------------------------------------------------------- */

static const struct layout *layout_of(const struct section *s)
{
    static const struct layout *const all[] = {&layout_helio, &layout_axpert_addon, &layout_goodwe};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(all[i]->name, section_text(s, "layout")))
            return all[i];
    return &layout_helio;
}

static void mqtt_close(struct seat *s)
{
    struct mqtt *m = s->memory;

    client_stop(m->client, clock_us() + GOODBYE_US);
    orders_leave(m->orders); /* before the client is gone: answers may come from other threads */
    client_free(m->client);
    events_free(m->events);
    helio_state_free(m->state);
    goodwe_silence_free(m->silence);
    presence_free(m->presence);
    announce_free(m->announce);
    states_free(m->states);
    names_free(m->place.names);
    batch_done(&m->batch);
    *m = (struct mqtt){.client = NULL};
}

static int mqtt_open(struct seat *s)
{
    struct mqtt *m = s->memory;

    m->layout = layout_of(s->section);
    m->says_everything = !strcmp(section_text(s->section, "catch_up"), "everything");
    s->wants_all = m->says_everything;
    m->place = (struct place){.seat = s, .prefix = section_text(s->section, "prefix")};
    topic_make(m->place.bridge, m->place.prefix, topic_bridge, "availability");
    m->place.names = names_new(s->name);
    m->states = states_new();
    m->presence = presence_new(&m->place);
    m->announce = announce_new(&m->place, m->states, m->layout);
    m->state = helio_state_new(&m->place);
    m->events = events_new(&m->place, m->state);
    m->orders = orders_new(&m->place);
    m->silence = goodwe_silence_new(&m->place);
    int rc = batch_init(&m->batch, (size_t)section_number(s->section, "bytes"));
    bool has_all = m->place.names && m->states && m->presence && m->announce && m->events &&
                   m->state && m->orders && m->silence;
    return has_all ? rc : ERR_FULL;
}

static int make_client(struct seat *s, const char *suffix, bool is_five, struct client **to)
{
    struct mqtt *m = s->memory;
    const char *given = section_text(s->section, "client");
    char made[24], id[64];
    struct client_plan plan = {.name = s->name,
                               .section = s->section,
                               .id = id,
                               .will_topic = s->view && m->layout->has_house ? m->place.bridge : "",
                               .timeout_s = s->timeout_s,
                               .stop_us = &s->stop_us,
                               .is_five = is_five};

    client_id(made, s->site, s->name, s->store_path ? s->store_path : "");
    snprintf(id, sizeof id, "%.50s%s", *given ? given : made, suffix);
    return client_new(to, &plan);
}

/* Everybody who lives with the connection. */
static int join_guests(struct mqtt *m)
{
    struct client_guest silence = goodwe_silence_guest(m->silence);
    struct client_guest announce = announce_guest(m->announce);
    struct client_guest state = helio_state_guest(m->state);
    const struct client_guest guests[] = {presence_guest(m->presence), events_guest(m->events),
                                          orders_guest(m->orders)};
    size_t count = sizeof guests / sizeof *guests - !orders_are_taken(m->orders);
    int rc = OK;

    for (size_t i = 0; i < count && !rc && m->layout->has_house; i++)
        rc = client_join(m->client, &guests[i]);
    m->is_announcing = announce_is_needed(m->announce);
    if (!rc && m->is_announcing)
        rc = client_join(m->client, &announce);
    if (!rc && m->is_announcing)
        rc = client_join(m->client, &state);
    if (!rc && m->layout == &layout_goodwe)
        rc = client_join(m->client, &silence);
    return rc;
}

static bool is_five(const struct section *s)
{
    return !strcmp(section_text(s, "protocol"), "5");
}

static void mqtt_begin(struct seat *s)
{
    struct mqtt *m = s->memory;
    int rc;

    names_learn(m->place.names, s->view);
    states_recall(m->states, s->store_path);
    events_begin(m->events);
    rc = announce_begin(m->announce);
    if (!rc)
        rc = make_client(s, "", is_five(s->section), &m->client);
    if (!rc)
        rc = join_guests(m);
    if (!rc)
        rc = client_start(m->client);
    if (rc)
        log_err(s->name, "no connection can be made: %s", error_text(rc));
}

/* ---- readings ------------------------------------------------------------------------------ */

static bool into_batch(void *who, const char *topic, const char *payload, size_t length)
{
    return batch_add(who, topic, payload, length);
}

struct adding {
    struct mqtt *m;
    bool has_room;
};

static void add_state(void *who, const struct state *one)
{
    struct adding *a = who;
    struct batch_mark mark = batch_mark(&a->m->batch);

    a->has_room = a->m->layout->say(&a->m->place, a->m->states, one, into_batch, &a->m->batch);
    if (!a->has_room)
        batch_back(&a->m->batch, mark);
}

static enum added mqtt_add(struct seat *s, const struct record *r)
{
    struct mqtt *m = s->memory;
    struct adding a = {m, true};

    if (!states_take(m->states, r, m->says_everything))
        return SKIPPED;
    if (m->says_everything)
        states_one(m->states, r->from->name, add_state, &a);
    return a.has_room ? ADDED : IS_FULL;
}

static bool to_broker(void *who, const char *topic, const char *payload, size_t length)
{
    return client_say(who, SAY_COUNTED, topic, payload, length) == OK;
}

static void say_state(void *who, const struct state *one)
{
    struct mqtt *m = who;

    if (!m->layout->say(&m->place, m->states, one, to_broker, m->client))
        log_debug(m->place.seat->name, "%s has to wait", one->from.name);
    if (m->layout->has_house)
        presence_heard(&m->place, m->client, one->from.name);
}

static void mqtt_send(struct seat *s)
{
    struct mqtt *m = s->memory;

    if (!m->client)
        return;
    client_count_anew(m->client);
    if (m->says_everything)
        batch_each(&m->batch, to_broker, m->client);
    else
        states_each(m->states, true, say_state, m);
    batch_empty(&m->batch);
}

static void mqtt_forget(struct seat *s)
{
    struct mqtt *m = s->memory;

    batch_empty(&m->batch);
    states_forget_new(m->states);
}

/* ---- what became of them ------------------------------------------------------------------- */

static void judge_refusal(struct mqtt *m, const struct client_result *r, struct outcome *o)
{
    bool is_for_good = r->reason == 144 || r->reason == 149 || r->reason == 153;

    o->is_alarm = r->is_alarm;
    if (!is_for_good)
        return;
    o->verdict = REFUSED;
    if (m->says_everything)
        return;
    complain(&m->refused, m->place.seat->name, r->why);
    o->verdict = TAKEN; /* the next reading says it anew */
    o->dropped = r->refused;
}

static void mqtt_settle(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    struct mqtt *m = s->memory;
    struct client_result r = {.is_lost = true};
    int64_t most = clock_us() + WAIT_UP_US;

    *o = (struct outcome){.verdict = LATER, .retry_after_ms = 500};
    if (m->client)
        client_settle(m->client, deadline_us, &r);
    if (r.is_settled && !r.refused)
        o->verdict = TAKEN;
    else if (r.is_settled)
        judge_refusal(m, &r, o);
    else if (r.is_lost && m->client) {
        client_wait_up(m->client, most < deadline_us ? most : deadline_us, true, &r);
        o->verdict = r.is_lost ? LATER : AGAIN;
        o->is_alarm = r.is_lost && r.is_alarm;
    }
    o->retry_after_ms = o->is_alarm ? 0 : o->retry_after_ms;
    snprintf(o->why, sizeof o->why, "%s", r.why);
}

/* ---- would it? ----------------------------------------------------------------------------- */

/* Connects beside the one that may run, and says nothing that stays. */
static bool try_once(struct seat *s, bool with_five, struct client_result *r)
{
    struct mqtt *m = s->memory;
    struct client *c = NULL;
    char topic[TOPIC_MAX];
    int64_t until = clock_us() + (int64_t)(s->timeout_s * 1e6);

    if (make_client(s, "-check", with_five, &c) || client_start(c)) {
        client_free(c);
        return false;
    }
    client_wait_up(c, until, false, r);
    topic_make(topic, m->place.prefix, topic_bridge, "check");
    if (!r->is_lost && with_five && m->layout->has_house) {
        client_count_anew(c);
        if (client_say(c, SAY_COUNTED, topic, "", 0) == OK)
            client_settle(c, until, r);
        if (r->reason)
            snprintf(r->why, sizeof r->why,
                     "the broker's access list does not let us write %.80s (docs/mqtt.md has one)",
                     topic);
    }
    client_stop(c, clock_us() + GOODBYE_US);
    client_free(c);
    return !r->is_lost && !r->reason;
}

/* Only MQTT 5 says what an access list refuses; a broker that speaks none is asked the old way. */
static void mqtt_probe(struct seat *s, struct outcome *o)
{
    struct client_result r = {.is_lost = true};
    bool is_fine = try_once(s, true, &r);

    if (!is_fine && !is_five(s->section) && !r.reason && !r.is_alarm)
        is_fine = try_once(s, false, &r);
    *o = (struct outcome){.verdict = is_fine ? TAKEN : LATER, .is_alarm = r.is_alarm};
    if (!is_fine)
        snprintf(o->why, sizeof o->why, "%s", r.why);
}

/* ---- taking back --------------------------------------------------------------------------- */

static int clear_all(struct client *c, struct remembered *r, int64_t deadline_us, char *why)
{
    struct client_result result = {.is_lost = true};
    int rc = client_start(c);

    if (!rc)
        client_wait_up(c, deadline_us, false, &result);
    client_count_anew(c);
    for (size_t i = 0; i < r->count && !rc && !result.is_lost; i++)
        rc = client_say(c, SAY_COUNTED | SAY_RETAINED, r->all[i].topic, "", 0);
    if (!rc && !result.is_lost)
        client_settle(c, deadline_us, &result);
    client_stop(c, clock_us() + GOODBYE_US);
    if (rc || result.is_lost || result.refused)
        snprintf(why, WHY_MAX, "%s", rc ? error_text(rc) : result.why);
    return rc ? rc : result.is_lost ? ERR_GONE : result.refused ? ERR_DENIED : OK;
}

/* Without a daemon: what the store remembers is cleared, and forgotten. */
static int purge_alone(struct seat *s, int64_t deadline_us, char why[WHY_MAX])
{
    struct remembered r;
    struct client *c = NULL;
    int rc = remembered_open(&r, s->store, s->name), count = (int)r.count;

    if (!rc && count)
        rc = make_client(s, "-purge", is_five(s->section), &c);
    if (!rc && count)
        rc = clear_all(c, &r, deadline_us, why);
    client_free(c);
    while (!rc && r.count)
        remembered_drop(&r, r.count - 1);
    if (!rc)
        rc = remembered_save(&r);
    remembered_close(&r);
    return rc ? rc : count;
}

static int mqtt_purge(struct seat *s, const struct limit *limit, char why[WHY_MAX])
{
    struct mqtt *m = s->memory;

    if (!m->client)
        return purge_alone(s, limit->until_us, why);
    if (!m->is_announcing)
        return 0;
    int count = announce_purge(m->announce, limit);
    if (count < 0)
        snprintf(why, WHY_MAX, "the broker is not connected; it is done as soon as it is");
    return count;
}

static int mqtt_show(struct seat *s, const char *device, show_fn *each, void *who,
                     char why[WHY_MAX])
{
    struct mqtt *m = s->memory;

    return show_devices(&m->place, m->states, device, each, who, why);
}

const struct sink sink_mqtt = {
    .name = "mqtt",
    .title = "an MQTT broker: states, availability, events, commands; or an older program's topics",
    .proof = "Mosquitto 2.0",
    .settings = mqtt_settings,
    .memory = sizeof(struct mqtt),
    .wants_newest = true,
    .check = mqtt_check,
    .open = mqtt_open,
    .close = mqtt_close,
    .begin = mqtt_begin,
    .add = mqtt_add,
    .send = mqtt_send,
    .settle = mqtt_settle,
    .forget = mqtt_forget,
    .probe = mqtt_probe,
    .purge = mqtt_purge,
    .show = mqtt_show,
};
