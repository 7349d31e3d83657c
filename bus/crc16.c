/* CRC-16 for RTU frames (bus/crc16.h). libmodbus has one, but does not lend it. */
#include "bus/crc16.h"

uint16_t crc16(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0xffff;

    for (size_t i = 0; i < length; i++) {
        crc = (uint16_t)(crc ^ bytes[i]);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
    }
    return crc;
}

bool crc16_is_right(const uint8_t *frame, size_t length)
{
    if (length < 4)
        return false;
    uint16_t crc = crc16(frame, length - 2);
    return frame[length - 2] == (crc & 0xff) && frame[length - 1] == crc >> 8;
}

size_t crc16_append(uint8_t *frame, size_t length)
{
    uint16_t crc = crc16(frame, length);

    frame[length] = (uint8_t)(crc & 0xff);
    frame[length + 1] = (uint8_t)(crc >> 8);
    return length + 2;
}
