/* The columns of an older datalogger's tables, by the name they had (metrics/stats.def). */
#ifndef METRICS_OLD_COLUMNS_H
#define METRICS_OLD_COLUMNS_H

#include "metrics/catalogue.h"

#include <stdbool.h>

/* False: it had no such column. *to is M_NONE for words that are no number of one metric. */
bool old_column_find(const char *name, enum metric *to);

/* The unit said one or the other under that name, by its model; M_NONE: only `m`. */
enum metric old_stand_in(enum metric m);

#endif
