/*
 * Settings from topics: PREFIX/DEVICE/set/SETTING with the value as payload, the answer on the same
 * topic with /result behind it. Only with allow_tell = yes here and at the device. Nothing retained
 * is carried out, nothing twice, nothing is tried again.
 */
#ifndef MQTT_ORDERS_H
#define MQTT_ORDERS_H

#include "metrics/control.h"
#include "mqtt/place.h"

struct orders;

struct orders *orders_new(const struct place *place); /* NULL: no memory */

/* What is under way may outlive the sink: nobody is told of its end then. */
void orders_leave(struct orders *o);

/* Does it listen at all? */
bool orders_are_taken(const struct orders *o);
struct client_guest orders_guest(struct orders *o);

/* "SETTING=VALUE" out of a payload. OK, or why not in `why`; pure. */
int order_word(const char *setting, const char *payload, size_t length, char to[WISH_WORD],
               const char **why) MUST_CHECK;

#endif
