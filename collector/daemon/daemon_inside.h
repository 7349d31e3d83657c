/* Between the daemon's rooms: its beginning and end (daemon.c), and the plans it goes by. */
#ifndef COLLECTOR_DAEMON_INSIDE_H
#define COLLECTOR_DAEMON_INSIDE_H

#include "collector/daemon/daemon.h"

/* Room for one more plan; its view is the house under it. NULL: no memory. */
struct followed *daemon_followed(struct daemon *d, struct plan *plan);

/* Takes what waits in the queue, without waiting. A bus thread's last news refer to its house, so
 * this comes before that is closed. */
void daemon_take_all(struct daemon *d);

/* Frees plans that nobody goes by any longer. */
void daemon_free_plans(struct daemon *d);

#endif
