/* That the daemon lives, and how it fares, told to systemd: the watchdog and the status line. */
#ifndef COLLECTOR_ALIVE_H
#define COLLECTOR_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;

/* From the main thread, whenever it comes round; says what is due. */
void alive_tell(struct daemon *d);

/* Must it be fed, which bites after `period_us` without food? Twice as often. 0: there is none. */
bool watchdog_is_due(int64_t now_us, int64_t fed_us, int64_t period_us);

#endif
