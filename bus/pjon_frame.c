/* PJON packets (bus/pjon_frame.h). */
#include "bus/pjon_frame.h"

#include <string.h>

enum {
    ESCAPE = 0xbb,
    HEAD = 5, /* to, header, length, crc8 of these three, from */
    SHORT_MOST = 15,
    HAS_SENDER = 0x02,
    WANTS_ACK = 0x04,
    HAS_CRC32 = 0x20,
};

uint8_t pjon_crc8(const uint8_t *bytes, size_t length)
{
    uint8_t crc = 0;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint8_t)(crc & 1 ? crc >> 1 ^ 0x97 : crc >> 1);
    }
    return crc;
}

uint32_t pjon_crc32(const uint8_t *bytes, size_t length)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ UINT32_C(0xedb88320) : crc >> 1;
    }
    return ~crc;
}

/* The packet without its framing. */
static size_t pack(const struct pjon_packet *packet, uint8_t to[PJON_PACKET_MAX])
{
    size_t at = HEAD + packet->length, total = at + 1;
    bool is_long = total > SHORT_MOST;

    total += is_long ? 3 : 0;
    to[0] = packet->to;
    to[1] = (uint8_t)(HAS_SENDER | (packet->wants_ack ? WANTS_ACK : 0) | (is_long ? HAS_CRC32 : 0));
    to[2] = (uint8_t)total;
    to[3] = pjon_crc8(to, 3);
    to[4] = packet->from;
    memcpy(to + HEAD, packet->payload, packet->length);
    if (!is_long) {
        to[at] = pjon_crc8(to, at);
        return total;
    }
    uint32_t crc = pjon_crc32(to, at);
    for (int shift = 24; shift >= 0; shift -= 8)
        to[at++] = (uint8_t)(crc >> shift & 0xff);
    return total;
}

static bool is_special(uint8_t byte)
{
    return byte == PJON_START || byte == PJON_END || byte == ESCAPE;
}

size_t pjon_wrap(const struct pjon_packet *packet, uint8_t to[PJON_WIRE_MAX])
{
    uint8_t plain[PJON_PACKET_MAX];
    size_t length, n = 0;

    if (packet->length > PJON_PAYLOAD_MAX)
        return 0;
    length = pack(packet, plain);
    to[n++] = PJON_START;
    for (size_t i = 0; i < length; i++) {
        if (is_special(plain[i]))
            to[n++] = ESCAPE;
        to[n++] = is_special(plain[i]) ? plain[i] ^ ESCAPE : plain[i];
    }
    to[n++] = PJON_END;
    return n;
}

static uint32_t big_endian(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* What stood between START and END: OK, or why it is no packet of ours. */
static int unpack(const uint8_t *bytes, size_t length, struct pjon_packet *packet)
{
    size_t tail = length > 1 && bytes[1] & HAS_CRC32 ? 4 : 1;

    if (length < HEAD + tail || bytes[2] != length)
        return ERR_LENGTH;
    if (pjon_crc8(bytes, 3) != bytes[3])
        return ERR_CRC;
    if ((bytes[1] & ~(HAS_CRC32 | WANTS_ACK)) != HAS_SENDER)
        return ERR_DATA; /* a header that says more than these bridges ever do */
    if (tail == 1 && length > SHORT_MOST)
        return ERR_DATA;
    length -= tail;
    if (tail == 1 ? pjon_crc8(bytes, length) != bytes[length]
                  : pjon_crc32(bytes, length) != big_endian(bytes + length))
        return ERR_CRC;
    packet->to = bytes[0];
    packet->from = bytes[4];
    packet->wants_ack = bytes[1] & WANTS_ACK;
    packet->length = length - HEAD;
    memcpy(packet->payload, bytes + HEAD, packet->length);
    return OK;
}

static int end_packet(struct pjon_reader *reader, struct pjon_packet *packet)
{
    int rc = reader->is_escaped ? ERR_DATA : unpack(reader->bytes, reader->length, packet);

    reader->is_inside = false;
    return rc ? rc : 1;
}

int pjon_read(struct pjon_reader *reader, uint8_t raw, struct pjon_packet *packet)
{
    if (raw == PJON_START) { /* never inside a packet: the one before was cut off */
        *reader = (struct pjon_reader){.is_inside = true};
        return 0;
    }
    if (!reader->is_inside)
        return 0;
    if (raw == PJON_END)
        return end_packet(reader, packet);
    if (raw == ESCAPE && !reader->is_escaped) {
        reader->is_escaped = true;
        return 0;
    }
    if (reader->is_escaped && !is_special(raw ^ ESCAPE)) {
        reader->is_inside = false;
        return ERR_DATA;
    }
    if (reader->length == sizeof reader->bytes) {
        reader->is_inside = false;
        return ERR_LENGTH;
    }
    reader->bytes[reader->length++] = reader->is_escaped ? raw ^ ESCAPE : raw;
    reader->is_escaped = false;
    return 0;
}
