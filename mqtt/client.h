/*
 * One connection to a broker, for ever: a thread of its own that connects, tells the broker what
 * to say when we are gone (the last will), and begins anew with random pauses whenever it breaks.
 *
 * Nothing outlives a connection. What was not acknowledged when it broke is forgotten here, and
 * said again by whoever said it: a pump gives its batch again, a guest is told `up` and says all
 * that is to stand there. So nothing is sent by two of us, and nothing old is sent late.
 */
#ifndef MQTT_CLIENT_H
#define MQTT_CLIENT_H

#include "base/error.h"
#include "base/section.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

/* A message as it came. Borrowed for the call. */
struct client_word {
    const char *topic;
    const char *payload; /* ended with NUL */
    size_t length;
    bool is_retained; /* it stood there before we asked: old, who knows how old */
};

enum { FILTERS_MAX = 4 };

/* Somebody who lives with the connection. All calls come from the client's thread, one at a time,
 * and must not wait for anything; all may be NULL. */
struct client_guest {
    void *who;
    /* Subscribed before `up`, each time; borrowed. At QoS 0: what comes, comes at most once, so
     * that no command is ever carried out twice because an acknowledgement was lost. */
    const char *filters[FILTERS_MAX];
    void (*up)(void *who, struct client *c);   /* connected: say what is to stand there */
    void (*tick)(void *who, struct client *c); /* about once a second while connected */
    void (*hear)(void *who, struct client *c, const struct client_word *w); /* by its filters */
    void (*last)(void *who, struct client *c); /* before a clean end, still connected */
};

struct client_plan {
    const char *name; /* for messages, of the sink */
    const struct section *section;
    const char *id; /* as client_id made it, or given */
    const char
        *will_topic;  /* "": none; says "offline" there when we are gone, retained; borrowed */
    double timeout_s; /* to be connected */
    const _Atomic int64_t *stop_us; /* when every wait ends (struct seat); NULL: never */
    bool is_five;                   /* MQTT 5, which says why something is refused; else 3.1.1 */
};

/* Nothing is connected before client_start; guests come before that. */
int client_new(struct client **to, const struct client_plan *plan) MUST_CHECK;
int client_join(struct client *c, const struct client_guest *g) MUST_CHECK;
int client_start(struct client *c) MUST_CHECK;

/* Sends what was said, says goodbye, ends the thread; until clock_us() `deadline_us` at most. */
void client_stop(struct client *c, int64_t deadline_us);
void client_free(struct client *c);

/* Stays with this machine, site, store and sink, and with nobody else. */
void client_id(char to[24], const char *site, const char *sink, const char *store);

/* ---- saying; from any thread -------------------------------------------------------------- */

enum { SAY_RETAINED = 1, SAY_COUNTED = 2 }; /* COUNTED: client_settle waits for it */

/* QoS 1. ERR_GONE: not connected. ERR_FULL: too much waits. The bytes are copied. */
int client_say(struct client *c, unsigned how, const char *topic, const char *payload,
               size_t length) MUST_CHECK;
/* The same for a guest, who will be told `up` again if it fails. */
void client_put(struct client *c, unsigned how, const char *topic, const char *payload);

/* Has the broker all that was said so far? For guests. */
bool client_is_quiet(struct client *c);

/* What became of all that was said SAY_COUNTED since client_count_anew. */
struct client_result {
    bool is_settled;  /* the broker has the last word on all of it */
    unsigned refused; /* of them, not taken */
    int reason;       /* the last refusal's */
    bool is_lost;     /* the connection broke, or was not there */
    bool is_alarm;    /* somebody must mend something */
    char why[200];    /* why not, with what to do */
};
void client_count_anew(struct client *c);
void client_settle(struct client *c, int64_t deadline_us, struct client_result *to);
/* Waits for a connection; the impatient only until a first attempt has failed. */
void client_wait_up(struct client *c, int64_t deadline_us, bool is_patient,
                    struct client_result *to);

#endif
