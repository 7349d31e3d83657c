/*
 * Which life a VictoriaMetrics is in: when its process began, as its /metrics says. Two equal
 * answers mean that it lived from the one to the other, so what it took before the first is where
 * its flushes have brought it since: on the disk.
 */
#ifndef INFLUX_LIFE_H
#define INFLUX_LIFE_H

#include "influx/door.h"

struct life {
    struct door *door; /* the sink's own, when it is the same host: it may want the credentials */
    struct door plain; /* another host gets none of ours */
    char address[400];
};

/* With `confirm_url`, or /metrics of the host in `url`. */
void life_open(struct life *l, struct door *door);
void life_close(struct life *l);

/* False: it cannot be had, `why` says why. */
bool life_ask(struct life *l, double timeout_s, uint64_t *to, char *why, size_t size);

/* The process_start_time_seconds of such a page in milliseconds; 0: it has none. */
uint64_t life_of_page(const char *page);

#endif
