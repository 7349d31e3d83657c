/*
 * The far end of a USB HID bridge, as a UNIX socket that keeps messages apart: one message of the
 * client is what it writes to the node (report number 0, then the bytes), one message to it is one
 * input report, filled up with zeros.
 */
#ifndef BUS_FAR_REPORTS_H
#define BUS_FAR_REPORTS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { REPORT_BYTES = 8 };

/* A descriptor to accept clients from, or an error that was logged. Only we may connect. */
int reports_listen(const char *path) MUST_CHECK;

/* What one write carried, without the report number. 0: nothing that a bridge would pass on. */
int report_receive(int fd, uint8_t *to, size_t size) MUST_CHECK;
int report_send(int fd, const uint8_t *bytes, size_t length) MUST_CHECK;

#endif
