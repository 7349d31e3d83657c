/* The check sum of a row: a bit that fell over on the disk must not become a measurement. */
#include "store/inside.h"

#include "base/text.h"

#include <pthread.h>

static uint32_t tables[4][256]; /* [k]: of a byte with k zeros behind it */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* CRC-32 as in Ethernet and zip, reflected, polynomial 04C11DB7. */
static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
        tables[0][i] = c;
    }
    for (int k = 1; k < 4; k++)
        for (uint32_t i = 0; i < 256; i++)
            tables[k][i] = tables[0][tables[k - 1][i] & 0xff] ^ tables[k - 1][i] >> 8;
}

static uint32_t add(uint32_t c, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;

    for (; length >= 4; length -= 4, p += 4) {
        c ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        c = tables[3][c & 0xff] ^ tables[2][c >> 8 & 0xff] ^ tables[1][c >> 16 & 0xff] ^
            tables[0][c >> 24];
    }
    while (length--)
        c = tables[0][(c ^ *p++) & 0xff] ^ c >> 8;
    return c;
}

uint32_t bytes_sum(const void *bytes, size_t length)
{
    pthread_once(&once, make_table);
    return ~add(0xffffffffu, bytes, length);
}

int64_t row_sum(int64_t seq, int64_t at_ms, int device, int kind, int shape, const char *numbers)
{
    int64_t words[] = {seq, at_ms, device, kind, shape};
    uint32_t c = 0xffffffffu;
    const char *end = numbers;

    pthread_once(&once, make_table);
    c = add(c, words, sizeof words);
    while (*end)
        end++;
    c = add(c, numbers, (size_t)(end - numbers));
    return (int32_t)~c; /* four bytes in the file, not six */
}
