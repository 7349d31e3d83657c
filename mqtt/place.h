/*
 * What every part of this room needs to know: where we are in the world of topics, and which
 * house we speak for. One a sink; lives from open to close.
 */
#ifndef MQTT_PLACE_H
#define MQTT_PLACE_H

#include "mqtt/client.h"
#include "mqtt/names.h"
#include "mqtt/topics.h"
#include "store/sink.h"

struct place {
    const struct seat *seat; /* its section, its view (NULL without a daemon), its site */
    const char *prefix;      /* before all topics: "helio" */
    struct names *names;
    char bridge[TOPIC_MAX]; /* PREFIX/bridge/availability: "online", and "offline" as the last will
                             */
};

/*
 * A part that lives with the connection fills in a guest and joins before it begins (mqtt/mqtt.c
 * has the list). In `up` it says what is to stand there, with client_put and SAY_RETAINED; what it
 * wants to hear is in its filters. Words for topics come from names_word.
 */

#endif
