/* What can be counted at most: the plant's power times the time, times 1.2. */
#ifndef COLLECTOR_COUNTED_H
#define COLLECTOR_COUNTED_H

#include "metrics/catalogue.h"

/* A lifetime counter in an hour. By the rated power; `peak_w` 0: by the catalogue's range of it. */
double counted_an_hour(enum metric m, double peak_w);

/* One that begins again, in its day, month or year; of what is no such energy infinity. */
double counted_in_span(enum metric m, double peak_w);

#endif
