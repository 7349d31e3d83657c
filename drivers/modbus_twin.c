/*
 * A Modbus device that does not exist. Registers come from the twin's state through the rows, or
 * from what was written to it; what neither knows is an illegal address, as on a real one.
 */
#include "drivers/modbus_twin.h"

#include "bus/crc16.h"

#include <string.h>

enum { BROADCAST = 0 };

bool memory_put(struct modbus_memory *m, uint8_t function, uint16_t at, uint16_t value)
{
    unsigned i = 0;

    while (i < m->count && (m->cells[i].function != function || m->cells[i].at != at))
        i++;
    if (i == sizeof m->cells / sizeof *m->cells)
        return false;
    m->count += i == m->count;
    m->cells[i].function = function;
    m->cells[i].at = at;
    m->cells[i].value = value;
    return true;
}

bool memory_get(const struct modbus_memory *m, uint8_t function, uint16_t at, uint16_t *to)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->cells[i].function == function && m->cells[i].at == at) {
            *to = m->cells[i].value;
            return true;
        }
    return false;
}

/* [id][1-6][..4..][crc]; [id][0f,10][..4..][bytes][data][crc]; [id][2b][0e][code][object][crc] */
int modbus_heard(const uint8_t *b, size_t length)
{
    size_t whole = 8;

    if (length < 2)
        return 0;
    if (b[1] == READ_IDENTITY) {
        whole = 7;
    } else if (b[1] == 0x0f || b[1] == WRITE_HOLDINGS) {
        if (length < 7)
            return 0;
        whole = 9u + b[6];
    } else if (b[1] > 6 && b[1] != READ_SPARSE) {
        return ERR_GARBAGE;
    }
    if (length < whole)
        return 0;
    return crc16_is_right(b, whole) ? (int)whole : ERR_CRC;
}

static void finish(struct answer *a, size_t length)
{
    a->length = crc16_append(a->bytes, length);
}

static int refuse(const uint8_t *asked, int number, struct answer *a)
{
    a->bytes[0] = asked[0];
    a->bytes[1] = asked[1] | 0x80;
    a->bytes[2] = (uint8_t)number;
    finish(a, 3);
    return OK;
}

void modbus_refuse(const uint8_t *asked, size_t length, struct answer *a)
{
    if (length >= 2)
        (void)refuse(asked, DEVICE_FAILED, a);
}

static bool register_of(const struct twin *t, uint8_t function, uint16_t at, uint16_t *to)
{
    const struct modbus_memory *m = t->memory;

    if (m->has && !m->has(t, function, at))
        return false;
    return memory_get(m, function, at, to) ||
           rows_encode(t->driver->rows, function, at, &t->state, to);
}

static int answer_registers(const struct twin *t, const uint8_t *asked, struct answer *a)
{
    const struct modbus_memory *m = t->memory;
    uint16_t start = modbus_word(asked + 2), count = modbus_word(asked + 4);

    if (!count || count > m->longest)
        return refuse(asked, NOT_KNOWN_ADDRESS, a); /* so do real ones when asked for too many */
    for (unsigned i = 0; i < count; i++) {
        uint16_t word;
        if (!register_of(t, asked[1], (uint16_t)(start + i), &word))
            return refuse(asked, NOT_KNOWN_ADDRESS, a);
        a->bytes[3 + 2 * i] = (uint8_t)(word >> 8);
        a->bytes[4 + 2 * i] = (uint8_t)word;
    }
    memcpy(a->bytes, asked, 2);
    a->bytes[2] = (uint8_t)(2 * count);
    finish(a, 3 + 2 * (size_t)count);
    return OK;
}

/* Blocks of coils over a hole are answered on real ones; the first must be there. */
static int answer_bits(const struct twin *t, const uint8_t *asked, struct answer *a)
{
    uint16_t start = modbus_word(asked + 2), count = modbus_word(asked + 4), word = 0;

    if (!count || count > 64 || !register_of(t, asked[1], start, &word))
        return refuse(asked, NOT_KNOWN_ADDRESS, a);
    memcpy(a->bytes, asked, 2);
    a->bytes[2] = (uint8_t)((count + 7) / 8);
    memset(a->bytes + 3, 0, a->bytes[2]);
    for (unsigned i = 0; i < count; i++)
        if (register_of(t, asked[1], (uint16_t)(start + i), &word) && word)
            a->bytes[3 + i / 8] |= (uint8_t)(1 << i % 8);
    finish(a, 3u + a->bytes[2]);
    return OK;
}

static int write_registers(struct twin *t, const uint8_t *asked, struct answer *a)
{
    struct modbus_memory *m = t->memory;
    uint16_t start = modbus_word(asked + 2), count = modbus_word(asked + 4), words[64], before;

    if (!count || count > 64 || asked[6] != 2 * count)
        return refuse(asked, NOT_GOOD_VALUE, a);
    for (unsigned i = 0; i < count; i++) {
        words[i] = modbus_word(asked + 7 + 2 * i);
        if (!register_of(t, READ_HOLDING, (uint16_t)(start + i), &before))
            return refuse(asked, NOT_KNOWN_ADDRESS, a);
    }
    int number = m->may_write ? m->may_write(t, start, count, words) : 0;
    if (number > 0)
        return refuse(asked, number, a);
    for (unsigned i = 0; i < count && number == 0; i++)
        (void)memory_put(m, READ_HOLDING, (uint16_t)(start + i), words[i]);
    if (m->wrote && number == 0)
        m->wrote(t, start, count);
    memcpy(a->bytes, asked, 6);
    finish(a, 6);
    return OK;
}

/* A coil that is not there is echoed and ignored: an echo is no proof. */
static int write_coil(struct twin *t, const uint8_t *asked, struct answer *a)
{
    uint16_t at = modbus_word(asked + 2), before;

    if (register_of(t, READ_COILS, at, &before))
        (void)memory_put(t->memory, READ_COILS, at, asked[4] == 0xff);
    memcpy(a->bytes, asked, 6);
    finish(a, 6);
    return OK;
}

static size_t put_object(uint8_t *to, uint8_t object, const char *text)
{
    size_t length = strlen(text);

    to[0] = object;
    to[1] = (uint8_t)length;
    memcpy(to + 2, text, length);
    return 2 + length;
}

static int answer_identity(const struct twin *t, const uint8_t *asked, struct answer *a)
{
    const struct modbus_memory *m = t->memory;
    const uint8_t head[] = {asked[0], asked[1], 0x0e, asked[3], 1, 0, 0};
    size_t at = sizeof head + 1;

    if (asked[3] != 1 && asked[3] != 2)
        return refuse(asked, NOT_GOOD_VALUE, a);
    memcpy(a->bytes, head, sizeof head);
    a->bytes[7] = asked[3] == 1 ? 3 : 1;
    if (asked[3] == 1) {
        at += put_object(a->bytes + at, 0, m->identity.vendor);
        at += put_object(a->bytes + at, 1, m->identity.model);
        at += put_object(a->bytes + at, 2, m->identity.firmware);
    } else {
        at += put_object(a->bytes + at, 3, m->identity.serial);
    }
    finish(a, at);
    return OK;
}

static int answer_sparse(const struct twin *t, const uint8_t *asked, struct answer *a)
{
    uint16_t start = modbus_word(asked + 2), count = modbus_word(asked + 4), word;
    unsigned mask = (count + 7u) / 8;
    size_t at = 3 + mask;

    if (!count || count > 0x7d)
        return refuse(asked, NOT_GOOD_VALUE, a);
    memcpy(a->bytes, asked, 2);
    a->bytes[2] = (uint8_t)(2 * count);
    memset(a->bytes + 3, 0, mask);
    for (unsigned i = 0; i < count; i++) {
        uint16_t r = (uint16_t)(start + i);
        if (!register_of(t, r >= 0x9000 ? READ_HOLDING : READ_INPUT, r, &word))
            continue;
        a->bytes[3 + mask - 1 - i / 8] |= (uint8_t)(1 << i % 8);
        a->bytes[at++] = (uint8_t)(word >> 8);
        a->bytes[at++] = (uint8_t)word;
    }
    finish(a, at);
    return OK;
}

int modbus_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    if (length < 4 || asked[0] != t->address || asked[0] == BROADCAST)
        return ERR_TIMEOUT; /* not for us: say nothing */
    if (t->driver->twin_now)
        t->driver->twin_now(t);
    switch (asked[1]) {
    case READ_COILS:
    case READ_DISCRETE:
        return answer_bits(t, asked, a);
    case READ_HOLDING:
    case READ_INPUT:
        return answer_registers(t, asked, a);
    case WRITE_COIL:
        return write_coil(t, asked, a);
    case WRITE_HOLDINGS:
        return write_registers(t, asked, a);
    case READ_IDENTITY:
        return answer_identity(t, asked, a);
    case READ_SPARSE:
        return answer_sparse(t, asked, a);
    default:
        return refuse(asked, NOT_KNOWN_FUNCTION, a);
    }
}

/* A second master's question to somebody, or somebody's answer to it. */
size_t modbus_stranger(struct chance *c, uint8_t *to)
{
    uint8_t id = (uint8_t)chance_between(c, 1, 7);
    size_t length = 0;

    to[length++] = id;
    to[length++] = READ_INPUT;
    if (chance_hits(c, 0.5)) {
        const uint8_t question[] = {0x31, 0x04, 0x00, 0x04};
        memcpy(to + length, question, sizeof question);
        length += sizeof question;
    } else {
        to[length++] = 8;
        for (unsigned i = 0; i < 8; i++)
            to[length++] = (uint8_t)chance_between(c, 0, 255);
    }
    return crc16_append(to, length);
}
