/* The second topic of layout_goodwe: who watches that an inverter is silent. */
#ifndef MQTT_GOODWE_LAYOUT_H
#define MQTT_GOODWE_LAYOUT_H

#include "mqtt/layout.h"

struct goodwe_silence;

struct goodwe_silence *goodwe_silence_new(const struct place *place); /* NULL: no memory */
void goodwe_silence_free(struct goodwe_silence *g);
struct client_guest goodwe_silence_guest(struct goodwe_silence *g);

#endif
