/* Which lines version 3 says it did not take. */
#ifndef INFLUX_BAD_LINES_H
#define INFLUX_BAD_LINES_H

#include "store/sink.h"

#include <stdbool.h>

/* {"error":..., "data":[{"line_number":2,"error_message":"...","original_line":"..."}]}: fills
 * bad and why. False when it names none, or more than are listed: then halving finds them. */
bool bad_lines_read(const char *body, struct outcome *o);

#endif
