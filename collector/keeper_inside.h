/* Between the keeper's two rooms: its places, and what it does with news. */
#ifndef COLLECTOR_KEEPER_INSIDE_H
#define COLLECTOR_KEEPER_INSIDE_H

#include "collector/keeper.h"

/* Whom the news is of: the plan may have a name for a unit's serial number. */
const char *keeper_name(const struct news *n, char *to, size_t size);

/* A place for a unit, as soon as it is heard for the first time. NULL: there is none left. */
void keeper_hear_serial(struct keeper *k, struct slot_of *s, const struct news *n);
struct slot_of *keeper_found(struct keeper *k, const struct news *n, const char *name);

#endif
