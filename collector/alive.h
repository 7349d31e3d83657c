/* That the daemon lives, and how it fares, told to systemd: the watchdog and the status line. */
#ifndef COLLECTOR_ALIVE_H
#define COLLECTOR_ALIVE_H

struct daemon;

/* From the main thread, whenever it comes round; says what is due. */
void alive_tell(struct daemon *d);

#endif
