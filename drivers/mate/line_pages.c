/*
 * A line and a status page say the same, each in its own words, so lines are turned into pages and
 * the rows of pages serve for both (drivers/mate/line.h). Bytes that a line does not know are left
 * out; the little that only a FLEXnet DC's line says has rows of its own, behind its six pages.
 */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include <string.h>

enum {
    FX_NUMBERS_BEFORE_BATTERY = 9,
    NO_AH_COUNTER = 9999,
    MOST_AH = 2047,
    SIGN = 0x80,
    EXTRA_IS_NEGATIVE = 0x40,
    EXTRA_ID = 0x3f,
    S_VOLTAGE = 6,
    S_SOC = 8,
    S_FLAGS = 16,
    WARMER = 10, /* a line's temperature than it is, so that frost needs no sign */
};

/* Where the rotating number of a FLEXnet DC stands on its pages. */
static const uint8_t extra_at[MATE_EXTRAS] = {61, 55, 63, 57, 65, 59, 41,
                                              67, 29, 31, 35, 37, 68, 70};
enum { EXTRA_SOC = 7 };

static void put(uint8_t *pages, uint8_t *have, unsigned at, unsigned value)
{
    pages[at] = (uint8_t)value;
    have[at] = 1;
}

static void put_wide(uint8_t *pages, uint8_t *have, unsigned at, unsigned value)
{
    put(pages, have, at, value >> 8);
    put(pages, have, at + 1, value);
}

static void fx_to_page(const unsigned *n, uint8_t *pages, uint8_t *have)
{
    for (unsigned i = 0; i < FX_NUMBERS_BEFORE_BATTERY; i++)
        put(pages, have, i, n[i]);
    put_wide(pages, have, 9, n[9]);
    put(pages, have, 11, n[10]);
    put(pages, have, 12, n[11]);
}

static void mx_to_page(const struct mate_line *line, uint8_t *pages, uint8_t *have)
{
    const unsigned *n = line->numbers;
    unsigned hours = n[10];
    bool counts = !line->is_old && hours <= MOST_AH;

    put(pages, have, 0, (counts ? SIGN | (hours >> 8) << 4 : 0u) | (n[5] & 0x0f));
    put(pages, have, 1, n[2] ^ SIGN);
    put(pages, have, 2, n[1] ^ SIGN);
    put(pages, have, 3, n[4] >> 8);
    put(pages, have, 4, counts ? hours & 0xff : 0);
    put(pages, have, 5, n[6]);
    put(pages, have, 6, n[8]);
    put(pages, have, 7, n[7]);
    put(pages, have, 8, n[4]);
    put_wide(pages, have, 9, n[9]);
    put_wide(pages, have, 11, n[3] * 10);
}

static unsigned with_sign(unsigned value, bool is_negative)
{
    return is_negative ? 0x10000u - value : value;
}

static void dc_to_pages(const unsigned *n, uint8_t *pages, uint8_t *have)
{
    unsigned flags = n[8], id = n[3] & EXTRA_ID;

    for (unsigned i = 0; i < 3; i++) {
        put_wide(pages, have, 2 * i, with_sign(n[i], flags >> (3 + i) & 1));
        put(pages, have, LINE_SHUNTS + i, n[7] / (i == 0 ? 100 : i == 1 ? 10 : 1) % 10 == 0);
    }
    put_wide(pages, have, S_VOLTAGE, n[5]);
    put(pages, have, S_SOC, n[6]);
    put(pages, have, LINE_FLAGS, flags);
    if (n[9] != LINE_NO_SENSOR)
        put_wide(pages, have, LINE_TEMPERATURE, 0x10000u + n[9] - WARMER);
    put(pages, have, LINE_EXTRA, id);
    if (id == EXTRA_SOC)
        put(pages, have, extra_at[id], n[4]);
    else if (id < MATE_EXTRAS && n[4] <= INT16_MAX)
        put_wide(pages, have, extra_at[id], with_sign(n[4], n[3] & EXTRA_IS_NEGATIVE));
}

void mate_line_to_pages(const struct mate_line *line, uint8_t pages[PAGES_MAX],
                        uint8_t have[PAGES_MAX])
{
    memset(pages, 0, PAGES_MAX);
    memset(have, 0, PAGES_MAX);
    if (line->type == MATE_FX)
        fx_to_page(line->numbers, pages, have);
    else if (line->type == MATE_MX)
        mx_to_page(line, pages, have);
    else
        dc_to_pages(line->numbers, pages, have);
}

/* ---- the twin's direction ------------------------------------------------------------------ */

static unsigned wide(const uint8_t *pages, unsigned at)
{
    return (unsigned)(pages[at] << 8 | pages[at + 1]);
}

static unsigned without_sign(const uint8_t *pages, unsigned at, bool *is_negative)
{
    int value = (int16_t)wide(pages, at);

    *is_negative = value < 0;
    return (unsigned)(value < 0 ? -value : value);
}

static void page_to_fx(const uint8_t *p, unsigned *n)
{
    for (unsigned i = 0; i < FX_NUMBERS_BEFORE_BATTERY; i++)
        n[i] = p[i];
    n[9] = wide(p, 9);
    n[10] = p[11];
    n[11] = p[12];
}

static void page_to_mx(const uint8_t *p, unsigned *n)
{
    n[0] = n[11] = 0;
    n[1] = p[2] ^ SIGN;
    n[2] = p[1] ^ SIGN;
    n[3] = wide(p, 11) / 10;
    n[4] = (unsigned)(p[3] << 8 | p[8]);
    n[5] = p[0] & 0x0f;
    n[6] = p[5] & 0x7f;
    n[7] = p[7];
    n[8] = p[6];
    n[9] = wide(p, 9);
    n[10] = p[0] & SIGN ? (p[0] & 0x70u) << 4 | p[4] : NO_AH_COUNTER;
}

static void pages_to_dc(const uint8_t *p, unsigned extra, unsigned *n)
{
    bool is_negative;
    unsigned flags = p[S_FLAGS] >> 7;

    for (unsigned i = 0; i < 3; i++) {
        n[i] = without_sign(p, 2 * i, &is_negative);
        flags |= (unsigned)is_negative << (3 + i);
    }
    n[4] = without_sign(p, extra_at[extra], &is_negative);
    n[3] = extra | (is_negative ? EXTRA_IS_NEGATIVE : 0u);
    if (extra == EXTRA_SOC) {
        n[4] = p[extra_at[extra]];
        n[3] = extra;
    }
    n[5] = wide(p, S_VOLTAGE);
    n[6] = p[S_SOC];
    n[7] = 0;
    n[8] = flags;
    n[9] = (wide(p, LINE_TEMPERATURE) + WARMER) & 0x7f;
}

void mate_pages_to_line(const uint8_t pages[PAGES_MAX], unsigned extra, struct mate_line *to)
{
    if (to->type == MATE_FX)
        page_to_fx(pages, to->numbers);
    else if (to->type == MATE_MX)
        page_to_mx(pages, to->numbers);
    else
        pages_to_dc(pages, extra % MATE_EXTRAS, to->numbers);
}
