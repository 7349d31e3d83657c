/* What bus.c and talk.c have together, and nobody else (bus/bus.h). */
#ifndef BUS_BUS_INSIDE_H
#define BUS_BUS_INSIDE_H

#include "bus/bus.h"

void bus_close(struct bus *bus);

#endif
