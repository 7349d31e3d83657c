/*
 * The wall around libmosquitto: one attempt to be connected, from the first packet to the end. For
 * the client's thread alone; nobody else knows the library.
 */
#ifndef MQTT_SESSION_H
#define MQTT_SESSION_H

#include "mqtt/client.h"

struct session;

/* What happens, as it happens, out of session_step. */
struct session_events {
    void *who;
    void (*up)(void *who);
    void (*acknowledged)(void *who, int mid, int reason); /* reason: 0, or from 128: refused */
    void (*denied)(void *who, const char *filter);        /* a subscription */
    void (*heard)(void *who, const struct client_word *w);
};

/* Begins to connect: attempt number `attempt` takes the next of the server's addresses. NULL: it
 * cannot even begin; `why` says so. */
struct session *session_open(const struct client_plan *plan, unsigned attempt,
                             const struct session_events *events, char *why, size_t size,
                             bool *is_alarm);

/* Waits until something came, `wake_fd` can be read, or the time is over; does what is due. Not
 * OK: it is over. */
int session_step(struct session *s, int wake_fd, int64_t wait_us) MUST_CHECK;
const char *session_why(const struct session *s, bool *is_alarm);

bool session_wants_write(const struct session *s); /* something has not left yet */

/* QoS 1. Returns the number its acknowledgement will have, or an error: ERR_REFUSED when the
 * broker takes no such message. */
int session_publish(struct session *s, const char *topic, const char *payload, size_t length,
                    bool is_retained);
/* QoS 0 */
int session_subscribe(struct session *s, const char *filter) MUST_CHECK;

/* Is a message on this topic for whoever asked for `filter`? */
bool session_is_for(const char *filter, const char *topic);

void session_goodbye(struct session *s); /* a clean end: no last will */
void session_close(struct session *s);

const char *session_reason(int reason); /* words for one of MQTT 5 */

#endif
