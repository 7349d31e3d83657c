/*
 * A made-up USB HID unit: 8-byte reports both ways, no report numbers. Questions come by
 * SET_REPORT on endpoint 0, answers go by endpoint 0x81. It speaks USB/IP with the kernel's
 * virtual port, over a stream socket.
 *
 * Or it is only the bridge (bridge.c): whatever length is written goes to a socket as one message,
 * and each message from there is a report.
 */
#ifndef TESTS_QEMU_UNIT_H
#define TESTS_QEMU_UNIT_H

#include "tests/qemu/answers.h"

enum { WAITING_MAX = 4096 };

struct unit {
    int fd;
    int far; /* the socket of who really answers; 0: the answers below do */
    uint16_t vendor, product;
    struct answers *answers;

    uint8_t question[QUESTION_MAX];
    size_t asked;

    uint8_t waiting[WAITING_MAX]; /* what is still to be said, whole reports */
    size_t said, length;
    size_t ends_at; /* where the last answer of waiting ends */
    int64_t next_us;
    unsigned reports, complete; /* how many reports and answers were said */

    uint32_t poll; /* the kernel's open request for a report */
    bool is_polled;
};

/* One packet of the kernel. ERR_GONE: it has hung up. */
MUST_CHECK int unit_serve(struct unit *u);

/* Says the next report if it is due; how long until there may be something to say goes to
 * wait_ms. */
MUST_CHECK int unit_speak(struct unit *u, int *wait_ms);

/* Opens the socket of this name, whose owner answers from now on. */
MUST_CHECK int bridge_open(const char *path, int *far);
/* To its owner, with a report number. */
MUST_CHECK int bridge_pass(const struct unit *u, const uint8_t *bytes, size_t length);
/* What came from there waits to be said. ERR_GONE: its owner has left. */
MUST_CHECK int bridge_tend(struct unit *u);

#endif
