/* The sinks this helio was built with. */
#ifndef COLLECTOR_SINKS_H
#define COLLECTOR_SINKS_H

#include "store/sink.h"

#define SINK(name) extern const struct sink sink_##name;
#include "collector/plan/sinks.def"
#undef SINK

extern const struct sink *const sinks[]; /* NULL ends it */
const struct sink *sink_find(const char *name);

/* Hands over what sinks cannot reach by themselves; before any of them begins. */
void sinks_prepare(void);

#endif
