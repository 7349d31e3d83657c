/*
 * The status of an Axpert as its own signs, which older programs showed as they came: written anew
 * from what is known of them. False: not all of them is known, and nothing is made up.
 */
#ifndef METRICS_OLD_STATUS_H
#define METRICS_OLD_STATUS_H

#include "metrics/catalogue.h"

#include <stdbool.h>

enum { OLD_STATUS = 9, OLD_MASK = 4 };

/* Whoever knows the values: a reading, the board. */
typedef bool old_get_fn(const void *who, enum metric m, double *value);

/* "00110110": word 16 of the answer, b7 to b0. */
bool old_status(old_get_fn *get, const void *who, char to[OLD_STATUS]);

/* "00": word 17, in 10 mV, and word 18. */
bool old_fan_offset(old_get_fn *get, const void *who, char to[OLD_MASK]);
bool old_eeprom(old_get_fn *get, const void *who, char to[OLD_MASK]);

/* "010": word 20, b10 to b8. */
bool old_status2(old_get_fn *get, const void *who, char to[OLD_MASK]);

/* "BT": what `device_mode` was there; NULL: it had no word for it. */
const char *old_mode_word(int mode);
bool old_mode(const char *word, double *to); /* and back */

#endif
