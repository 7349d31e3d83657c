/* Four signs for three bytes (base/base64.h). */
#include "base/base64.h"

#include <stdbool.h>
#include <string.h>

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

/* Four signs of which the last `pads` are padding; false when one is none. */
static bool read_four(const char *from, unsigned pads, uint32_t *three)
{
    *three = 0;
    for (unsigned k = 0; k < 4; k++) {
        const char *at = k < 4 - pads ? memchr(signs, from[k], 64) : signs;
        if (!at)
            return false;
        *three = *three << 6 | (uint32_t)(at - signs);
    }
    return true;
}

int base64_read(const char *from, uint8_t *to, size_t size)
{
    size_t length = strlen(from), used = 0;
    unsigned pads = 0;
    uint32_t three;

    if (length % 4)
        return ERR_DATA;
    while (pads < 2 && pads < length && from[length - 1 - pads] == '=')
        pads++;
    for (size_t i = 0; i < length; i += 4) {
        unsigned missing = i + 4 == length ? pads : 0;
        if (!read_four(from + i, missing, &three) || used + 3 - missing > size ||
            (missing && three & ((1u << 8 * missing) - 1)))
            return ERR_DATA;
        for (unsigned k = 0; k < 3 - missing; k++)
            to[used++] = (uint8_t)(three >> (16 - 8 * k));
    }
    return (int)used;
}
