/*
 * Do two answers say the same, as far as a moment may change it? For families whose check sum is a
 * plain sum of bytes: two flipped bits can cancel, and no answer is believed before another one
 * that is near it. Counters may have grown by one step, codes and alarms must be equal.
 */
#ifndef DRIVERS_NEAR_H
#define DRIVERS_NEAR_H

#include "drivers/bytes.h"

/* Two stretches of the same positions. */
bool bytes_near(const struct row *rows, uint8_t in, unsigned kind, const struct stretch *a,
                const struct stretch *b);

#endif
