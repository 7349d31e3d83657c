/* The settings of an influx sink (influx/settings.c). */
#ifndef INFLUX_SETTINGS_H
#define INFLUX_SETTINGS_H

#include "influx/door.h"

/* Beyond what the rows say; complains by section_fault. */
void influx_check(struct section *s);

#endif
