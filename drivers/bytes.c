/* Numbers among bytes (drivers/bytes.h). */
#include "drivers/bytes.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { SIGN = 0x80, TENTHS = 0x0f };

/* Which bytes a row takes: from its first to its last, counted from the beginning of the block. */
static void span_of(const struct row *row, unsigned *first, unsigned *last)
{
    *first = *last = row->at;
    switch (row->form) {
    case BE16:
    case BE16S:
    case BE32:
    case BYTES:
        *last = row->at + row_size(row) - 1;
        break;
    case FAR_LOW:
    case AMPS_80: {
        unsigned other = (row->at & 0xff00u) + row->of;
        *first = other < row->at ? other : row->at;
        *last = other > row->at ? other : row->at;
        break;
    }
    case LE_BITS:
        *first = row->at / 8u;
        *last = (row->at + row->width - 1u) / 8u;
        break;
    default:
        break;
    }
}

static uint32_t little_bits(const uint8_t *b, unsigned bit, unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++, bit++)
        value |= (uint32_t)(b[bit / 8] >> bit % 8 & 1) << i;
    return value;
}

/* The row's raw number; `b` is where position `base` lies. */
static double raw_of(const struct row *row, const uint8_t *b, unsigned base)
{
    unsigned at = row->at - base, other = (row->at & 0xff00u) + row->of - base;

    switch (row->form) {
    case BYTE_80:
        return b[at] ^ SIGN;
    case BYTE_BITS:
        return b[at] >> row->shift & ((1 << row->width) - 1);
    case BE16:
        return (uint16_t)(b[at] << 8 | b[at + 1]) >> row->shift;
    case BE16S:
        return (int16_t)(uint16_t)(b[at] << 8 | b[at + 1]);
    case BE32:
        return (double)((uint32_t)b[at] << 24 | (uint32_t)b[at + 1] << 16 |
                        (uint32_t)b[at + 2] << 8 | b[at + 3]);
    case FAR_LOW:
        return (b[at] >> row->shift & ((1 << row->width) - 1)) << 8 | b[other];
    case AMPS_80:
        return (b[at] ^ SIGN) * 10 + (b[other] & TENTHS);
    case LE_BITS:
        return little_bits(b, row->at - 8 * base, row->width);
    default:
        return b[at];
    }
}

static bool is_here(const struct stretch *s, unsigned first, unsigned last)
{
    if (first < s->first || last >= (unsigned)s->first + s->length)
        return false;
    for (unsigned i = first; i <= last && s->have; i++)
        if (!s->have[i - s->first])
            return false;
    return true;
}

static void give_text(const struct row *row, const struct stretch *s, field_fn *each, void *to)
{
    char said[UINT8_MAX + 1];
    size_t length = row->width;

    memcpy(said, s->bytes + (row->at - s->first), length);
    while (length && (said[length - 1] == ' ' || !said[length - 1]))
        length--;
    said[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (!isprint((unsigned char)said[i]))
            said[i] = '.';
    each(to, &(struct field){.name = row->native, .row = row, .is_text = true, .text = said});
}

static void give(const struct row *row, const struct stretch *s, field_fn *each, void *to)
{
    if (row->form == BYTES) {
        give_text(row, s, each, to);
        return;
    }
    struct field f = {.name = row->native, .row = row};
    double raw = raw_of(row, s->bytes, s->first);
    const struct code_word *w = row->words ? row_word(row, llround(raw)) : NULL;

    f.value = raw / row->per;
    f.text = w ? w->text : NULL;
    f.is_bit = row->form == BYTE_BITS && row->width == 1;
    each(to, &f);
}

void bytes_decode(const struct row *rows, uint8_t in, unsigned kind, const struct stretch *s,
                  uint16_t from, uint16_t count, field_fn *each, void *to)
{
    for (const struct row *row = rows; row->native; row++) {
        unsigned first, last;
        if (row->in != in || !row_is_bytes(row) || (row->kinds && !(row->kinds & kind)))
            continue;
        span_of(row, &first, &last);
        if (last >= from && last < (unsigned)from + count && is_here(s, first, last))
            give(row, s, each, to);
    }
}

/* ---- the twin's direction ---------------------------------------------------------------- */

static void put_bits(uint8_t *to, unsigned shift, unsigned width, unsigned value)
{
    unsigned mask = ((1u << width) - 1) << shift;

    *to = (uint8_t)((*to & ~mask) | (value << shift & mask));
}

/* What does not fit in its place stands at the border: coming round again it would be a lie. */
static int64_t fitting(const struct row *row, int64_t raw)
{
    int64_t least = row->form == BE16S ? INT16_MIN : 0, most = UINT8_MAX;

    switch (row->form) {
    case BYTE_BITS:
    case LE_BITS:
        most = (INT64_C(1) << row->width) - 1;
        break;
    case BE16:
        most = UINT16_MAX >> row->shift;
        break;
    case BE16S:
        most = INT16_MAX;
        break;
    case BE32:
        most = UINT32_MAX;
        break;
    case FAR_LOW:
        most = (INT64_C(256) << row->width) - 1;
        break;
    case AMPS_80:
        most = UINT8_MAX * 10 + 9;
        break;
    default:
        break;
    }
    return raw < least ? least : raw > most ? most : raw;
}

static void put(const struct row *row, uint8_t *b, unsigned base, int64_t raw)
{
    unsigned at = row->at - base, other = (row->at & 0xff00u) + row->of - base;

    switch (row->form) {
    case BYTE:
        b[at] = (uint8_t)raw;
        break;
    case BYTE_80:
        b[at] = (uint8_t)(raw ^ SIGN);
        break;
    case BYTE_BITS:
        put_bits(&b[at], row->shift, row->width, (unsigned)raw);
        break;
    case BE16:
    case BE16S:
        b[at] = (uint8_t)((uint64_t)raw << row->shift >> 8);
        b[at + 1] = (uint8_t)((uint64_t)raw << row->shift);
        break;
    case BE32:
        for (unsigned i = 0; i < 4; i++)
            b[at + i] = (uint8_t)((uint64_t)raw >> (24 - 8 * i));
        break;
    case FAR_LOW:
        put_bits(&b[at], row->shift, row->width, (unsigned)raw >> 8);
        b[other] = (uint8_t)raw;
        break;
    case AMPS_80:
        b[at] = (uint8_t)(raw / 10 ^ SIGN);
        put_bits(&b[other], 0, 4, (unsigned)(raw % 10));
        break;
    case LE_BITS:
        for (unsigned i = 0; i < row->width; i++)
            put_bits(&b[(row->at + i) / 8 - base], (row->at + i) % 8, 1, (unsigned)(raw >> i & 1));
        break;
    default:
        break;
    }
}

void bytes_encode(const struct row *rows, uint8_t in, unsigned kind, const struct reading *from,
                  uint16_t first, uint16_t length, uint8_t *bytes)
{
    for (const struct row *row = rows; row->native; row++) {
        unsigned begin, end;
        double value;
        if (row->in != in || !row_is_bytes(row) || row->metric == M_NONE ||
            (row->kinds && !(row->kinds & kind)) || !reading_get(from, row->metric, &value))
            continue;
        span_of(row, &begin, &end);
        if (begin < first || end >= (unsigned)first + length)
            continue;
        int64_t raw = row->words ? row_code(row, value)
                                 : llround(value * (row->scale > 0 ? row->scale : 1) * row->per);
        put(row, bytes, first, fitting(row, raw));
    }
}
