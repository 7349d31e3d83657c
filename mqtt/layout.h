/* Which topics and keys a reading becomes: one row a layout. */
#ifndef MQTT_LAYOUT_H
#define MQTT_LAYOUT_H

#include "mqtt/place.h"
#include "mqtt/states.h"

/* Takes one message; false: there is no room for it. */
typedef bool emit_fn(void *who, const char *topic, const char *payload, size_t length);

struct layout {
    const char *name;
    bool has_house; /* availability, events and commands stand beside its states */
    /* Makes the messages of one state. False: emit had no room. */
    bool (*say)(const struct place *place, const struct state *one, emit_fn *emit, void *who);
    /* From where a second topic's state changes without a reading; NULL: nowhere. */
    void (*tick)(const struct place *place, struct states *states, struct client *c, bool is_end);
};

extern const struct layout layout_helio;

#endif
