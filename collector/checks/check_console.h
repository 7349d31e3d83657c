/* Ports on the board: the kernel's console, and the Raspberry Pi's small UART. */
#ifndef COLLECTOR_CHECKS_CHECK_CONSOLE_H
#define COLLECTOR_CHECKS_CHECK_CONSOLE_H

#include "collector/checks/checks.h"

void check_console(struct scene *s, const struct plan_bus *bus, const char *node);
void check_small_uart(struct scene *s, const struct plan_bus *bus, const char *node);

/* A node that this person may not open: what is seen, what it means, and the remedy. */
void explain_denied(struct scene *s, struct finding *f, const char *node,
                    const struct usb_device *d, const char *subsystem);

#endif
