/* The serial ports of this machine, and which USB adapter each belongs to. */
#ifndef BUS_PORTS_H
#define BUS_PORTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { PORTS_MAX = 64 };

struct port {
    char path[64];    /* /dev/ttyUSB0: moves at every reboot */
    char stable[192]; /* /dev/serial/by-id/...: does not; "" when there is none */
    char usb_id[16];  /* "04e2:1411"; "" for ports that are no USB adapter */
    char product[64], driver[32];
};

/* Returns how many were found. */
int ports_find(struct port *to, size_t size) MUST_CHECK;
bool port_is_wanted(const struct port *p, const char *usb_ids);

#endif
