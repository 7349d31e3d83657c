/* Bytes as text (upload/page.h). */
#include "upload/page.h"

static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(const uint8_t *from, size_t length, char *to)
{
    for (size_t i = 0; i < length; i += 3) {
        uint32_t three = (uint32_t)from[i] << 16;
        three |= i + 1 < length ? (uint32_t)from[i + 1] << 8 : 0;
        three |= i + 2 < length ? from[i + 2] : 0;
        for (unsigned k = 0; k < 4; k++)
            *to++ = i + k > length ? '=' : signs[three >> (18 - 6 * k) & 63];
    }
    *to = '\0';
}
