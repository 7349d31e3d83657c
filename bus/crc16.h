/* Modbus' check sum: CRC-16, polynomial A001 reflected, start FFFF, low byte first on the wire. */
#ifndef BUS_CRC16_H
#define BUS_CRC16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint16_t crc16(const uint8_t *bytes, size_t length);
bool crc16_is_right(const uint8_t *frame, size_t length); /* the last two bytes are the sum */
size_t crc16_append(uint8_t *frame, size_t length);       /* returns the new length */

#endif
