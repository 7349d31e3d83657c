/* The words of a [sink] of kind mqtt (mqtt/settings.c). */
#ifndef MQTT_SETTINGS_H
#define MQTT_SETTINGS_H

#include "base/section.h"

extern const struct setting mqtt_settings[];
void mqtt_check(struct section *s);

#endif
