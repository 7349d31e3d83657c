/* What the twin's two files share: its models (mimic.c), and how it answers (mimic_answers.c). */
#ifndef DRIVERS_AXPERT_TWIN_H
#define DRIVERS_AXPERT_TWIN_H

#include "drivers/axpert/axpert.h"

enum { SERIAL_DIGITS = 14 }; /* of the samples' serial numbers, and so of every twin's */

unsigned axpert_twin_units(const struct twin *t);

bool axpert_twin_raises_zero(const struct twin *t);

bool axpert_twin_adds_lf(const struct twin *t);

/* The answer to fill; NULL: this model never heard of the question. */
const char *axpert_twin_sample(const struct twin *t, const struct block *b);

/* Somebody tells it something. ERR_REFUSED: NAK. */
int axpert_twin_told(struct twin *t, const char *command, struct answer *a);

#endif
