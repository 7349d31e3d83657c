/*
 * How an entity looks in Home Assistant: its class, its statistics, its icon, and whether it is on
 * by itself. Made from the catalogue by rules. Pure.
 */
#ifndef MQTT_LOOKS_H
#define MQTT_LOOKS_H

#include "mqtt/entities.h"

/* All of them NULL: it has none. An icon is for what has no class. */
const char *look_class(const struct entity *e);
const char *look_state_class(const struct entity *e);
const char *look_icon(const struct entity *e);

/* Few look at it: Home Assistant knows it, and leaves it off until somebody wants it. */
bool look_is_seldom(const struct entity *e);

#endif
