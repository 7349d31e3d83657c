/* One attempt to be connected, for the files of the session only (mqtt/session.h). */
#ifndef MQTT_SESSION_INSIDE_H
#define MQTT_SESSION_INSIDE_H

#include "mqtt/session.h"

#include <mosquitto.h>

enum { FILTERS_ASKED = 16 };

struct session {
    struct mosquitto *m;
    const struct client_plan *plan;
    struct session_events on;
    struct {
        int mid;
        const char *filter;
    } asked[FILTERS_ASKED];
    bool is_up, is_alarm, is_tls;
    char library[160]; /* what the library logged first as an error */
    char where[140];   /* "127.0.0.1:1883" */
    char why[200];
};

static inline const char *session_text(const struct session *s, const char *key)
{
    return section_text(s->plan->section, key);
}

/* ---- what went wrong (session_fault.c): the first is the cause; what follows says less ------- */

void session_fault(struct session *s, bool is_alarm, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void session_fault_reason(struct session *s, int reason);         /* the broker's word */
void session_fault_system(struct session *s, int number);         /* of errno */
void session_fault_code(struct session *s, int code, int number); /* the library's, and errno */

/* ---- beginning (session_begin.c): faults say why it cannot be ------------------------------ */

void session_name_place(struct session *s);       /* for messages */
bool session_dress(struct session *s) MUST_CHECK; /* protocol, last will, user, TLS */
int session_port(const struct session *s);
void session_connect(struct session *s, unsigned attempt);

#endif
