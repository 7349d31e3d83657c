/* Between the keeper's rooms: its places, the plan that fills them, and what it does with news. */
#ifndef COLLECTOR_KEEPER_INSIDE_H
#define COLLECTOR_KEEPER_INSIDE_H

#include "collector/intake/keeper.h"

/* Whom the news is of: the plan may have a name for a unit's serial number. */

/* A place for a unit, as soon as it is heard for the first time. NULL: there is none left. */
void keeper_hear_other(struct keeper *k, struct slot_of *s, const struct news *n);
void keeper_hear_serial(struct keeper *k, struct slot_of *s, const struct news *n);
void keeper_turn_out(struct keeper *k, struct slot_of *s, const struct driver *driver);
struct slot_of *keeper_found(struct keeper *k, const struct news *n, const char *name);

/* Its place, made if need be. NULL: there is none left. */
struct slot_of *keeper_slot(struct keeper *k, const char *name);

/* Everything a place needs that may fail to be had; nobody sees anything of it yet. */
int keeper_furnish(struct keeper *k, struct slot_of *s, const struct origin *o,
                   const struct driver *driver, double peak_w) MUST_CHECK;
bool keeper_spare(struct slot_of *s); /* room for what others look at */

/* The same, and it is there. */
int keeper_open(struct keeper *k, struct slot_of *s, const struct origin *o,
                const struct driver *driver, double peak_w) MUST_CHECK;

/* What it is called from now on. Cannot fail for a place that is known and has a spare. */
int keeper_call(struct keeper *k, struct slot_of *s, const struct origin *o) MUST_CHECK;

void keeper_period(struct keeper *k, size_t at, int64_t every_us, int64_t slowest_us);

#endif
