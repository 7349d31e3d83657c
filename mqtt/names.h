/*
 * Which word of a topic is which device. A word is made of the name (topic_word); where two names
 * would share one, the later in the roster gets a few signs more, and it is told. Any thread.
 */
#ifndef MQTT_NAMES_H
#define MQTT_NAMES_H

#include "mqtt/topics.h"
#include "store/view.h"

struct names;

struct names *names_new(const char *who); /* NULL: no memory */
void names_free(struct names *n);

/* All of the house, in the order of its roster, before anybody else asks. */
void names_learn(struct names *n, const struct view *view);

/* The word of this device; one that is not known yet is from now on. */
void names_word(struct names *n, const char *device, char to[TOPIC_WORD]);

/* The word of a device that is known already. */
bool names_find(struct names *n, const char *device, char to[TOPIC_WORD]);

/* The device of this word; false when there is none. */
bool names_device(struct names *n, const char *word, char to[ORIGIN_NAME]);

#endif
