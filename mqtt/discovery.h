/*
 * Discovery: what Home Assistant reads to make a device and its entities, as topics and payloads.
 * Either one payload a device (a large one is cut in two or more of at most 16 kB, all of the same
 * device), or one for each entity, as older versions want it. Pure.
 */
#ifndef MQTT_DISCOVERY_H
#define MQTT_DISCOVERY_H

#include "base/text.h"
#include "mqtt/entities.h"

enum { PAYLOAD_BYTES = 16000, PARTS_MAX = 12 };

/* What tells Home Assistant on an old topic that its entities move to another one. */
extern const char discovery_moves[];

/* May this stand before its topics? Levels of [A-Za-z0-9_-]. */
bool discovery_prefix_is_fine(const char *prefix);

/* An id out of our prefix (or "helio") and a serial number or a name: [A-Za-z0-9_-]. */
void discovery_id(char to[HA_ID], const char *before, const char *own);

/* Gives every entity its part: the one it had (`part`), unless that is full. Returns how many. */
int discovery_split(const struct ha_device *d, struct entity *all, size_t count);

void discovery_device_topic(char to[TOPIC_MAX], const char *prefix, const struct ha_device *d,
                            int part);
void discovery_entity_topic(char to[TOPIC_MAX], const char *prefix, const struct ha_device *d,
                            const struct entity *e);

/* One part of a device. `gone`: components it had once and must lose, as "key:platform key:...". */
void discovery_device(const struct ha_device *d, const struct entity *all, size_t count, int part,
                      const char *gone, struct text *to);
void discovery_entity(const struct ha_device *d, const struct entity *e, struct text *to);

#endif
