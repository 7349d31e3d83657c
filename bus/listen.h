/* Hearing a packet that comes by itself, on wires where nothing is asked. */
#ifndef BUS_LISTEN_H
#define BUS_LISTEN_H

#include "bus/bus.h"

/* A garbled packet is passed over while there is time: the next one may be good. What comes behind
 * the packet is kept for the next listener. The bus must be open. */
int bus_listen(struct bus *bus, const struct ask *ask, struct answer *answer) MUST_CHECK;

#endif
