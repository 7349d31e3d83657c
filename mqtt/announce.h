/*
 * The guest that tells Home Assistant of all devices (mqtt/discovery.h): after every connect, when
 * something about them changes, and when Home Assistant says that it was born. It clears what is
 * not wanted any more, whoever said it: another start, another name, another form.
 */
#ifndef MQTT_ANNOUNCE_H
#define MQTT_ANNOUNCE_H

#include "mqtt/layout.h"

struct announce;

/* NULL: no memory. */
struct announce *announce_new(const struct place *place, struct states *states,
                              const struct layout *layout);
void announce_free(struct announce *a);

/* Reads what was said before this start. */
int announce_begin(struct announce *a) MUST_CHECK;

/* Is there anything to do, if only to clear? */
bool announce_is_needed(const struct announce *a);
struct client_guest announce_guest(struct announce *a);

/* From any thread: clears all of it, and says nothing until the next start. Waits for that until
 * limit is over; returns how many topics, or an error. */
int announce_purge(struct announce *a, const struct limit *limit) MUST_CHECK;

#endif
