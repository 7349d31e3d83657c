/* Packets: made, and found among other bytes (drivers/goodwe/goodwe.h). */
#include "drivers/goodwe/goodwe.h"

#include <string.h>

enum { FIRST = 0xaa, SECOND = 0x55, SUM_SIZE = 2, LENGTH_AT = 6 };

static uint16_t sum_of(const uint8_t *bytes, size_t length)
{
    uint16_t sum = 0;

    while (length--)
        sum = (uint16_t)(sum + *bytes++);
    return sum;
}

size_t goodwe_make(uint8_t *to, uint8_t from, uint8_t whom, uint8_t control, uint8_t function,
                   const uint8_t *data, uint8_t length)
{
    const uint8_t head[GOODWE_HEAD] = {FIRST, SECOND, from, whom, control, function, length};

    memcpy(to, head, sizeof head);
    if (length)
        memcpy(to + GOODWE_HEAD, data, length);
    uint16_t sum = sum_of(to, GOODWE_HEAD + length);
    to[GOODWE_HEAD + length] = (uint8_t)(sum >> 8);
    to[GOODWE_HEAD + length + 1] = (uint8_t)sum;
    return (size_t)GOODWE_HEAD + length + SUM_SIZE;
}

/* One of the two is a master: relatives of this family, and Modbus in disguise, have other
 * addresses there. */
static bool has_a_master(const uint8_t *b)
{
    return ((b[2] ^ b[3]) & GOODWE_MASTER) != 0;
}

/* Does a packet begin here? */
static int look_at(const uint8_t *b, size_t length, struct goodwe_packet *to)
{
    if (b[0] != FIRST || (length > 1 && b[1] != SECOND))
        return ERR_GARBAGE;
    if (length < GOODWE_HEAD)
        return ERR_TIMEOUT;
    if (!has_a_master(b))
        return ERR_FOREIGN;
    size_t whole = GOODWE_HEAD + (size_t)b[LENGTH_AT] + SUM_SIZE;
    if (length < whole)
        return ERR_TIMEOUT;
    uint16_t sum = (uint16_t)(b[whole - 2] << 8 | b[whole - 1]);
    if (sum_of(b, whole - SUM_SIZE) != sum)
        return ERR_CRC;
    *to = (struct goodwe_packet){.from = b[2],
                                 .to = b[3],
                                 .control = b[4],
                                 .function = b[5],
                                 .length = b[LENGTH_AT],
                                 .sum = sum,
                                 .data = b + GOODWE_HEAD,
                                 .end = whole};
    return OK;
}

/* What a packet that did not end may still become counts more than what was wrong with another. */
static int worse(int a, int b)
{
    static const int order[] = {ERR_TIMEOUT, ERR_CRC, ERR_FOREIGN};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a;
}

/* Numbers may look like a header: a right packet is passed over as a whole, and only what turned
 * out to be none, or has not ended, is looked through for a right one. */
int goodwe_hunt(const uint8_t *bytes, size_t length, struct goodwe_packet *to)
{
    int found = ERR_GARBAGE;

    for (size_t at = 0; at < length; at++) {
        int rc = look_at(bytes + at, length - at, to);
        if (rc == OK) {
            to->end += at;
            return OK;
        }
        found = worse(rc, found);
    }
    return found;
}

static bool is_answer(const uint8_t *asked, const struct goodwe_packet *p)
{
    bool is_new = asked[4] == GOODWE_REGISTER && asked[5] == GOODWE_ALLOCATE;
    uint8_t whom = is_new ? asked[GOODWE_HEAD + GOODWE_SERIAL] : asked[3];

    return p->control == asked[4] && p->function == (asked[5] | GOODWE_ANSWER) && p->from == whom &&
           p->to == asked[2];
}

int goodwe_judge(const uint8_t *asked, const uint8_t *bytes, size_t length,
                 struct goodwe_packet *to)
{
    size_t at = 0;
    bool is_strange = false;
    int rc = OK;

    while (!rc && at < length) {
        rc = goodwe_hunt(bytes + at, length - at, to);
        if (rc)
            break;
        to->end += at;
        if (is_answer(asked, to))
            return OK;
        is_strange = true; /* our own words, or for somebody else */
        at = to->end;
    }
    return is_strange && (rc == OK || rc == ERR_GARBAGE) ? ERR_FOREIGN : length ? rc : ERR_TIMEOUT;
}

bool goodwe_is_new(const struct goodwe_packet *p)
{
    return p->control == GOODWE_REGISTER && p->function == (GOODWE_OFFLINE | GOODWE_ANSWER);
}

/* Is somebody asking for an address, whatever he was asked? Not while we search for that. */
static bool is_new_here(const uint8_t *asked, const uint8_t *bytes, size_t length)
{
    struct goodwe_packet p;

    if (asked[4] == GOODWE_REGISTER)
        return false;
    for (size_t at = 0; goodwe_hunt(bytes + at, length - at, &p) == OK; at += p.end)
        if (goodwe_is_new(&p))
            return true;
    return false;
}

/* Zeros before it, the tail of another one, the echo of our own words: more is to come. What
 * follows it is nothing to worry about: a packet has a sum and names its sender. A wrong sum ends
 * it; but on USB that may be a left-over, and the answer is in the next report. */
int goodwe_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    const uint8_t *asked = goodwe_asked(ask->bytes);
    struct goodwe_packet p;
    int rc = goodwe_judge(asked, bytes, length, &p);

    if (rc == OK || is_new_here(asked, bytes, length))
        return (int)length;
    return rc == ERR_CRC && asked == ask->bytes ? rc : 0;
}

const uint8_t *goodwe_asked(const uint8_t *asked)
{
    return asked[0] == GOODWE_USB_HEAD ? asked + GOODWE_USB_DRESS : asked;
}

unsigned goodwe_kind(unsigned length)
{
    return length == DATA_THREE ? KIND_THREE
           : length == DATA_ONE ? KIND_ONE
           : length > DATA_ONE  ? KIND_LONG
                                : 0;
}
