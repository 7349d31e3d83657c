/*
 * The front door: what the web floor may see of the daemon (web/house.h), asked for from the
 * server's thread. Without the web floor nothing of it is there.
 */
#ifndef COLLECTOR_FRONT_H
#define COLLECTOR_FRONT_H

#include "collector/rounds.h"

#include <pthread.h>

struct daemon;
struct web_front;

enum { FRONT_BUSES = 64 };

/* What buses have seen so far, by their names. */
struct front {
    pthread_mutex_t lock;
    size_t count;
    struct front_bus {
        char name[64];
        struct bus_counts counts;
    } buses[FRONT_BUSES];
};

void front_init(struct front *f);
void front_done(struct front *f);
void front_hear(struct front *f, const struct news *n);

/* Stays as long as the daemon does. */
const struct web_front *front_of(struct daemon *d);

#endif
