/* Waiting, sent, acknowledged, counted (mqtt/outbox.h). */
#include "mqtt/outbox.h"

#include "base/clock.h"
#include "base/thread.h"
#include "mqtt/session.h"
#include "store/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_BYTES = 4 << 20, TOO_LARGE = 149, NOT_PERMITTED = 135 };
static const int64_t LOOK_US = 100000; /* the end may be called meanwhile */

/* One message on its way: waiting in the outbox, or sent and not acknowledged yet. */
struct parcel {
    struct parcel *next;
    unsigned count_of; /* the count it belongs to; 0: nobody waits for it */
    int mid;
    bool is_retained;
    size_t length;
    char *topic; /* behind the payload */
    char payload[];
};

static void parcels_empty(struct parcels *p)
{
    p->first = NULL;
    p->end = &p->first;
}

static void parcels_add(struct parcels *p, struct parcel *one)
{
    one->next = NULL;
    *p->end = one;
    p->end = &one->next;
}

static struct parcel *parcels_take(struct parcels *p, struct parcel **at)
{
    struct parcel *one = *at;

    *at = one->next;
    if (p->end == &one->next)
        p->end = at;
    return one;
}

static void parcels_drop(struct parcels *p)
{
    while (p->first)
        free(parcels_take(p, &p->first));
}

void outbox_init(struct outbox *o, const _Atomic int64_t *stop_us)
{
    *o = (struct outbox){.stop_us = stop_us};
    parcels_empty(&o->waiting);
    parcels_empty(&o->sent);
    lock_init(&o->lock, LOCK_OUTBOX);
    condition_init(&o->changed);
}

void outbox_done(struct outbox *o)
{
    parcels_drop(&o->waiting);
    parcels_drop(&o->sent);
    pthread_cond_destroy(&o->changed);
    lock_done(&o->lock);
}

/* ---- saying, and waiting for it ------------------------------------------------------------ */

int outbox_say(struct outbox *o, unsigned how, const char *topic, const char *payload,
               size_t length)
{
    size_t topic_size = strlen(topic) + 1;
    struct parcel *one = malloc(sizeof *one + length + topic_size);
    int rc = OK;

    if (!one)
        return ERR_FULL;
    *one = (struct parcel){.is_retained = (how & SAY_RETAINED) != 0, .length = length};
    one->topic = one->payload + length;
    memcpy(one->payload, payload, length);
    memcpy(one->topic, topic, topic_size);
    lock_take(&o->lock);
    if (!o->is_up)
        rc = ERR_GONE;
    else if (o->waiting_bytes + length + topic_size > WAITING_BYTES)
        rc = ERR_FULL;
    if (!rc) {
        one->count_of = how & SAY_COUNTED ? o->count_of : 0;
        o->counted += (how & SAY_COUNTED) != 0;
        o->waiting_bytes += length + topic_size;
        parcels_add(&o->waiting, one);
    } else if (how & SAY_COUNTED) {
        o->result.is_lost = true;
    }
    lock_give(&o->lock);
    if (rc)
        free(one);
    return rc;
}

void outbox_count_anew(struct outbox *o)
{
    lock_take(&o->lock);
    o->count_of += o->count_of == UINT32_MAX ? 2 : 1; /* never 0 */
    o->counted = 0;
    o->result.refused = 0;
    o->result.reason = 0;
    o->result.is_lost = !o->is_up;
    lock_give(&o->lock);
}

/* Until something has changed, or a moment is over; false when there is no more time. */
static bool wait_a_moment(struct outbox *o, int64_t deadline_us)
{
    int64_t now = clock_us(), until = seat_until(o->stop_us, deadline_us);

    if (now >= until)
        return false;
    lock_wait_until(&o->lock, &o->changed, now + LOOK_US < until ? now + LOOK_US : until);
    return true;
}

void outbox_settle(struct outbox *o, int64_t deadline_us, struct client_result *to)
{
    lock_take(&o->lock);
    while (o->counted && !o->result.is_lost && wait_a_moment(o, deadline_us))
        continue;
    *to = o->result;
    to->is_settled = !o->counted && !o->result.is_lost;
    if (o->counted && !o->result.is_lost) { /* such a connection is worth nothing: make another */
        o->is_to_cut = true;
        snprintf(to->why, sizeof to->why, "the broker acknowledged nothing in time");
    }
    if (to->reason) {
        to->is_alarm = to->reason == NOT_PERMITTED;
        snprintf(to->why, sizeof to->why, "%s", session_reason(to->reason));
    }
    lock_give(&o->lock);
}

void outbox_wait_up(struct outbox *o, int64_t deadline_us, bool is_patient,
                    struct client_result *to)
{
    lock_take(&o->lock);
    while (!o->is_up && (is_patient || !*o->result.why) && wait_a_moment(o, deadline_us))
        continue;
    *to = o->result;
    to->is_lost = !o->is_up;
    if (!o->is_up && !*to->why)
        snprintf(to->why, sizeof to->why, "not connected yet");
    lock_give(&o->lock);
}

/* ---- the connection's side ----------------------------------------------------------------- */

void outbox_open(struct outbox *o)
{
    lock_take(&o->lock);
    o->is_up = true;
    o->is_to_cut = false;
    pthread_cond_broadcast(&o->changed);
    lock_give(&o->lock);
}

void outbox_lose(struct outbox *o, const char *why, bool is_alarm)
{
    lock_take(&o->lock);
    o->is_up = o->is_to_cut = false;
    parcels_drop(&o->waiting);
    o->waiting_bytes = 0;
    o->result.is_lost = true;
    o->result.is_alarm = is_alarm;
    snprintf(o->result.why, sizeof o->result.why, "%s", why);
    pthread_cond_broadcast(&o->changed);
    lock_give(&o->lock);
    parcels_drop(&o->sent);
}

/* With the lock held. */
static void settle_one(struct outbox *o, const struct parcel *one, int reason)
{
    if (!one->count_of || one->count_of != o->count_of || !o->counted)
        return;
    o->counted--;
    o->result.refused += reason != 0;
    o->result.reason = reason ? reason : o->result.reason;
    if (!o->counted)
        pthread_cond_broadcast(&o->changed);
}

void outbox_send(struct outbox *o, struct session *s)
{
    struct parcels all;

    lock_take(&o->lock);
    all.first = o->waiting.first;
    all.end = &all.first;
    o->waiting_bytes = 0;
    parcels_empty(&o->waiting);
    lock_give(&o->lock);
    while (all.first) {
        struct parcel *one = all.first;
        all.first = one->next;
        one->mid = session_publish(s, one->topic, one->payload, one->length, one->is_retained);
        if (one->mid > 0) {
            parcels_add(&o->sent, one);
            continue;
        }
        lock_take(&o->lock);
        if (one->mid == ERR_REFUSED)
            settle_one(o, one, TOO_LARGE);
        lock_give(&o->lock);
        free(one); /* the connection broke: all is forgotten soon */
    }
}

bool outbox_acknowledge(struct outbox *o, int mid, int reason)
{
    struct parcel **at = &o->sent.first;

    while (*at && (*at)->mid != mid)
        at = &(*at)->next;
    if (!*at)
        return false;
    struct parcel *one = parcels_take(&o->sent, at);
    lock_take(&o->lock);
    settle_one(o, one, reason);
    lock_give(&o->lock);
    bool is_untold = reason && !one->count_of;
    free(one);
    return is_untold;
}

bool outbox_is_quiet(struct outbox *o)
{
    lock_take(&o->lock);
    bool is = !o->waiting.first && !o->sent.first;
    lock_give(&o->lock);
    return is;
}

bool outbox_is_to_cut(struct outbox *o)
{
    lock_take(&o->lock);
    bool is = o->is_to_cut;
    lock_give(&o->lock);
    return is;
}

bool outbox_is_alarm(struct outbox *o)
{
    lock_take(&o->lock);
    bool is = o->result.is_alarm;
    lock_give(&o->lock);
    return is;
}
