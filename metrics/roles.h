/*
 * Which part of the house a metric is about, and which of them are said first. Groups add up by
 * it, and whoever draws the house asks here instead of knowing names.
 */
#ifndef METRICS_ROLES_H
#define METRICS_ROLES_H

#include "metrics/catalogue.h"

enum role { ROLE_ALL, ROLE_PV, ROLE_BATTERY, ROLE_LOAD, ROLE_GRID, ROLE_COUNT };

extern const char *const role_names[ROLE_COUNT]; /* "", "pv", "battery", "load", "grid" */

/* The role a metric belongs to; ROLE_ALL when to none in particular. */
enum role metric_role(enum metric m);

/* "power", "level" and their like (metrics/headlines.def); NULL: it is not said first. */
const char *metric_headline(enum metric m);

#endif
