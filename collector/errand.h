/*
 * An errand: orders for one device of the daemon, on their way to the thread of its bus and from
 * there into the events. Whoever asks over the control socket waits for it; a wish is followed
 * without waiting (collector/wishes.h).
 */
#ifndef COLLECTOR_ERRAND_H
#define COLLECTOR_ERRAND_H

#include "collector/rounds.h"
#include "collector/telling.h"

struct daemon;

struct errand {
    const char *device; /* or DEVICE-UNIT */
    char **words;       /* NAME=VALUE */
    int count;
    const char *by; /* for the events; "": somebody at this machine */
    struct told *told;

    /* its own */
    struct house *house;
    struct addressee to;
    struct rounds *rounds;
    size_t bus;
    struct job job;
};

/* Finds the newest wing that reaches the device; from then on `job` may go into the box of `bus`.
 * The daemon's lock is held, and the wing stays while it is, or while no reload can come.
 * ERR_ABSENT: nobody here is called so. */
int errand_prepare(struct daemon *d, struct errand *e) MUST_CHECK;

/* What became of it: a line for the owner, and one for the events unless it was dry. */
void errand_note(struct daemon *d, struct errand *e, int rc);

#endif
