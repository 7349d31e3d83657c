/*
 * What stands where nobody says it: counters of earlier runs until they are said again, and
 * inverters at night. In the client's thread.
 */
#ifndef MQTT_SLEEPERS_H
#define MQTT_SLEEPERS_H

#include "mqtt/portraits.h"

/* Looks at one device, as it was portrayed. */
void sleepers_stand(const struct portraits *p, const struct view_device *v,
                    const struct ha_device *d);

/* Says those that sleep, often enough that what they say does not grow old. */
void sleepers_say(struct portraits *p, state_fn *each, void *who);

#endif
