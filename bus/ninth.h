/*
 * A ninth bit behind the eight of a UART: the parity bit is made to carry it.
 *
 *      MATEnet's command   1|01  0|02  0|00  0|00 ...      ninth bit | byte
 *      mark and space       M     S     S     S            one change in a packet
 *      even and odd         E     O     E     E            for adapters that know no other two
 *
 * Pure: who sets the port's parity, and waits until what was said before has left, is the line.
 */
#ifndef BUS_NINTH_H
#define BUS_NINTH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ninth_way { NINTH_MARK, NINTH_EVENODD };

/* Which way, after a port was set to mark parity and now says what it has ('M', 'O' when it does
 * not know mark, 'N' when there is no parity at all); is_free: nobody asked for either. */
enum ninth_way ninth_choose(bool is_free, enum ninth_way asked, char kept);

/* The parity that sends this byte with this ninth bit: 'M' 'S', or 'E' 'O'. */
char ninth_parity(enum ninth_way way, uint8_t byte, bool ninth);

/* How many bytes of the packet, from `at` on, go out under one parity. Only the packet's first
 * byte has its ninth bit set. 0: the packet is over. */
size_t ninth_run(enum ninth_way way, const uint8_t *packet, size_t length, size_t at);

/*
 * What the kernel gives with PARMRK and INPCK while it expects space parity: a byte whose ninth
 * bit is set comes as FF 00 b, a plain FF as FF FF. (A break looks like 00 with its bit set.)
 */
struct ninth_reader {
    uint8_t marks; /* 1: FF came; 2: FF 00 came */
};
/* 1: *byte and *ninth hold the next one; 0: more to come; ERR_DATA: no kernel says that, and the
 * mark is forgotten. */
int ninth_read(struct ninth_reader *reader, uint8_t raw, uint8_t *byte, bool *ninth) MUST_CHECK;

#endif
