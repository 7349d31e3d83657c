/* Frames of PI30: made, found among other bytes, judged (drivers/axpert/axpert.h). */
#include "drivers/axpert/axpert.h"

#include <ctype.h>
#include <string.h>

enum { CR = 0x0d, LF = 0x0a, BRACKET = '(', POLYNOMIAL = 0x1021 };

static uint16_t xmodem_step(uint16_t crc, uint8_t byte)
{
    /* four bits at a time: a table of 16 is enough */
    static const uint16_t table[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5,
                                       0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b,
                                       0xc18c, 0xd1ad, 0xe1ce, 0xf1ef};

    crc = (uint16_t)(crc << 4 ^ table[crc >> 12 ^ byte >> 4]);
    return (uint16_t)(crc << 4 ^ table[crc >> 12 ^ (byte & 15)]);
}

/* Bracket, CR and LF have a meaning of their own, so the sum may not contain them. */
static uint8_t spare(uint8_t byte)
{
    return byte == BRACKET || byte == CR || byte == LF ? (uint8_t)(byte + 1) : byte;
}

uint16_t axpert_crc(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0;

    for (size_t i = 0; i < length; i++)
        crc = xmodem_step(crc, bytes[i]);
    return (uint16_t)(spare((uint8_t)(crc >> 8)) << 8 | spare((uint8_t)crc));
}

/* Some firmwares raise a zero as well, and hear no question whose sum has one. */
bool axpert_raise(uint8_t *bytes, size_t length)
{
    bool is_raised = false;

    for (size_t i = length - 3; length > 3 && i < length - 1; i++) {
        is_raised |= !bytes[i];
        bytes[i] = bytes[i] ? bytes[i] : 1;
    }
    return is_raised;
}

/* Either way: a zero, or one in its place. */
static bool sum_is_right(const uint8_t *frame, size_t length)
{
    uint16_t sum = axpert_crc(frame, length - 2);
    uint8_t high = (uint8_t)(sum >> 8), low = (uint8_t)sum;
    const uint8_t *said = frame + length - 2;

    return (said[0] == high || (!high && said[0] == 1)) &&
           (said[1] == low || (!low && said[1] == 1));
}

size_t axpert_request(const char *command, uint8_t to[ASK_MAX])
{
    size_t length = strlen(command);

    if (!length || length > AXPERT_REQUEST_MAX)
        return 0;
    memcpy(to, command, length);
    if (!strcmp(command, AXPERT_PI17_QUESTION)) {
        to[length] = CR;
        return length + 1;
    }
    uint16_t crc = axpert_crc(to, length);
    to[length] = (uint8_t)(crc >> 8);
    to[length + 1] = (uint8_t)crc;
    to[length + 2] = CR;
    return length + 3;
}

/* ---- which question was it ---------------------------------------------------------------- */

/* "QED%Y%m%d" is any QED: the letters before the sign say it. QPGS is QPGS0 to QPGS9. */
static size_t fixed_part(const struct block *b)
{
    return strcspn(b->text, "%#");
}

const struct block *axpert_block_of(const uint8_t *asked, size_t length)
{
    const struct block *best = NULL;

    for (const struct block *b = axpert_blocks; length > 3 && b->name; b++) {
        size_t fixed = fixed_part(b), command = length - 3;
        bool is_open = b->text[fixed] != '\0';
        if (command < fixed || memcmp(asked, b->text, fixed) || (!is_open && command != fixed))
            continue;
        if (!best || fixed > fixed_part(best))
            best = b;
    }
    return best;
}

const struct block *axpert_block(enum axpert_block which)
{
    const struct block *b = axpert_blocks;

    while (b->name && b->function != which)
        b++;
    return b->name ? b : NULL;
}

/* ---- judging ------------------------------------------------------------------------------ */

/* Older relatives close with one byte: the sum of all before it, and one. */
static bool one_byte_sum_is_right(const uint8_t *frame, size_t length)
{
    unsigned sum = 1;

    for (size_t i = 0; i + 1 < length; i++)
        sum += frame[i];
    return length > 2 && frame[length - 1] == (uint8_t)sum;
}

static bool may_have_one_byte_sum(const uint8_t *asked, size_t length)
{
    static const char *const commands[] = {"QALL", "PQSE", "PSET", "PQSA", "QLITH0"};

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (length > strlen(commands[i]) && !memcmp(asked, commands[i], strlen(commands[i])))
            return true;
    return false;
}

/* The older relatives ask with P in front, too. */
static bool is_question(const uint8_t *asked, size_t length)
{
    return length > 3 && (asked[0] == 'Q' || !memcmp(asked, "PQS", 3));
}

/* Battery answers of some units end with LF. It is in no other frame. */
static bool may_end_with_lf(const uint8_t *asked, size_t length)
{
    return length > 3 && (!memcmp(asked, "QBM", 3) || !memcmp(asked, "QLI", 3));
}

static size_t find_end(const uint8_t *b, size_t from, size_t length, bool lf_ends)
{
    while (from < length && b[from] != CR && !(lf_ends && b[from] == LF))
        from++;
    return from;
}

static bool is_nak(const uint8_t *from, size_t length)
{
    return length == 3 && !memcmp(from, "NAK", 3);
}

/* One stretch up to its CR, from the bracket on. */
static int judge_stretch(const uint8_t *asked, size_t asked_length, const uint8_t *frame,
                         size_t length, struct axpert_frame *to)
{
    bool asks = is_question(asked, asked_length);
    size_t sum = 2;

    if (is_nak(frame + 1, length - 1)) {
        to->said = AXPERT_NAK;
        return ERR_REFUSED;
    }
    if (length < 4)
        return ERR_SHORT;
    if (!sum_is_right(frame, length)) {
        if (!may_have_one_byte_sum(asked, asked_length) || !one_byte_sum_is_right(frame, length))
            return ERR_CRC;
        sum = 1;
    }
    to->payload = (const char *)frame + 1;
    to->length = length - 1 - sum;
    if (is_nak(frame + 1, to->length)) {
        to->said = AXPERT_NAK;
        return ERR_REFUSED;
    }
    for (size_t i = 0; i < to->length; i++)
        if (!isprint((unsigned char)to->payload[i]))
            return ERR_GARBAGE;
    if (to->length == 3 && !memcmp(to->payload, "ACK", 3))
        to->said = AXPERT_ACK;
    if (asked_length <= 3)
        return OK; /* nobody asked: a frame is all that can be said */
    if ((to->said == AXPERT_ACK) == asks)
        return ERR_FUNCTION;
    return asks ? axpert_suits(axpert_block_of(asked, asked_length), to->payload, to->length) : OK;
}

/* The question itself, with its sum written either way. */
static bool is_echo(const uint8_t *asked, size_t asked_length, const uint8_t *from, size_t length)
{
    if (length != asked_length || length < 4 || memcmp(from, asked, length - 3))
        return false;
    for (size_t i = length - 3; i < length; i++)
        if (from[i] != asked[i] && from[i] + asked[i] != 1)
            return false;
    return true;
}

int axpert_judge(const uint8_t *asked, size_t asked_length, const uint8_t *b, size_t length,
                 struct axpert_frame *to)
{
    bool lf_ends = may_end_with_lf(asked, asked_length), had_echo = false;

    *to = (struct axpert_frame){0};
    for (size_t from = 0; from < length;) {
        size_t end = find_end(b, from, length, lf_ends), bracket = end;
        while (from < end && (b[from] == 0 || b[from] == LF))
            from++; /* padding of an earlier report, the end of an earlier frame */
        if (end == length)
            break;
        if (is_echo(asked, asked_length, b + from, end + 1 - from)) {
            had_echo = true; /* its sum is right, but nobody answered yet */
            from = end + 1;
            continue;
        }
        while (bracket > from && b[bracket - 1] != BRACKET)
            bracket--;
        to->end = end + 1;
        to->end += to->end < length && b[to->end] == LF; /* some end with CR LF */
        while (to->end < length && b[to->end] == 0)
            to->end++; /* padding of the last report */
        if (is_nak(b + from, end - from)) {
            to->said = AXPERT_NAK;
            return ERR_REFUSED;
        }
        if (axpert_is_caret(b + from, end - from))
            return ERR_PROTOCOL;
        if (bracket == from)
            return end - from < 4 ? ERR_SHORT : ERR_GARBAGE;
        bracket--;
        to->is_resynced = bracket > from;
        return judge_stretch(asked, asked_length, b + bracket, end - bracket, to);
    }
    return had_echo ? ERR_ECHO : ERR_TIMEOUT;
}
