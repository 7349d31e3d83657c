/* The parity bit as a ninth data bit (bus/ninth.h). */
#include "bus/ninth.h"

static bool has_odd_ones(uint8_t byte)
{
    unsigned folded = byte ^ byte >> 4;

    folded ^= folded >> 2;
    folded ^= folded >> 1;
    return folded & 1;
}

enum ninth_way ninth_choose(bool is_free, enum ninth_way asked, char kept)
{
    if (!is_free)
        return asked;
    /* Without any parity either way does nothing, and mark has fewer changes. */
    return kept == 'M' || kept == 'N' ? NINTH_MARK : NINTH_EVENODD;
}

char ninth_parity(enum ninth_way way, uint8_t byte, bool ninth)
{
    if (way == NINTH_MARK)
        return ninth ? 'M' : 'S';
    /* Even parity sends a one behind an odd number of ones, odd parity behind an even one. */
    return has_odd_ones(byte) == ninth ? 'E' : 'O';
}

size_t ninth_run(enum ninth_way way, const uint8_t *packet, size_t length, size_t at)
{
    size_t end = at + 1;

    if (at >= length)
        return 0;
    while (end < length &&
           ninth_parity(way, packet[end], false) == ninth_parity(way, packet[at], at == 0))
        end++;
    return end - at;
}

int ninth_read(struct ninth_reader *reader, uint8_t raw, uint8_t *byte, bool *ninth)
{
    uint8_t marks = reader->marks;

    if (marks == 0 && raw == 0xff) {
        reader->marks = 1;
        return 0;
    }
    if (marks == 1 && raw == 0x00) {
        reader->marks = 2;
        return 0;
    }
    reader->marks = 0;
    if (marks == 1 && raw != 0xff)
        return ERR_DATA;
    *byte = raw;
    *ninth = marks == 2;
    return 1;
}
