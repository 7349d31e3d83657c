/* Modbus frames: made (drivers/modbus.h). modbus_frame.c judges answers, modbus_decode.c reads
 * them. */
#include "drivers/modbus.h"

#include "base/text.h"
#include "bus/crc16.h"
#include "drivers/device.h"
#include "drivers/modbus_twin.h"

#include <stdio.h>
#include <string.h>

static bool modbus_may_pass(const struct answer *a)
{
    return a->length == MODBUS_SHORTEST &&
           (a->bytes[2] == STILL_AT_WORK || a->bytes[2] == BUSY_JUST_NOW);
}

/* ---- questions --------------------------------------------------------------------------- */

static int modbus_question(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                           struct ask *ask)
{
    const uint8_t identity[] = {address, READ_IDENTITY, 0x0e, (uint8_t)b->start, 0};
    const uint8_t read[] = {address,
                            b->function,
                            (uint8_t)(b->start >> 8),
                            (uint8_t)b->start,
                            (uint8_t)(b->count >> 8),
                            (uint8_t)b->count};
    bool is_identity = b->function == READ_IDENTITY;
    size_t length = is_identity ? sizeof identity : sizeof read;

    memcpy(bytes, is_identity ? identity : read, length);
    ask->length = crc16_append(bytes, length);
    ask->whole = modbus_whole;
    ask->may_pass = modbus_may_pass;
    /* An answer names no register: two of one unit, function and length look the same. */
    ask->shape = (uint32_t)address << 24 | (uint32_t)b->function << 16 | (b->count + 1u);
    return OK;
}

/* "0x3100", "0x3100+5", "03:0x9000+15", "identity" */
static int modbus_parse(const char *words, struct block *to)
{
    char copy[32];
    char *plus, *colon, *start = copy;
    int64_t function = -1, first, count = 1;

    *to = (struct block){.name = "asked", .refresh = ON_DEMAND};
    if (strlen(words) >= sizeof copy)
        return ERR_USAGE;
    strcpy(copy, words);
    if (text_is(copy, "identity")) {
        to->function = READ_IDENTITY;
        to->start = 1;
        return OK;
    }
    colon = strchr(copy, ':');
    if (colon) {
        *colon = '\0';
        start = colon + 1;
        if (!integer_read(copy, &function) || function < 0)
            return ERR_USAGE;
    }
    plus = strchr(start, '+');
    if (plus) {
        *plus = '\0';
        if (!integer_read(plus + 1, &count))
            return ERR_USAGE;
    }
    if (!integer_read(start, &first) || first < 0 || first > 0xffff || count < 1 ||
        count > SPARSE_MAX || first + count > 0x10000)
        return ERR_USAGE;
    if (function < 0) /* without a function, the map's own division says it */
        function = first >= 0x9000   ? READ_HOLDING
                   : first >= 0x3000 ? READ_INPUT
                   : first >= 0x2000 ? READ_DISCRETE
                                     : READ_COILS;
    if (function != READ_SPARSE && (function < READ_COILS || function > READ_INPUT))
        return ERR_DENIED; /* only questions: whatever changes something goes through tell */
    to->function = (uint8_t)function;
    to->start = (uint16_t)first;
    to->count = (uint16_t)count;
    return OK;
}

/* ---- words for drivers ------------------------------------------------------------------- */

int modbus_read(struct device *d, uint8_t function, uint16_t start, uint16_t count, uint16_t *words)
{
    const struct block b = {.function = function, .start = start, .count = count};
    struct answer a;
    int rc = device_ask(d, &b, &a);

    if (rc)
        return rc;
    if (function <= READ_DISCRETE)
        words[0] = a.bytes[3];
    else
        for (unsigned i = 0; i < count; i++)
            words[i] = modbus_word(a.bytes + 3 + 2 * (size_t)i);
    return OK;
}

static int send_once(struct device *d, uint8_t *frame, size_t length, int *exception)
{
    struct ask ask = {.bytes = frame, .whole = modbus_whole, .pace = &d->pace, .tries = 1};
    struct answer a;
    int rc;

    ask.length = crc16_append(frame, length);
    rc = bus_talk(d->bus, &ask, &a);
    if (rc == ERR_REFUSED)
        *exception = a.bytes[2];
    return rc;
}

int modbus_write(struct device *d, uint16_t start, uint16_t count, const uint16_t *words,
                 int *exception)
{
    uint8_t frame[ASK_MAX] = {d->address,          WRITE_HOLDINGS,        (uint8_t)(start >> 8),
                              (uint8_t)start,      (uint8_t)(count >> 8), (uint8_t)count,
                              (uint8_t)(2 * count)};

    if (7 + 2 * (size_t)count + 2 > sizeof frame)
        return ERR_FULL;
    for (unsigned i = 0; i < count; i++) {
        frame[7 + 2 * i] = (uint8_t)(words[i] >> 8);
        frame[8 + 2 * i] = (uint8_t)words[i];
    }
    return send_once(d, frame, 7 + 2 * (size_t)count, exception);
}

int modbus_write_coil(struct device *d, uint16_t at, bool is_on, int *exception)
{
    uint8_t frame[ASK_MAX] = {d->address,  WRITE_COIL,       (uint8_t)(at >> 8),
                              (uint8_t)at, is_on ? 0xff : 0, 0};

    return send_once(d, frame, 6, exception);
}

static void collect_identity(void *to, const struct field *f)
{
    struct identity *who = to;
    char *places[] = {who->vendor, who->model, who->firmware, who->serial};

    for (size_t i = 0; i < IDENTITY_OBJECTS; i++)
        if (f->is_text && !strcmp(f->name, modbus_identity_names[i]))
            snprintf(places[i], IDENTITY_TEXT, "%s", f->text);
}

int modbus_identity(struct device *d, struct identity *who)
{
    struct block b = {.function = READ_IDENTITY, .start = 1};
    int rc = device_block(d, &b, collect_identity, who);

    if (rc)
        return rc;
    b.start = 2; /* the serial number; many units do not tell */
    return device_block(d, &b, collect_identity, who) == ERR_GONE ? ERR_GONE : OK;
}

/* Some have a number of their own for "too many at once", most say the same to both. */
static bool modbus_is_hole(int exception)
{
    return exception == NOT_KNOWN_ADDRESS || exception == NOT_GOOD_VALUE;
}

const struct speech modbus_speech = {
    .is_short_to_ask = true,
    .words_help = "REGISTER[+COUNT], FUNCTION:REGISTER[+COUNT] or identity: 0x3100+5, 03:0x9000+15",
    .is_hole = modbus_is_hole,
    .question = modbus_question,
    .parse = modbus_parse,
    .decode = modbus_decode,
    .heard = modbus_heard,
    .answer = modbus_answer,
    .refuse = modbus_refuse,
    .stranger = modbus_stranger,
};
