/* USB HID units of the kinds that drivers know, settings or not. */
#ifndef COLLECTOR_KNOWN_UNITS_H
#define COLLECTOR_KNOWN_UNITS_H

#include "bus/hid_find.h"

#include <stddef.h>

/* Returns how many are plugged in. */
size_t known_units(struct hid_unit *to, size_t size);

#endif
