/*
 * The other end of a wire: a pseudo-terminal, a TCP port or a USB HID bridge where a twin answers,
 * paced at the speed of the wire it stands for, so that any program can be tried without hardware.
 */
#ifndef BUS_FAR_END_H
#define BUS_FAR_END_H

#include "bus/bus.h"

#include <signal.h>
#include <stdbool.h>

enum { FAR_CLIENTS = 16 };

/* Is this question whole? 0 more to come, n whole in n bytes, negative: drop one byte. */
typedef int heard_fn(const uint8_t *bytes, size_t length);

/* What the far end says by itself, one packet after the other; ERR_ABSENT: no more this time. */
typedef int announce_fn(void *far, unsigned which, uint64_t round, struct far_answer *answer);

struct far_end {
    int listener; /* TCP and reports; -1 for a pseudo-terminal */
    int keeper;   /* our own hold on the terminal, so that it outlives its users */
    char port_path[64];
    const char *link; /* to be removed at the end */
    bool has_packets; /* Modbus TCP envelopes; else frames as they are */
    bool has_reports; /* bytes come and go in HID reports (bus/far_reports.h), for one client */
    int64_t byte_us;
    struct client {
        int fd; /* -1: free */
        size_t length;
        int64_t begun_us; /* when the first byte of the question came */
        uint8_t bytes[ANSWER_MAX];
    } clients[FAR_CLIENTS];

    heard_fn *heard;
    answer_fn *answer;
    announce_fn *announce; /* once a second; NULL: it only answers */
    int64_t announced_us;
    uint64_t announcements;
    void *who;
    uint64_t asked, answered;
};

int far_end_terminal(struct far_end *f, const char *link) MUST_CHECK;
int far_end_tcp(struct far_end *f, unsigned port, unsigned *taken) MUST_CHECK; /* 0: any free one */
int far_end_reports(struct far_end *f, const char *path) MUST_CHECK;
int far_end_serve(struct far_end *f, volatile sig_atomic_t *stop) MUST_CHECK;
void far_end_close(struct far_end *f);

#endif
