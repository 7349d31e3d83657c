/*
 * A plain sum of bytes is a weak check: two flipped bits can cancel, and the answer to a register
 * says neither which one nor whose it is. So what is far from what was heard there the last time
 * is heard again before it is believed; what stays as it was costs nothing.
 */
#include "drivers/mate/kinds.h"
#include "drivers/near.h"

#include <string.h>

/* ---- registers ------------------------------------------------------------------------------ */

static bool is_near(double a, double b)
{
    return fabs(a - b) <= fmax(fabs(a), fabs(b)) / 16;
}

/* An MX's power is what its page says of volts and amperes, as far as whole amperes can. */
static bool fits_page(const struct device *d, uint16_t at, uint16_t watts)
{
    enum { POWER = 0x016a, OFFSET = 0x80 };
    const uint8_t *page = d->how.pages;

    if (at != POWER || d->how.rows != mate_mx_rows)
        return false;
    double amps = (page[2] ^ OFFSET) + (page[0] & 15) / 10.0;
    double volts = (page[9] << 8 | page[10]) / 10.0;
    return fabs(watts - amps * volts) <= volts + amps * volts / 16;
}

static bool doubts_register(const struct device *d, struct mate_memory *m, uint16_t at,
                            uint16_t value)
{
    unsigned i = 0;

    while (i < m->heard_count && m->heard[i].at != at)
        i++;
    if (i == WORDS_HEARD)
        return false;
    bool is_new = i == m->heard_count;
    m->heard_count += is_new;
    uint16_t before = m->heard[i].value;
    m->heard[i].at = at;
    m->heard[i].value = value;
    bool is_like_before = !is_new && is_near((int16_t)value, (int16_t)before);
    return !is_like_before && !fits_page(d, at, value);
}

/* ---- pages ---------------------------------------------------------------------------------- */

static bool is_page_near(const struct device *d, uint8_t page, const uint8_t *a, const uint8_t *b)
{
    uint16_t base = d->how.rows == mate_dc_rows ? 0x0a : 1,
             first = (uint16_t)((base << 8) + (page - base) * MATE_PAGE);
    struct stretch s = {first, MATE_PAGE, a, NULL}, t = {first, MATE_PAGE, b, NULL};
    unsigned kinds = KIND_120V | KIND_COUNTS_AH; /* any: the same bytes are compared either way */

    return bytes_near(d->how.rows, MATE_STATUS, kinds, &s, &t);
}

static bool doubts_page(const struct device *d, struct mate_memory *m, uint8_t page,
                        const uint8_t *bytes)
{
    unsigned base = d->how.rows == mate_dc_rows ? 0x0a : 1, which = page - base;

    if (page < base || which >= PAGES_HEARD)
        return false;
    bool is_near_last = m->is_heard[which] && is_page_near(d, page, m->pages[which], bytes);
    m->is_heard[which] = true;
    memcpy(m->pages[which], bytes, MATE_PAGE);
    return !is_near_last;
}

bool mate_doubts(struct device *d, const uint8_t *asked, const uint8_t *b, size_t length)
{
    struct mate_memory *m = d->memory;
    size_t skipped;

    if (mate_judge(asked, b, length, &skipped))
        return false; /* that is no doubt */
    b += skipped;
    if (asked[1] == MATE_STATUS)
        return doubts_page(d, m, asked[3], b + 1);
    if (asked[1] == MATE_READ)
        return doubts_register(d, m, (uint16_t)(asked[2] << 8 | asked[3]),
                               (uint16_t)(b[1] << 8 | b[2]));
    return false;
}
