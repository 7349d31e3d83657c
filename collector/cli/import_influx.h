/* helio import --from-influx: history out of a database, by the same way as that of a file. */
#ifndef COLLECTOR_IMPORT_INFLUX_H
#define COLLECTOR_IMPORT_INFLUX_H

#include "collector/cli/verb.h"

/* Hands the CSV to `take`, as whose numbers there is no column for. */
int import_influx(struct call *c, int (*take)(struct call *c, FILE *csv, const char *device));

#endif
