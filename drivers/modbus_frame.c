/*
 * Is this a whole answer, is it ours, and does it say what was asked for? Pure: the same judgement
 * serves the wire as bytes arrive, captures, and fuzzing (drivers/modbus.h).
 */
#include "drivers/modbus.h"

#include "bus/crc16.h"

#include <string.h>

/* ---- how long is it? --------------------------------------------------------------------- */

/* [id][2b][0e][code][conformity][more][next][objects]  then [object][length][text...] each */
static int identity_length(const uint8_t *b, size_t length)
{
    size_t at = IDENTITY_HEAD;

    if (length < IDENTITY_HEAD)
        return 0;
    for (unsigned objects = b[7]; objects; objects--) {
        if (length < at + 2)
            return 0;
        at += 2u + b[at + 1];
        if (at + 2 > MODBUS_LONGEST)
            return ERR_GARBAGE;
    }
    return (int)at + 2;
}

static unsigned bits_in(const uint8_t *bytes, size_t count)
{
    unsigned bits = 0;

    for (size_t i = 0; i < count; i++)
        for (unsigned b = bytes[i]; b; b >>= 1)
            bits += b & 1;
    return bits;
}

/* [id][43][2 x count][mask of count bits, highest first][only the registers that are there] */
static int sparse_length(const uint8_t *asked, const uint8_t *b, size_t length)
{
    size_t mask = (modbus_word(asked + 4) + 7u) / 8;

    if (length < 3 + mask)
        return 0;
    return (int)(3 + mask + 2 * bits_in(b + 3, mask) + 2);
}

/* How long the frame is that begins here; 0: not to be told yet. */
static int frame_length(const uint8_t *asked, const uint8_t *b, size_t length)
{
    if (length < 3)
        return 0;
    if (b[1] & 0x80)
        return MODBUS_SHORTEST;
    switch (b[1]) {
    case READ_COILS:
    case READ_DISCRETE:
    case READ_HOLDING:
    case READ_INPUT:
        return 3 + b[2] + 2;
    case WRITE_COIL:
    case WRITE_HOLDING:
    case 0x0f:
    case WRITE_HOLDINGS:
        return 8;
    case READ_IDENTITY:
        return identity_length(b, length);
    case SET_ADDRESS: /* [f8][45][address] */
        return asked[1] == SET_ADDRESS ? MODBUS_SHORTEST : ERR_GARBAGE;
    case READ_SPARSE:
        return asked[1] == READ_SPARSE ? sparse_length(asked, b, length) : ERR_GARBAGE;
    default:
        return ERR_GARBAGE;
    }
}

/* ---- is it ours, and whole? -------------------------------------------------------------- */

/* A good frame of any length at the very start: somebody else's words. 0: none. */
static size_t stranger_length(const uint8_t *b, size_t length)
{
    for (size_t n = MODBUS_SHORTEST; n <= length && n <= MODBUS_LONGEST; n++)
        if (b[0] && b[0] <= 247 && crc16_is_right(b, n))
            return n;
    return 0;
}

static int judge_stranger(const uint8_t *asked, const uint8_t *b, size_t length)
{
    size_t theirs = stranger_length(b, length);

    if (!theirs)
        return length >= MODBUS_LONGEST ? ERR_GARBAGE : 0;
    if (theirs < length && b[theirs] == asked[0])
        return ERR_BEFORE;
    return b[0] == asked[0] ? ERR_FUNCTION : ERR_FOREIGN;
}

static bool is_reading(uint8_t function)
{
    return function <= READ_INPUT;
}

/* Does it say as much as was asked for, and about the same place? */
static int check_content(const uint8_t *asked, const uint8_t *b)
{
    unsigned count = modbus_word(asked + 4);

    switch (b[1]) {
    case READ_COILS:
    case READ_DISCRETE:
        return b[2] == (count + 7) / 8 ? OK : ERR_LENGTH;
    case READ_HOLDING:
    case READ_INPUT:
        return b[2] == 2 * count ? OK : ERR_LENGTH;
    case READ_SPARSE:
        return b[2] == (uint8_t)(2 * count) ? OK : ERR_LENGTH;
    case READ_IDENTITY:
        return b[2] == asked[2] && b[3] == asked[3] ? OK : ERR_FUNCTION;
    case SET_ADDRESS: /* [f8][45][0][1][1][address, or f8 to ask for it] */
        return asked[5] == asked[0] || asked[5] == b[2] ? OK : ERR_FUNCTION;
    default:
        return memcmp(asked + 2, b + 2, 4) ? ERR_FUNCTION : OK;
    }
}

static int judge(const uint8_t *asked, size_t asked_length, const uint8_t *b, size_t length)
{
    if (asked_length < 6 || length == 0)
        return 0;
    if (b[0] != asked[0])
        return judge_stranger(asked, b, length);
    if (length < 2)
        return 0;
    bool is_refusal = b[1] == (asked[1] | 0x80);
    if (b[1] != asked[1] && !is_refusal)
        return judge_stranger(asked, b, length);
    int whole = frame_length(asked, b, length);
    if (whole < 0)
        return whole;
    if (whole == 0 || (size_t)whole > length)
        return whole > MODBUS_LONGEST ? ERR_GARBAGE : 0;
    if (is_reading(asked[1]) && length >= 8 && asked_length == 8 && !memcmp(asked, b, 8))
        return ERR_ECHO; /* a reading's answer never equals its question */
    if (!crc16_is_right(b, (size_t)whole))
        return ERR_CRC;
    if (is_refusal)
        return ERR_REFUSED;
    int rc = check_content(asked, b);
    return rc ? rc : whole;
}

int modbus_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    int rc = judge(ask->bytes, ask->length, bytes, length);

    /* That is the gateway's word, not the device's: it heard nothing. */
    return rc == ERR_REFUSED && bytes[2] == TARGET_SILENT ? ERR_TIMEOUT : rc;
}

/* The whole story is known now: what does it amount to? */
int modbus_judge(const uint8_t *asked, size_t asked_length, const uint8_t *b, size_t length)
{
    if (!length)
        return ERR_TIMEOUT;
    if (asked_length == length && !memcmp(asked, b, length) && is_reading(asked[1]))
        return ERR_ECHO;
    int rc = judge(asked, asked_length, b, length);
    if (rc == 0)
        return b[0] == asked[0] && length > 1 && (b[1] & 0x7f) == asked[1] ? ERR_SHORT
                                                                           : ERR_GARBAGE;
    if (rc > 0 && (size_t)rc != length)
        return ERR_GARBAGE;
    if (rc == ERR_REFUSED && length != MODBUS_SHORTEST)
        return ERR_GARBAGE;
    return rc > 0 ? OK : rc;
}
