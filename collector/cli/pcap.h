/*
 * Recordings of network tools, frame by frame: pcap and pcapng, in either byte order, also cut off.
 * Pure: it reads from memory, and believes no length that the file does not have.
 *
 *      pcap    header 24 | time 8, length 4, length on the wire 4 | frame | ...
 *      pcapng  block type 4, length 4 | body, filled up to 4 | length 4 | ...
 */
#ifndef COLLECTOR_PCAP_H
#define COLLECTOR_PCAP_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PCAP_LINKS = 16, PCAP_USER0 = 147 };

struct pcap {
    const uint8_t *bytes; /* borrowed */
    size_t length, at;
    bool is_blocks; /* pcapng */
    bool is_big;    /* its numbers begin with the highest byte */
    bool is_cut;    /* it ended in the middle of something */
    uint32_t links[PCAP_LINKS];
    unsigned link_count;
};

struct pcap_frame {
    uint32_t link; /* what kind of frame: PCAP_USER0... */
    const uint8_t *bytes;
    size_t length;
};

/* Do these bytes begin such a recording? */
bool pcap_is_one(const uint8_t *bytes, size_t length);

int pcap_open(struct pcap *p, const uint8_t *bytes, size_t length) MUST_CHECK;
bool pcap_next(struct pcap *p, struct pcap_frame *frame); /* false: no more */

#endif
