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
    /* Makes the messages of one state, which is one of `all`. False: emit had no room. */
    bool (*say)(const struct place *place, const struct states *all, const struct state *one,
                emit_fn *emit, void *who);
};

extern const struct layout layout_helio, layout_axpert_addon, layout_goodwe;

#endif
