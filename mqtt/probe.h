/* Does anybody listen there at all? For when the library does not say what failed. */
#ifndef MQTT_PROBE_H
#define MQTT_PROBE_H

#include <stdint.h>

/* 0, or the errno with which a bare connection fails; ETIMEDOUT after `limit_us`. */
int probe_port(const char *server, unsigned port, int64_t limit_us);

#endif
