/*
 * How often a day a device may be written to. Settings live in a memory that wears out, and a
 * script gone wild could wear it out in a day. The count is kept in a file, so that programs and
 * restarts share it.
 */
#ifndef COLLECTOR_BUDGET_H
#define COLLECTOR_BUDGET_H

#include "drivers/device.h"

/* Takes `writes` from today's budget of this device (`writes_per_day`). ERR_DENIED, with the
 * reason, when it is used up. */
int budget_take(const struct device *d, unsigned writes, struct told *told) MUST_CHECK;

/* Nothing was sent after all. */
void budget_give_back(const struct device *d, unsigned writes);

#endif
