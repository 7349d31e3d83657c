/*
 * The front door: what the floors that serve others may see of the daemon (store/view.h), asked
 * for from their threads.
 */
#ifndef COLLECTOR_FRONT_H
#define COLLECTOR_FRONT_H

#include "base/lock.h"

#include "collector/run/rounds.h"

#include <pthread.h>

struct daemon;
struct view;

/* What buses have seen so far, by their names. */
struct front {
    struct lock lock;
    size_t count, room;
    struct front_bus {
        char name[64];
        struct bus_counts counts;
    } * *buses; /* each stays where it is: its name is shown to others */
};

void front_init(struct front *f);
void front_done(struct front *f);
void front_hear(struct front *f, const struct news *n);

struct driver;

/* Whoever is called so now: its place on the board, and its family. */
bool front_seat(struct daemon *d, const char *name, unsigned *desk);
const struct driver *front_driver(struct daemon *d, const char *name); /* NULL: nobody */

/* The house under this plan. Never changed once others look at it. */
void front_view(struct daemon *d, const struct plan *plan, struct view *to);

#endif
