/*
 * What happened, as the store keeps it, on PREFIX/DEVICE/event or PREFIX/bridge/event. The store is
 * looked at once a second while connected; what happened meanwhile is said after a connect.
 */
#ifndef MQTT_EVENTS_H
#define MQTT_EVENTS_H

#include "mqtt/place.h"

struct events;

struct helio_state;

/* What was trouble among them is told to `state`, too. */
struct events *events_new(const struct place *place,
                          struct helio_state *state); /* NULL: no memory */
void events_free(struct events *e);
struct client_guest events_guest(struct events *e);

/* From what happens from now on. */
void events_begin(struct events *e);

#endif
