/*
 * PJON as the Arduino bridge in front of a MATEnet speaks it: ThroughSerialAsync's framing around
 * a local PJON packet. Pure.
 *
 *      95 | to  header  length  crc8 | from  payload ... crc | EA
 *
 * Between START and END the bytes 95, EA and BB travel as BB and the byte xor BB. The length counts
 * all but the framing. Up to 15 bytes the last crc is one byte, beyond it four, high byte first.
 */
#ifndef BUS_PJON_FRAME_H
#define BUS_PJON_FRAME_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PJON_ANYONE = 0,
    PJON_HOST = 1,
    PJON_BRIDGE = 2,
    PJON_START = 0x95,
    PJON_END = 0xea,
    PJON_ACK = 0x06, /* one bare byte, for packets that want to be acknowledged */
    PJON_PACKET_MAX = 64,
    PJON_PAYLOAD_MAX = PJON_PACKET_MAX - 9,
    PJON_WIRE_MAX = 2 + 2 * PJON_PACKET_MAX,
};

struct pjon_packet {
    uint8_t to, from;
    bool wants_ack;
    size_t length;
    uint8_t payload[PJON_PAYLOAD_MAX];
};

uint8_t pjon_crc8(const uint8_t *bytes, size_t length);
uint32_t pjon_crc32(const uint8_t *bytes, size_t length);

/* The packet as it travels. Returns its length there; 0: too long a payload. */
size_t pjon_wrap(const struct pjon_packet *packet, uint8_t to[PJON_WIRE_MAX]);

/* Takes packets out of what comes, byte by byte. All zero: nothing has come. */
struct pjon_reader {
    bool is_inside, is_escaped;
    size_t length;
    uint8_t bytes[PJON_PACKET_MAX];
};
/* 1: *packet is whole; 0: more to come. An error is a packet that was spoilt, and why: ERR_CRC,
 * ERR_LENGTH, ERR_DATA. Bytes between packets are passed over. */
int pjon_read(struct pjon_reader *reader, uint8_t raw, struct pjon_packet *packet) MUST_CHECK;

#endif
