/*
 * The guest that says how this program itself is, for the device "Heliograph": PREFIX/bridge/state,
 * retained, with its version, what waits for its sinks, its wires and its last trouble.
 */
#ifndef MQTT_HELIO_STATE_H
#define MQTT_HELIO_STATE_H

#include "mqtt/place.h"

struct event;
struct helio_state;

struct helio_state *helio_state_new(const struct place *place); /* NULL: no memory */
void helio_state_free(struct helio_state *s);

/* Something happened; in the client's thread. NULL is nobody. */
void helio_state_hear(struct helio_state *s, const struct event *event);

struct client_guest helio_state_guest(struct helio_state *s);

#endif
