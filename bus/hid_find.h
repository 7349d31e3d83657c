/*
 * Which of the USB HID units plugged in is meant.
 *
 * Bridges of one make all have the same VID:PID and no serial number of their own, and the kernel
 * numbers their nodes as they come: /dev/hidraw0 is another unit after a reboot. So a unit is known
 * by the serial number that the device behind it gives when asked, or by the socket it is plugged
 * into, and by nothing else.
 */
#ifndef BUS_HID_FIND_H
#define BUS_HID_FIND_H

#include "bus/bus.h"

#include <stddef.h>
#include <stdint.h>

enum { HID_UNITS = 32, HID_TEXT = 64 };

struct hid_device_; /* hidapi's handle */

struct hid_unit {
    uint16_t vid, pid;
    char usb_path[HID_TEXT]; /* "1-1.4": bus 1, port 1, port 4 of the hub there */
    char node[HID_TEXT];     /* /dev/hidraw0: for now */
    char product[HID_TEXT], manufacturer[HID_TEXT];
    uint64_t number;    /* the node's device number... */
    int64_t plugged_us; /* ...and when it appeared: both together are never given twice */
};

/* What is plugged in of these kinds: "0665:5161 0084:0041". Returns how many, or an error. */
int hid_list(const char *ids, struct hid_unit *to, size_t size) MUST_CHECK;

/* "hidraw-240-1": the name of its loan. */
void hid_loan_name(const struct hid_unit *unit, char *to, size_t size);

/* Opens it if it still is the unit that was listed. Says why not, with the remedy. */
int hid_unit_open(const struct hid_unit *unit, enum log_level level, const char *who,
                  struct hid_device_ **handle) MUST_CHECK;
void hid_unit_close(struct hid_device_ *handle);
/* Whether this user may open it; nothing is opened. Says why not, with the remedy. */
int hid_unit_allowed(const struct hid_unit *unit, enum log_level level, const char *who) MUST_CHECK;

/*
 * Finds the unit that the settings `unit` and `usb_path` of this bus mean. To ask one who it is,
 * it is put into *chosen and the line opened; in the end *chosen is the one that was found.
 */
int hid_find(struct bus *bus, struct hid_unit *chosen) MUST_CHECK;

#endif
