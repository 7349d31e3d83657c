/* Messages gathered for one delivery: topics and payloads, one behind the other. */
#ifndef MQTT_BATCH_H
#define MQTT_BATCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct batch {
    char *bytes;
    size_t size, used;
};

struct batch_mark {
    size_t used;
};

int batch_init(struct batch *b, size_t size) MUST_CHECK;
void batch_done(struct batch *b);
void batch_empty(struct batch *b);

/* False: no room. One message alone always has room, however large. */
bool batch_add(struct batch *b, const char *topic, const char *payload, size_t length);

/* To take back what was added since. */
struct batch_mark batch_mark(const struct batch *b);
void batch_back(struct batch *b, struct batch_mark mark);

/* Hands out all of it, in order, until `take` says no. */
typedef bool batch_fn(void *who, const char *topic, const char *payload, size_t length);
void batch_each(const struct batch *b, batch_fn *take, void *who);

#endif
