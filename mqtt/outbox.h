/*
 * What was said and the broker has not acknowledged yet, and what became of that which somebody
 * waits for. Whoever says something and the thread of the connection share it, with a lock inside.
 */
#ifndef MQTT_OUTBOX_H
#define MQTT_OUTBOX_H

#include "base/lock.h"

#include "mqtt/client.h"

#include <pthread.h>

struct parcel;
struct session;

struct parcels {
    struct parcel *first, **end;
};

struct outbox {
    struct lock lock; /* guards what follows */
    pthread_cond_t changed;
    bool is_up, is_to_cut;
    struct parcels waiting;
    size_t waiting_bytes;
    unsigned count_of, counted; /* the count that runs, and how many of it are open */
    struct client_result result;

    const _Atomic int64_t *stop_us; /* every wait ends then */

    struct parcels sent; /* of the connection's thread alone */
};

void outbox_init(struct outbox *o, const _Atomic int64_t *stop_us);
void outbox_done(struct outbox *o);

/* ---- from any thread: as the functions of client.h that are named so ------------------------- */

int outbox_say(struct outbox *o, unsigned how, const char *topic, const char *payload,
               size_t length) MUST_CHECK;
void outbox_count_anew(struct outbox *o);
void outbox_settle(struct outbox *o, int64_t deadline_us, struct client_result *to);
void outbox_wait_up(struct outbox *o, int64_t deadline_us, bool is_patient,
                    struct client_result *to);

/* ---- from the connection's thread ------------------------------------------------------------ */

void outbox_open(struct outbox *o); /* connected */
void outbox_lose(struct outbox *o, const char *why, bool is_alarm);

/* Hands all that waits to the library. */
void outbox_send(struct outbox *o, struct session *s);

/* True: it was refused, and nobody waits for it who would tell. */
bool outbox_acknowledge(struct outbox *o, int mid, int reason);

bool outbox_is_quiet(struct outbox *o);  /* the broker has all of it */
bool outbox_is_to_cut(struct outbox *o); /* such a connection is worth nothing */
bool outbox_is_alarm(struct outbox *o);  /* the last loss wants somebody to mend something */

#endif
