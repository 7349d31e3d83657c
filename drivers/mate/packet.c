/* Packets of MATEnet: made and judged (drivers/mate/mate.h). */
#include "drivers/mate/mate.h"

#include <math.h>
#include <string.h>

enum { STRAY_ZEROS = 2 /* what MX of 2004 send before every answer */, REFUSAL = 5 };

uint16_t mate_sum(const uint8_t *bytes, size_t length)
{
    uint16_t sum = 0;

    while (length--)
        sum = (uint16_t)(sum + *bytes++);
    return sum;
}

size_t mate_ask(uint8_t to[ASK_MAX], uint8_t port, uint8_t command, uint16_t at, uint16_t value)
{
    const uint8_t head[] = {
        port, command, (uint8_t)(at >> 8), (uint8_t)at, (uint8_t)(value >> 8), (uint8_t)value};
    uint16_t sum = mate_sum(head, sizeof head);

    memcpy(to, head, sizeof head);
    to[6] = (uint8_t)(sum >> 8);
    to[7] = (uint8_t)sum;
    return MATE_ASKED;
}

static size_t answer_length(uint8_t command)
{
    return command == MATE_STATUS ? 1 + MATE_PAGE + 2 : command == MATE_LOG ? 1 + MATE_DAY + 2 : 5;
}

static bool sum_is_right(const uint8_t *b, size_t length)
{
    return mate_sum(b, length - 2) == (uint16_t)(b[length - 2] << 8 | b[length - 1]);
}

/* Which first byte may it have? A hub says 00 where others say 02; of a status page it is the
 * type of the device, whom we may not know. */
static int judge_first(uint8_t command, uint8_t first)
{
    switch (command) {
    case MATE_READ:
        return first == MATE_READ || first == 0 ? OK : ERR_FUNCTION;
    case MATE_STATUS:
        return first <= MATE_DC ? OK : ERR_FUNCTION;
    default:
        return first == command ? OK : ERR_FUNCTION;
    }
}

static size_t zeros_before(const uint8_t *b, size_t length, size_t whole)
{
    return length == whole + STRAY_ZEROS && !b[0] && !b[1] ? STRAY_ZEROS : 0;
}

/* Two zeros and a type may be the beginning of a longer page whose voltage happens to be the sum of
 * what comes before it. Nobody's page begins like that, but for that of an old unit. */
static bool is_begun_late(uint8_t command, const uint8_t *b)
{
    return command == MATE_STATUS && !b[0] && !b[1] && b[2] >= MATE_FX && b[2] <= MATE_DC;
}

int mate_judge(const uint8_t *asked, const uint8_t *b, size_t length, size_t *skipped)
{
    size_t whole = answer_length(asked[1]), zeros;

    *skipped = 0;
    if (!length)
        return ERR_TIMEOUT;
    if (b[0] == (MATE_ERROR | asked[1]))
        return length >= REFUSAL && sum_is_right(b, REFUSAL) ? ERR_REFUSED : ERR_TIMEOUT;
    zeros = zeros_before(b, length, REFUSAL);
    if (zeros && b[zeros] == (MATE_ERROR | asked[1]) && sum_is_right(b + zeros, REFUSAL))
        return ERR_REFUSED;
    if (length < whole)
        return ERR_TIMEOUT;
    if (length == whole && sum_is_right(b, whole) && !is_begun_late(asked[1], b))
        return judge_first(asked[1], b[0]);
    zeros = zeros_before(b, length, whole);
    if (zeros && sum_is_right(b + zeros, whole)) {
        int rc = judge_first(asked[1], b[zeros]);
        *skipped = rc ? 0 : zeros;
        return rc;
    }
    if (!b[0] && length < whole + STRAY_ZEROS)
        return ERR_TIMEOUT; /* the zeros of an old unit: its answer is longer by them */
    return length > whole + STRAY_ZEROS ? ERR_GARBAGE : length == whole ? ERR_CRC : ERR_GARBAGE;
}

uint16_t mate_time_word(unsigned hour, unsigned minute, unsigned second)
{
    return (uint16_t)(hour << 11 | minute << 5 | second / 2);
}

uint16_t mate_date_word(unsigned year, unsigned month, unsigned day)
{
    return (uint16_t)((year - 2000) << 9 | month << 5 | day);
}

double mate_celsius(unsigned raw)
{
    return round(-0.3576 * raw + 70.1);
}
