/*
 * What the units plugged in said when they were asked who they are, for the whole process: asking
 * takes its time on a slow wire, so that nobody is asked twice. Unplugged is forgotten: what comes
 * back in the same socket has another node, or the same one anew.
 */
#ifndef BUS_HID_KNOWN_H
#define BUS_HID_KNOWN_H

#include "bus/hid_find.h"

enum { HID_SERIAL = 48 };
enum hid_said { NEVER_ASKED, SAID_NOTHING, SAID_NOTHING_LATELY, SAID_SERIAL };

enum hid_said hid_recall(const struct hid_unit *unit, char serial[HID_SERIAL]);
void hid_remember(const struct hid_unit *unit, const char *serial); /* NULL: it said nothing */

#endif
