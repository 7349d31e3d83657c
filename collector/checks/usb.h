/* What is plugged into USB, as the kernel sees it: which driver has it, and what it made of it. */
#ifndef COLLECTOR_CHECKS_USB_H
#define COLLECTOR_CHECKS_USB_H

#include <stdbool.h>
#include <stddef.h>

enum { USB_MOST = 64 };

struct usb_device {
    char name[64]; /* "1-1.4": the socket */
    char id[12];   /* "04e2:1411" */
    char product[64];
    char part[80];   /* "1-1.4:1.0": the interface that a driver has; "" none */
    char driver[32]; /* "cdc_acm"; "" when none of its interfaces has one */
    char tty[32];    /* "ttyUSB0"; "" none */
    char hidraw[32]; /* "hidraw0"; "" none */
    char node[40];   /* "/dev/bus/usb/001/004" */
};

/* Returns how many; hubs and roots are left out. */
size_t usb_list(struct usb_device *to, size_t size);

/* The one behind a port's node, or NULL. */
const struct usb_device *usb_of_tty(const struct usb_device *list, size_t count, const char *tty);

#endif
