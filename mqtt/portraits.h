/*
 * The devices of the house as Home Assistant is to know them: who each is, what it can say and what
 * may be set of it, and whether that is new. One thread.
 */
#ifndef MQTT_PORTRAITS_H
#define MQTT_PORTRAITS_H

#include "mqtt/entities.h"
#include "mqtt/place.h"
#include "mqtt/remembered.h"
#include "mqtt/states.h"
#include "store/view.h"

struct portraits {
    const struct place *place; /* with a view */
    struct states *states;
    const struct remembered *remembered; /* what they said before this start */
    bool may_tell;

    struct view_list devices; /* of the last look */
    char (*ids)[HA_ID];
    uint64_t *said; /* what each was when it was last said, by its desk; 0: not yet */
    size_t id_room, said_room;

    /* the last that was made */
    struct ha_device device;
    struct offer offers[OFFERS_MAX];
    char word[TOPIC_WORD], id[HA_ID], through[HA_ID], maker[32], model[64];

    /* this program itself */
    struct view_device helio;
    char helio_id[HA_ID];
    uint64_t helio_said;
    struct extra extras[EXTRAS_MAX];
};

/* In memory that is all 0; the rest stays somebody else's. */
void portraits_open(struct portraits *p, const struct place *place, struct states *states,
                    const struct remembered *remembered);

void portraits_close(struct portraits *p);

/* Lists the devices anew. */
void portraits_look(struct portraits *p);

/* As if nothing had been said yet. */
void portraits_say_again(struct portraits *p);

/* One of those of the last look, or NULL. */
const struct view_device *portraits_named(const struct portraits *p, const char *name);

/* One of them in words, until the next; NULL: never heard, so nobody knows what it can say. */
const struct ha_device *portrait_of(struct portraits *p, const struct view_device *v);

/* This program in words, until the next: its version, what waits, how its wires are. */
const struct ha_device *portrait_of_helio(struct portraits *p);

/* The same number as long as nothing is new; never 0. */
uint64_t portrait_print(const struct ha_device *d);

#endif
