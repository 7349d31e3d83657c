/* HELIO_CLOCK_RATE: a test of the whole program whose time runs faster (base/clock.h). */
#ifndef COLLECTOR_RATE_H
#define COLLECTOR_RATE_H

#include "base/error.h"

int rate_follow(void) MUST_CHECK; /* says what is wrong; before anything asks for the time */
void rate_warn(const char *who);  /* nobody runs a real plant like this by accident */

#endif
