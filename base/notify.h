/* Telling systemd how we are: READY=1, STATUS=..., WATCHDOG=1. Does nothing where nobody asks. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdint.h>

void notify(const char *state);

/* How often the watchdog wants to be fed; 0: there is none. */
int64_t notify_watchdog_us(void);

#endif
