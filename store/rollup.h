/*
 * A day of one metric in slots of 15 minutes: how many, the lowest, the mean, the highest, the
 * last. Written when the day is over; of the current day, what there is of it so far.
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include "metrics/catalogue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLOT_MS = 900000, SLOTS_MAX = 100, ROLLUP_BYTES = SLOTS_MAX * 35 + 8 };

struct slot {
    uint32_t count;
    double low, sum, high, last; /* of nothing when count is 0 */
};

void slot_add(struct slot *s, double value);
void slot_join(struct slot *s, const struct slot *later);

/* To a billionth: what is behind that is only what adding up left over. Never outside of what was
 * said. */
double slot_mean(const struct slot *s);

/* What one number says of it all: of what is measured the mean, of what counts or is a state the
 * last. */
double slot_worth(const struct slot *s, enum metric m);

/* Bytes in: as many slots as the day has (92 to 100). Returns the length. */
size_t rollup_write(const struct slot *slots, unsigned count, uint8_t to[ROLLUP_BYTES]);
/* The number of slots, or -1 when the bytes or their check sum make no sense. */
int rollup_read(const uint8_t *from, size_t length, struct slot slots[SLOTS_MAX]);

#endif
