/*
 * Clearing what was said once and is not wanted any more: of a device that left, that is another
 * one now, or is told in another form.
 */
#ifndef MQTT_UNWANTED_H
#define MQTT_UNWANTED_H

#include "mqtt/client.h"
#include "mqtt/portraits.h"
#include "mqtt/remembered.h"

enum sweep {
    SWEEP_UNWANTED, /* what has not been wanted for a while */
    SWEEP_UNTOLD,   /* the same where nothing is told: no device can come back to its topics */
    SWEEP_ALL       /* everything, now */
};

/* Looks through all that is remembered; a device that loses what it wanted is to be said again. */
void unwanted_sweep(struct portraits *p, struct remembered *r, struct client *c, enum sweep how);

/*
 * Another unit in the same place (a swapped inverter): what was told of the former one goes first,
 * else Home Assistant gives the new one ids with a number behind, and nothing that points at the
 * old ones follows. True: it is not over yet.
 */
bool unwanted_make_way(struct portraits *p, struct remembered *r, struct client *c,
                       const struct view_device *v, const char *id);

#endif
