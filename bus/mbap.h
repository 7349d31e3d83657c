/*
 * Modbus TCP's envelope around the same words as RTU's:
 *
 *      RTU   [id][function][data...][crc lo][crc hi]
 *      TCP   [number hi lo][0 0][length hi lo][id][function][data...]
 *
 * Drivers speak RTU frames only; the envelope is put on and taken off at the wire.
 */
#ifndef BUS_MBAP_H
#define BUS_MBAP_H

#include <stddef.h>
#include <stdint.h>

enum { MBAP_HEAD = 6, MBAP_MAX = MBAP_HEAD + 254 };

/* RTU frame to TCP packet; returns its length, 0 when the frame is too short or too long. */
size_t mbap_wrap(const uint8_t *frame, size_t length, uint16_t number, uint8_t to[MBAP_MAX]);

/* How long is the packet that begins here? 0 = more bytes are needed, -1 = this is none. */
int mbap_length(const uint8_t *bytes, size_t length);
uint16_t mbap_number(const uint8_t *packet);

/* A whole packet to an RTU frame with its check sum; returns the frame's length. */
size_t mbap_unwrap(const uint8_t *packet, size_t length, uint8_t *frame);

#endif
