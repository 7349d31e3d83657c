/* MATEnet's check sum: all bytes added up, in two bytes behind them, high byte first. */
#ifndef BUS_SUM16_H
#define BUS_SUM16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SUM16_SIZE = 2 };

static inline uint16_t sum16(const uint8_t *bytes, size_t length)
{
    unsigned sum = 0;

    while (length)
        sum += bytes[--length];
    return (uint16_t)(sum & 0xffff);
}

static inline bool sum16_is_right(const uint8_t *packet, size_t length)
{
    if (length <= SUM16_SIZE)
        return false;
    length -= SUM16_SIZE;
    return sum16(packet, length) == (packet[length] << 8 | packet[length + 1]);
}

/* Returns the new length. */
static inline size_t sum16_append(uint8_t *packet, size_t length)
{
    uint16_t sum = sum16(packet, length);

    packet[length] = (uint8_t)(sum >> 8);
    packet[length + 1] = (uint8_t)(sum & 0xff);
    return length + SUM16_SIZE;
}

#endif
