/*
 * Who is there: "online" on the bridge's topic, and each device's state (online, stale, asleep,
 * fault, unheard) on its own, all retained. Said again after every connect, and when it changes.
 */
#ifndef MQTT_PRESENCE_H
#define MQTT_PRESENCE_H

#include "mqtt/place.h"

struct presence;

/* NULL: no memory. */
struct presence *presence_new(const struct place *place);
void presence_free(struct presence *p);
struct client_guest presence_guest(struct presence *p);

/* Without a daemon nobody knows more than that it was heard just now. */
void presence_heard(const struct place *place, struct client *c, const char *device);

#endif
