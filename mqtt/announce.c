/* The guest: when to look at the house, and what to do then (mqtt/announce.h). */
#include "mqtt/announce.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "mqtt/portraits.h"
#include "mqtt/remembered.h"
#include "mqtt/sleepers.h"
#include "mqtt/telling.h"
#include "mqtt/unwanted.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Devices looked at in a second, and the bytes said in it: a large house is told in steps. */
enum { LOOKS = 16, LOOKS_LATER = 4, BYTES_A_TICK = 300000 };
static const int64_t BIRTH_LEAST_US = 1000000, BIRTH_MOST_US = 5000000;

struct announce {
    const struct place *place;
    struct states *states;
    const struct layout *layout;
    char birth_topic[TOPIC_MAX];

    struct lock lock; /* guards these two */
    bool is_purging, is_purged;
    _Atomic int purged;

    /* the client's thread alone */
    struct chance chance;
    struct remembered remembered;
    struct portraits portraits;
    struct telling telling;
    size_t next; /* where the next look begins */
    bool is_all_seen;
    int64_t birth_us; /* when to answer a birth; 0: nobody was born */
    bool was_born;    /* and heard; else it may have been while we were not connected */
};

static void put(void *who, const char *topic, const char *payload, bool is_retained)
{
    client_put(who, is_retained ? SAY_RETAINED : 0, topic, payload);
}

struct announce *announce_new(const struct place *place, struct states *states,
                              const struct layout *layout)
{
    struct announce *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->place = place;
    a->states = states;
    a->layout = layout;
    portraits_open(&a->portraits, place, states, &a->remembered);
    telling_open(&a->telling, place->seat->section, &a->remembered, put, NULL);
    snprintf(a->birth_topic, sizeof a->birth_topic, "%s/status", a->telling.prefix);
    a->chance = chance_seeded(0);
    lock_init(&a->lock, LOCK_ANNOUNCE);
    return a;
}

void announce_free(struct announce *a)
{
    if (!a)
        return;
    portraits_close(&a->portraits);
    remembered_close(&a->remembered);
    lock_done(&a->lock);
    free(a);
}

int announce_begin(struct announce *a)
{
    return remembered_open(&a->remembered, a->place->seat->store, a->place->seat->name);
}

bool announce_is_needed(const struct announce *a)
{
    return a->place->seat->view && (a->telling.form != NO_FORM || a->remembered.count);
}

/* Tells of this program itself, if something about it is new. */
static void consider_helio(struct announce *a)
{
    const struct ha_device *d = portrait_of_helio(&a->portraits);
    uint64_t print = portrait_print(d);

    if (a->portraits.helio_said != print && telling_say(&a->telling, d, &a->portraits.helio) == OK)
        a->portraits.helio_said = print;
}

/* Tells this device, if something about it is new. */
static void consider(struct announce *a, const struct view_device *v)
{
    const struct ha_device *d = portrait_of(&a->portraits, v);

    if (!d)
        return;
    sleepers_stand(&a->portraits, v, d);
    uint64_t print = portrait_print(d);
    if (a->portraits.said[v->desk] == print)
        return;
    if (unwanted_make_way(&a->portraits, &a->remembered, a->telling.who, v, d->id))
        return; /* in the next look */
    int rc = telling_say(&a->telling, d, v);
    if (rc)
        log_debug(a->place->seat->name, "%s: discovery waits: %s", v->name, error_text(rc));
    else
        a->portraits.said[v->desk] = print;
}

/* ---- a birth ------------------------------------------------------------------------------- */

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
        portraits_say_again(&a->portraits);
        a->is_all_seen = false;
        a->next = 0;
    }
    a->was_born = false;
    states_each(a->states, false, say_state, &s);
}

/* ---- the guest ----------------------------------------------------------------------------- */

static void purge(struct announce *a, struct client *c)
{
    lock_take(&a->lock);
    bool is_asked = a->is_purging && !a->is_purged;
    if (is_asked) {
        a->telling.form = NO_FORM;
        a->purged = (int)a->remembered.count;
        unwanted_sweep(&a->portraits, &a->remembered, c, SWEEP_ALL);
        a->is_purged = true;
    }
    lock_give(&a->lock);
}

/* A stretch of the devices; a large house is told in steps. */
static void tell_some(struct announce *a)
{
    consider_helio(a);
    size_t count = a->portraits.devices.count, most = a->is_all_seen ? LOOKS_LATER : LOOKS;

    for (size_t i = 0; i < most && i < count && a->telling.bytes < BYTES_A_TICK; i++) {
        a->next = a->next < count ? a->next : 0;
        consider(a, &a->portraits.devices.all[a->next++]);
        a->is_all_seen |= a->next >= count;
    }
}

static void look(void *who, struct client *c)
{
    struct announce *a = who;

    purge(a, c);
    portraits_look(&a->portraits);
    a->telling.bytes = 0;
    a->telling.who = c;
    if (a->birth_us && clock_us() >= a->birth_us)
        answer_birth(a, c);
    states_turn_day(a->states, clock_wall_ms(), say_state, &(struct saying){a, c});
    if (a->telling.form != NO_FORM)
        sleepers_say(&a->portraits, say_state, &(struct saying){a, c});
    if (a->telling.form == NO_FORM)
        unwanted_sweep(&a->portraits, &a->remembered, c, SWEEP_UNTOLD);
    else
        tell_some(a);
    if (a->telling.form != NO_FORM && a->is_all_seen)
        unwanted_sweep(&a->portraits, &a->remembered, c, SWEEP_UNWANTED);
}

/* Not all at once, when many were born with one broker. */
static int64_t soon(struct announce *a)
{
    return clock_us() + chance_between(&a->chance, BIRTH_LEAST_US, BIRTH_MOST_US);
}

static void arrive(void *who, struct client *c)
{
    struct announce *a = who;

    portraits_say_again(&a->portraits);
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

int announce_purge(struct announce *a, const struct limit *limit)
{
    bool is_done = false;

    lock_take(&a->lock);
    a->is_purging = true;
    lock_give(&a->lock);
    while (!is_done && !limit_is_over(limit)) {
        clock_sleep_us(20000);
        lock_take(&a->lock);
        is_done = a->is_purged;
        lock_give(&a->lock);
    }
    return is_done ? a->purged : ERR_TIMEOUT;
}
