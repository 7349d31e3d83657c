/* Those who live with a connection, called one after the other, in its thread. */
#ifndef MQTT_GUESTS_H
#define MQTT_GUESTS_H

#include "mqtt/client.h"

struct session;

enum { GUESTS_MAX = 8 };

struct guests {
    struct client_guest list[GUESTS_MAX];
    size_t count;
};

int guests_join(struct guests *g, const struct client_guest *one) MUST_CHECK;

/* Asks the broker for all that they want to hear; `name` is for messages. */
void guests_subscribe(const struct guests *g, struct session *s, const char *name);

/* Everyone's `up`, `tick`, `last`; and `hear` of those for whom the word is. */
void guests_up(const struct guests *g, struct client *c);
void guests_tick(const struct guests *g, struct client *c);
void guests_last(const struct guests *g, struct client *c);
void guests_hear(const struct guests *g, struct client *c, const struct client_word *w);

#endif
