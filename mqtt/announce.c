/* Looking at the house, and saying what is new of it (mqtt/announce.h). */
#include "mqtt/announce.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/log.h"
#include "mqtt/discovery.h"
#include "mqtt/remembered.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Devices looked at in a second, and the bytes said in it: a large house is told in steps. */
enum { LOOKS = 16, LOOKS_LATER = 4, BYTES_A_TICK = 300000, PARTS_BYTES = 24000, SERIAL_LEAST = 6 };
static const int64_t UNWANTED_US = 5000000, CLEARED_US = 10000000, BIRTH_LEAST_US = 1000000,
                     BIRTH_MOST_US = 5000000;

enum form { NO_FORM, BY_DEVICE, BY_ENTITY };

struct announce {
    const struct place *place;
    struct states *states;
    const struct layout *layout;
    enum form form;
    bool may_tell;
    const char *prefix; /* Home Assistant's */
    char birth_topic[TOPIC_MAX];
    struct remembered remembered;
    struct chance chance;

    pthread_mutex_t lock; /* guards these two */
    bool is_purging, is_purged;
    _Atomic int purged;

    /* the client's thread alone */
    struct view_device devices[VIEW_DEVICES];
    char ids[VIEW_DEVICES][HA_ID];
    size_t count, next;          /* of the last look; where the next begins */
    uint64_t said[VIEW_DEVICES]; /* what each was when it was last said, by its desk; 0: not yet */
    bool is_all_seen;
    int64_t birth_us; /* when to answer a birth; 0: nobody was born */
    bool was_born;    /* and heard; else it may have been while we were not connected */
    size_t bytes;     /* said in this tick */
    struct offer offers[OFFERS_MAX];
    struct entity entities[ENTITIES_MAX];
    struct ha_device device;
    char id[HA_ID], through[HA_ID], maker[32];
    char payload[PAYLOAD_BYTES], parts[PARTS_BYTES];
};

struct announce *announce_new(const struct place *place, struct states *states,
                              const struct layout *layout)
{
    struct announce *a = calloc(1, sizeof *a);
    const char *form = section_text(place->seat->section, "discovery");

    if (!a)
        return NULL;
    a->place = place;
    a->states = states;
    a->layout = layout;
    a->form = !strcmp(form, "device") ? BY_DEVICE : !strcmp(form, "entity") ? BY_ENTITY : NO_FORM;
    a->may_tell = section_yes(place->seat->section, "allow_tell");
    a->prefix = section_text(place->seat->section, "discovery_prefix");
    snprintf(a->birth_topic, sizeof a->birth_topic, "%s/status", a->prefix);
    a->chance = chance_seeded(0);
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

void announce_free(struct announce *a)
{
    if (!a)
        return;
    remembered_close(&a->remembered);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

int announce_begin(struct announce *a)
{
    return remembered_open(&a->remembered, a->place->seat->store, a->place->seat->name);
}

bool announce_is_needed(const struct announce *a)
{
    return a->place->seat->view && (a->form != NO_FORM || a->remembered.count);
}

/* ---- who a device is ----------------------------------------------------------------------- */

/* "fx1" of a unit behind a hub is its place, not a number that nobody else has. */
static const char *serial_of(const struct view_device *v)
{
    return strlen(v->serial) < SERIAL_LEAST ? "" : v->serial;
}

/* Its serial number, if no other device before it has the same one; else its name. */
static void id_of(const struct announce *a, const struct view_device *v, char to[HA_ID])
{
    char word[TOPIC_WORD], before[TOPIC_PREFIX];
    bool is_first = true;

    for (size_t i = 0; i < a->count && &a->devices[i] != v; i++)
        is_first &= strcmp(a->devices[i].serial, v->serial) != 0;
    if (*serial_of(v) && is_first) {
        discovery_id(to, "helio", v->serial);
        return;
    }
    names_word(a->place->names, v->name, word);
    snprintf(before, sizeof before, "%s", a->place->prefix);
    discovery_id(to, before, word);
}

static void list_devices(struct announce *a, const struct view *view)
{
    a->count = view->devices(view->who, a->devices, VIEW_DEVICES);
    for (size_t i = 0; i < a->count; i++)
        id_of(a, &a->devices[i], a->ids[i]);
}

static const struct view_device *device_named(const struct announce *a, const char *name)
{
    for (size_t i = 0; i < a->count; i++)
        if (!strcmp(a->devices[i].name, name))
            return &a->devices[i];
    return NULL;
}

/* The maker's name is the first word of what the driver is called. */
static void name_maker(struct announce *a, const struct view_device *v)
{
    snprintf(a->maker, sizeof a->maker, "%.*s", (int)strcspn(v->title, " ,/"), v->title);
    if (v->is_group)
        snprintf(a->maker, sizeof a->maker, "Heliograph");
}

static void take_key(struct ha_device *d, enum metric m, bool is_setting)
{
    for (unsigned i = 0; i < d->count; i++)
        if (d->metrics[i].metric == m)
            return;
    if (m == M_NONE || d->count == READING_MAX)
        return;
    d->metrics[d->count].metric = (uint16_t)m;
    d->metrics[d->count++].is_setting = is_setting;
}

static void take_state(void *who, const struct state *one)
{
    for (unsigned i = 0; i < one->count; i++)
        take_key(who, (enum metric)one->keys[i].metric, one->keys[i].is_setting);
}

/* What it said before this start, and may not say before the sun rises. */
static void take_remembered(struct announce *a, const struct view_device *v)
{
    struct part one;

    for (size_t i = 0; i < a->remembered.count; i++) {
        const struct kept *k = &a->remembered.all[i];
        const char *at = k->parts;
        if (strcmp(k->id, a->id) != 0 || strcmp(k->driver, v->driver) != 0)
            continue;
        while (parts_next(&at, &one))
            take_key(&a->device, metric_find(one.key), false);
    }
}

static void take_offers(struct announce *a, const struct view_device *v)
{
    const struct control *control = a->place->seat->view->control;
    bool is_allowed = false;
    size_t count = 0;

    if (a->may_tell && control)
        count = control->offers(control->who, v->name, a->offers, OFFERS_MAX, &is_allowed);
    a->device.offers = a->offers;
    a->device.offer_count = is_allowed ? count : 0;
}

static void describe(struct announce *a, const struct view_device *v, char word[TOPIC_WORD])
{
    const struct view_device *speaker = *v->through ? device_named(a, v->through) : NULL;
    double pace =
        v->every_s > a->place->seat->view->commit_s ? v->every_s : a->place->seat->view->commit_s;

    memcpy(a->id, a->ids[v - a->devices], sizeof a->id);
    *a->through = '\0';
    if (speaker && a->said[speaker->desk % VIEW_DEVICES]) /* a hub that says nothing is no device */
        memcpy(a->through, a->ids[speaker - a->devices], sizeof a->through);
    name_maker(a, v);
    names_word(a->place->names, v->name, word);
    a->device = (struct ha_device){
        .name = v->name,
        .word = word,
        .id = a->id,
        .maker = a->maker,
        .model = v->is_group ? "Devices added up"
                 : *v->model ? v->model
                             : v->title,
        .serial = serial_of(v),
        .firmware = v->firmware,
        .through = a->through,
        .prefix = a->place->prefix,
        .bridge = a->place->bridge,
        .version = a->place->seat->view->version,
        .expire_s = 3 * pace > 15 ? (unsigned)(3 * pace + 0.5) : 15,
    };
    states_one(a->states, v->name, take_state, &a->device);
    take_remembered(a, v);
    take_offers(a, v);
}

/* ---- is there anything new? ---------------------------------------------------------------- */

static uint64_t mix(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    while (length--)
        sum = (sum ^ *at++) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t mix_words(uint64_t sum, const char *words)
{
    return mix(sum, words, strlen(words) + 1);
}

static uint64_t print_of(const struct ha_device *d)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    const char *const words[] = {d->name,  d->word,   d->id,       d->maker,
                                 d->model, d->serial, d->firmware, d->through};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        sum = mix_words(sum, words[i]);
    sum = mix(sum, &d->expire_s, sizeof d->expire_s);
    for (unsigned i = 0; i < d->count; i++) {
        sum = mix(sum, &d->metrics[i].metric, sizeof d->metrics[i].metric);
        sum = mix(sum, &d->metrics[i].is_setting, sizeof d->metrics[i].is_setting);
    }
    for (size_t i = 0; i < d->offer_count; i++) {
        sum = mix_words(sum, d->offers[i].name);
        sum = mix(sum, &d->offers[i].least, sizeof d->offers[i].least);
        sum = mix(sum, &d->offers[i].most, sizeof d->offers[i].most);
    }
    return sum ? sum : 1;
}

/* ---- saying it ----------------------------------------------------------------------------- */

static struct kept *remember(struct announce *a, const struct view_device *v, const char *topic,
                             const char *parts)
{
    return remembered_put(&a->remembered, topic, a->id, v->name, v->driver, v->through, parts);
}

static void put(struct announce *a, struct client *c, const char *topic, const char *payload,
                bool is_retained)
{
    a->bytes += strlen(payload);
    client_put(c, is_retained ? SAY_RETAINED : 0, topic, payload);
}

/* Entities of this device that stand in the other form, or in a part that is no more, are told that
 * they move. One that is simply gone has a topic of its own, and goes with it. */
static void tell_movers(struct announce *a, struct client *c, const char *id)
{
    char by_device[TOPIC_PREFIX + 16];

    snprintf(by_device, sizeof by_device, "%s/device/", a->prefix);
    for (size_t i = 0; i < a->remembered.count; i++) {
        struct kept *k = &a->remembered.all[i];
        bool moves = a->form == BY_DEVICE || !strncmp(k->topic, by_device, strlen(by_device));
        if (moves && !k->is_wanted && !k->cleared_us && !strcmp(k->id, id))
            put(a, c, k->topic, discovery_moves, false);
    }
}

static void list_part(struct announce *a, size_t count, int part)
{
    struct text list = text_on(a->parts, sizeof a->parts);

    for (size_t i = 0; i < count; i++)
        if (a->entities[i].part == part)
            text_format(&list, " %s:%s", a->entities[i].key,
                        platform_names[a->entities[i].platform]);
}

/* Entities keep the part they have, so that none moves because another one came. */
static void recall_parts(struct announce *a, size_t count)
{
    char topic[TOPIC_MAX];

    for (int part = 0; part < PARTS_MAX; part++) {
        discovery_device_topic(topic, a->prefix, &a->device, part);
        const struct kept *k = remembered_find(&a->remembered, topic);
        for (size_t i = 0; k && i < count; i++)
            if (parts_have(k->parts, a->entities[i].key))
                a->entities[i].part = part;
    }
}

static int say_device(struct announce *a, struct client *c, const struct view_device *v,
                      size_t count)
{
    char topic[TOPIC_MAX];
    int parts, rc;

    recall_parts(a, count);
    parts = discovery_split(&a->device, a->entities, count);
    for (int part = 0; part < parts; part++) {
        list_part(a, count, part);
        discovery_device_topic(topic, a->prefix, &a->device, part);
        if (!remember(a, v, topic, a->parts))
            return ERR_FULL;
    }
    rc = remembered_save(&a->remembered);
    if (rc)
        return rc;
    tell_movers(a, c, a->id);
    for (int part = 0; part < parts; part++) {
        discovery_device_topic(topic, a->prefix, &a->device, part);
        const struct kept *k = remembered_find(&a->remembered, topic);
        struct text text = text_on(a->payload, sizeof a->payload);
        discovery_device(&a->device, a->entities, count, part, k ? k->gone : "", &text);
        if (text.is_cut) { /* hundreds went at once: those that are there matter more */
            text = text_on(a->payload, sizeof a->payload);
            discovery_device(&a->device, a->entities, count, part, "", &text);
        }
        put(a, c, topic, a->payload, true);
    }
    return OK;
}

static int say_entities(struct announce *a, struct client *c, const struct view_device *v,
                        size_t count)
{
    char topic[TOPIC_MAX], part[ENTITY_KEY + 24];
    int rc;

    for (size_t i = 0; i < count; i++) {
        const struct entity *e = &a->entities[i];
        discovery_entity_topic(topic, a->prefix, &a->device, e);
        snprintf(part, sizeof part, " %s:%s", e->key, platform_names[e->platform]);
        if (!remember(a, v, topic, part))
            return ERR_FULL;
    }
    rc = remembered_save(&a->remembered);
    if (rc)
        return rc;
    tell_movers(a, c, a->id);
    for (size_t i = 0; i < count; i++) {
        struct text text = text_on(a->payload, sizeof a->payload);
        discovery_entity_topic(topic, a->prefix, &a->device, &a->entities[i]);
        discovery_entity(&a->device, &a->entities[i], &text);
        put(a, c, topic, a->payload, true);
    }
    return OK;
}

static void consider(struct announce *a, struct client *c, size_t at)
{
    const struct view_device *v = &a->devices[at];
    char word[TOPIC_WORD];
    size_t count;
    int rc;

    describe(a, v, word);
    if (!a->device.count || v->desk >= VIEW_DEVICES)
        return; /* never heard: nobody knows what it can say */
    uint64_t print = print_of(&a->device);
    if (a->said[v->desk] == print)
        return;
    for (size_t i = 0; i < a->remembered.count; i++)
        if (!strcmp(a->remembered.all[i].id, a->id))
            a->remembered.all[i].is_wanted = false;
    count = entities_of(&a->device, a->entities, ENTITIES_MAX);
    rc = a->form == BY_DEVICE ? say_device(a, c, v, count) : say_entities(a, c, v, count);
    if (rc)
        log_debug(a->place->seat->name, "%s: discovery waits: %s", v->name, error_text(rc));
    else
        a->said[v->desk] = print;
}

/* ---- clearing ------------------------------------------------------------------------------ */

/* A device that was not heard since the start may yet say that it is the one this topic is about;
 * and so may a unit whose speaker is there. */
static bool may_come_back(const struct announce *a, const struct kept *k)
{
    const struct view_device *same = device_named(a, k->name);
    int64_t age_us = 0;

    if (a->form == NO_FORM)
        return false;
    if (!same)
        return *k->through && device_named(a, k->through);
    (void)board_state(a->place->seat->view->board, same->desk, clock_us(), &age_us, NULL);
    return age_us < 0 && !strcmp(same->driver, k->driver) &&
           strcmp(a->ids[same - a->devices], k->id) != 0;
}

static bool is_there(const struct announce *a, const struct kept *k)
{
    for (size_t i = 0; i < a->count; i++)
        if (!strcmp(a->ids[i], k->id) && !strcmp(a->devices[i].driver, k->driver))
            return true;
    return false;
}

/* Whoever is missing for a moment (settings are read anew) is not gone. */
static bool is_to_go(const struct announce *a, struct kept *k, int64_t now_us)
{
    bool is_there_now = is_there(a, k);

    if ((k->is_wanted && is_there_now) || may_come_back(a, k)) {
        k->unwanted_us = 0;
        return false;
    }
    k->unwanted_us = k->unwanted_us ? k->unwanted_us : now_us;
    return now_us >= k->unwanted_us + UNWANTED_US;
}

static void clear(struct announce *a, struct client *c, struct kept *k, int64_t now_us)
{
    client_put(c, SAY_RETAINED, k->topic, "");
    k->cleared_us = now_us;
    if (k->is_wanted)
        memset(a->said, 0, sizeof a->said); /* if it comes back it is said again */
    k->is_wanted = false;
    log_debug(a->place->seat->name, "%s is not wanted any more", k->topic);
}

/* What was cleared long ago in this connection is forgotten. */
static void sweep(struct announce *a, struct client *c, bool everything)
{
    int64_t now = clock_us();

    for (size_t i = a->remembered.count; i-- > 0;) {
        struct kept *k = &a->remembered.all[i];
        if (k->cleared_us && now > k->cleared_us + CLEARED_US)
            remembered_drop(&a->remembered, i);
        else if (!k->cleared_us && (everything || is_to_go(a, k, now)))
            clear(a, c, k, now);
    }
    if (remembered_save(&a->remembered))
        log_debug(a->place->seat->name, "the list of topics is kept in memory for now");
}

/* ---- the guest ----------------------------------------------------------------------------- */

static bool to_broker(void *who, const char *topic, const char *payload, size_t length)
{
    return client_say(who, 0, topic, payload, length) == OK;
}

struct saying {
    const struct announce *a;
    struct client *c;
};

static void say_state(void *who, const struct state *one)
{
    struct saying *s = who;

    if (!s->a->layout->say(s->a->place, s->a->states, one, to_broker, s->c))
        log_debug(s->a->place->seat->name, "%s has to wait", one->from.name);
}

/* Home Assistant was started: it has forgotten states, and perhaps all else. After a connect it may
 * have been started while nobody heard it. */
static void answer_birth(struct announce *a, struct client *c)
{
    struct saying s = {a, c};

    a->birth_us = 0;
    if (a->was_born) {
        memset(a->said, 0, sizeof a->said);
        a->is_all_seen = false;
        a->next = 0;
    }
    a->was_born = false;
    states_each(a->states, false, say_state, &s);
}

static void purge(struct announce *a, struct client *c)
{
    pthread_mutex_lock(&a->lock);
    bool is_asked = a->is_purging && !a->is_purged;
    if (is_asked) {
        a->form = NO_FORM;
        a->purged = (int)a->remembered.count;
        sweep(a, c, true);
        a->is_purged = true;
    }
    pthread_mutex_unlock(&a->lock);
}

static void look(void *who, struct client *c)
{
    struct announce *a = who;
    const struct view *view = a->place->seat->view;
    size_t looks = 0;

    purge(a, c);
    list_devices(a, view);
    a->bytes = 0;
    if (a->birth_us && clock_us() >= a->birth_us)
        answer_birth(a, c);
    size_t most = a->is_all_seen ? LOOKS_LATER : LOOKS;
    for (; a->form != NO_FORM && looks < most && looks < a->count && a->bytes < BYTES_A_TICK;
         looks++) {
        a->next = a->next < a->count ? a->next : 0;
        consider(a, c, a->next++);
        a->is_all_seen |= a->next >= a->count;
    }
    if (a->is_all_seen || a->form == NO_FORM)
        sweep(a, c, false);
}

/* Not all at once, when many were born with one broker. */
static int64_t soon(struct announce *a)
{
    return clock_us() + chance_between(&a->chance, BIRTH_LEAST_US, BIRTH_MOST_US);
}

static void arrive(void *who, struct client *c)
{
    struct announce *a = who;

    memset(a->said, 0, sizeof a->said);
    a->next = 0;
    a->is_all_seen = false;
    a->birth_us = soon(a);
    for (size_t i = 0; i < a->remembered.count; i++)
        a->remembered.all[i].cleared_us = 0; /* whether the broker had it is not known */
    look(a, c);
}

static void hear(void *who, struct client *c, const struct client_word *w)
{
    struct announce *a = who;

    (void)c;
    if (w->is_retained || strcmp(w->topic, a->birth_topic) != 0 ||
        strcmp(w->payload, "online") != 0)
        return;
    a->birth_us = a->birth_us && a->was_born ? a->birth_us : soon(a);
    a->was_born = true;
}

struct client_guest announce_guest(struct announce *a)
{
    return (struct client_guest){
        .who = a, .filters = {a->birth_topic}, .up = arrive, .tick = look, .hear = hear};
}

int announce_purge(struct announce *a, int64_t deadline_us)
{
    bool is_done = false;

    pthread_mutex_lock(&a->lock);
    a->is_purging = true;
    pthread_mutex_unlock(&a->lock);
    while (!is_done && clock_us() < deadline_us) {
        clock_sleep_us(20000);
        pthread_mutex_lock(&a->lock);
        is_done = a->is_purged;
        pthread_mutex_unlock(&a->lock);
    }
    return is_done ? a->purged : ERR_TIMEOUT;
}
