/* Counters that begin again: of the day, the month, the year of the site. */
#ifndef STORE_SPANS_H
#define STORE_SPANS_H

#include "metrics/catalogue.h"

/* The first day (20261101) of the span that such a metric counts in at this moment. */
int span_first(enum metric m, int64_t at_ms);

/* The lifetime counter of which this is the day, month or year; M_NONE: there is none. */
enum metric span_whole(enum metric m);

#endif
