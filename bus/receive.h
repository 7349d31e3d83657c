/* Receiving one answer, byte by byte, until it is whole or cannot be. */
#ifndef BUS_RECEIVE_H
#define BUS_RECEIVE_H

#include "bus/bus.h"

/* The line's `receive`. Everything that comes is noted: silence is counted from the last byte
 * anybody sent. */
int bus_hear(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us);

/* What was sent from `begun_us` on is waited for, as long as this device may need. */
int receive_answer(struct bus *bus, const struct ask *ask, unsigned attempt, int64_t begun_us,
                   struct answer *a) MUST_CHECK;

#endif
