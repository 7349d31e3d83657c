/* Bytes as text and back (RFC 4648, with its padding). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* The text needs four bytes for every three, and one. */
void base64_write(const uint8_t *from, size_t length, char *to);

/* Strict: no blanks, no missing padding, no bits that are left over. Returns how many bytes, or
 * ERR_DATA, also when they are more than `size`. */
int base64_read(const char *from, uint8_t *to, size_t size);

#endif
