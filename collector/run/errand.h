/*
 * An errand: orders for one device of the daemon, on their way to the thread of its bus and from
 * there into the events. Everybody who has something set goes this way: the control socket, wishes
 * from outside (collector/daemon/wishes.h), and the rules.
 */
#ifndef COLLECTOR_ERRAND_H
#define COLLECTOR_ERRAND_H

#include "collector/run/telling.h"
#include "collector/run/wing.h"

struct daemon;

struct errand {
    const char *device; /* or DEVICE-UNIT */
    char **words;       /* NAME=VALUE */
    int count;
    bool is_raw;    /* one word: a command as the family writes it */
    const char *by; /* for the events; "": somebody at this machine */
    struct told *told;

    /* its own */
    struct wing *wing; /* pinned while it is under way */
    struct addressee to;
    size_t bus;
    struct job job;
};

/* Finds the wing that reaches the device and puts the job into the box of its bus. Without waiting
 * when `limit` is NULL: ERR_BUSY, the box is taken. ERR_ABSENT: nobody here is called so. After OK
 * it is under way until errand_end, and the job is the bus thread's until its end. */
int errand_begin(struct daemon *d, struct errand *e, const struct limit *limit) MUST_CHECK;
void errand_end(struct daemon *d, struct errand *e);

/* From the beginning to the end; ERR_BUSY: it had not begun when the limit was over. */
int errand_do(struct daemon *d, struct errand *e, const struct limit *limit) MUST_CHECK;

/* What became of it: a line for the owner, and one for the events unless it was dry. */
void errand_note(struct daemon *d, struct errand *e, int rc);

#endif
