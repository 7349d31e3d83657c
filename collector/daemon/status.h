/* How the daemon is: devices, store, sinks, as text or as one JSON object. */
#ifndef COLLECTOR_STATUS_H
#define COLLECTOR_STATUS_H

#include "collector/daemon/daemon.h"

#include <stddef.h>

enum { STATUS_BYTES = 128 * 1024 };

void status_write(struct daemon *d, bool is_json, char *to, size_t size);

#endif
