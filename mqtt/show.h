/*
 * What Home Assistant would be told just now, for eyes: nothing is said, and nothing is remembered.
 */
#ifndef MQTT_SHOW_H
#define MQTT_SHOW_H

#include "mqtt/place.h"
#include "mqtt/states.h"

/* Of one device, or of all (""). Any thread. Returns how many messages; why there are none, or an
 * error's reason, is in `why`. */
int show_devices(const struct place *place, struct states *states, const char *device,
                 show_fn *each, void *who, char why[WHY_MAX]) MUST_CHECK;

#endif
