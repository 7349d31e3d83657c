/* Modbus TCP packets to RTU frames and back (bus/mbap.h). */
#include "bus/mbap.h"

#include "bus/crc16.h"

#include <string.h>

size_t mbap_wrap(const uint8_t *frame, size_t length, uint16_t number, uint8_t to[MBAP_MAX])
{
    if (length < 4 || length - 2 > MBAP_MAX - MBAP_HEAD)
        return 0;
    size_t inside = length - 2;
    const uint8_t head[MBAP_HEAD] = {(uint8_t)(number >> 8), (uint8_t)number, 0, 0,
                                     (uint8_t)(inside >> 8), (uint8_t)inside};
    memcpy(to, head, sizeof head);
    memcpy(to + MBAP_HEAD, frame, inside);
    return MBAP_HEAD + inside;
}

int mbap_length(const uint8_t *bytes, size_t length)
{
    if (length < MBAP_HEAD)
        return 0;
    size_t inside = (size_t)bytes[4] << 8 | bytes[5];
    if (bytes[2] || bytes[3] || inside < 2 || inside > MBAP_MAX - MBAP_HEAD)
        return -1;
    return length >= MBAP_HEAD + inside ? (int)(MBAP_HEAD + inside) : 0;
}

uint16_t mbap_number(const uint8_t *packet)
{
    return (uint16_t)(packet[0] << 8 | packet[1]);
}

size_t mbap_unwrap(const uint8_t *packet, size_t length, uint8_t *frame)
{
    memcpy(frame, packet + MBAP_HEAD, length - MBAP_HEAD);
    return crc16_append(frame, length - MBAP_HEAD);
}
