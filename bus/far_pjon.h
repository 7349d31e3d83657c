/*
 * The bridge in front of a twin that speaks MATEnet: PJON packets in, the twin's bytes out, and
 * what the bridge itself has to say about them. Stands between a far end and the twin.
 */
#ifndef BUS_FAR_PJON_H
#define BUS_FAR_PJON_H

#include "bus/bus.h"

struct far_pjon {
    answer_fn *answer; /* the twin's */
    void *who;
    int64_t byte_us; /* one character on the wire behind the bridge; 0: as fast as it goes */
};

/* For a far end: a packet from START to END is a question. */
int far_pjon_heard(const uint8_t *bytes, size_t length);
int far_pjon_answer(void *far_pjon, const uint8_t *asked, size_t length, struct far_answer *answer);

#endif
