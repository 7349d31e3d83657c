/* What an answer says (drivers/modbus.h). Pure. */
#include "drivers/modbus.h"

#include "bus/crc16.h"

#include <ctype.h>
#include <stdio.h>

struct sink {
    const struct row *rows;
    field_fn *each;
    void *to;
};

static void give_number(const struct sink *s, const char *name, double value, bool is_bit)
{
    struct field f = {.name = name, .value = value, .is_bit = is_bit};

    s->each(s->to, &f);
}

static bool is_low_half(const struct row *rows, uint8_t function, uint16_t at)
{
    for (const struct row *row = rows; row->native; row++)
        if (row->in == function && row->at == at && row_size(row) == 2)
            return true;
    return false;
}

/* What no row has taken, as it is. */
static void give_unknown(const struct sink *s, uint8_t function, uint16_t start,
                         const uint16_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char name[16];
        bool is_known = false;
        for (const struct row *row = s->rows; row->native && !is_known; row++)
            is_known = row->in == function && row->at >= start && row->at <= start + i &&
                       row->at + row_size(row) > start + i &&
                       row->at + row_size(row) <= start + count;
        snprintf(name, sizeof name, "raw%04X", (start + i) & 0xffffu);
        if (!is_known)
            give_number(s, name, words[i], false);
    }
}

static void decode_registers(const struct sink *s, uint8_t function, uint16_t start,
                             const uint8_t *data, unsigned count)
{
    uint16_t words[MODBUS_LONGEST / 2] = {0};

    for (unsigned i = 0; i < count && i < MODBUS_LONGEST / 2; i++)
        words[i] = modbus_word(data + 2 * i);
    (void)rows_decode(s->rows, function, start, words, count, s->each, s->to);
    if (count == 1)
        give_number(s, is_low_half(s->rows, function, start) ? "rawlow" : "raw", words[0], false);
    else
        give_unknown(s, function, start, words, count);
}

static void decode_bits(const struct sink *s, const char *kind, uint8_t function, uint16_t start,
                        const uint8_t *data, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char name[16];
        bool is_on = data[i / 8] >> i % 8 & 1;
        snprintf(name, sizeof name, "%s%04X", kind, (start + i) & 0xffffu);
        give_number(s, name, is_on, true);
        rows_decode_bit(s->rows, function, (uint16_t)(start + i), is_on, s->each, s->to);
    }
}

static void decode_sparse(const struct sink *s, const uint8_t *asked, const uint8_t *b)
{
    uint16_t start = modbus_word(asked + 2), words[SPARSE_MAX];
    unsigned count = modbus_word(asked + 4), mask = (count + 7) / 8, run = 0;
    const uint8_t *data = b + 3 + mask;

    if (count > SPARSE_MAX)
        return;
    for (unsigned i = 0; i <= count; i++) {
        bool is_there = i < count && b[3 + mask - 1 - i / 8] >> i % 8 & 1;
        if (is_there) {
            words[run++] = modbus_word(data);
            data += 2;
        } else if (run) { /* an unbroken run ends here */
            /* The same map as by function 4 or 3, whichever rows live there. */
            uint16_t at = (uint16_t)(start + i - run);
            uint8_t function = at >= 0x9000 ? READ_HOLDING : READ_INPUT;
            (void)rows_decode(s->rows, function, at, words, run, s->each, s->to);
            give_unknown(s, function, at, words, run);
            run = 0;
        }
    }
}

const char *const modbus_identity_names[IDENTITY_OBJECTS] = {"vendor", "modelname", "version",
                                                             "serialno"};

static void decode_identity(const struct sink *s, const uint8_t *b)
{
    size_t at = IDENTITY_HEAD;

    for (unsigned objects = b[7]; objects; objects--) {
        char text[MODBUS_LONGEST];
        uint8_t object = b[at], length = b[at + 1];
        for (unsigned i = 0; i < length; i++)
            text[i] = isprint(b[at + 2 + i]) ? (char)b[at + 2 + i] : '.';
        text[length] = '\0';
        at += 2u + length;
        if (object >= IDENTITY_OBJECTS)
            continue;
        struct field f = {.name = modbus_identity_names[object], .is_text = true, .text = text};
        s->each(s->to, &f);
    }
}

int modbus_decode(struct decoding *how, const uint8_t *asked, size_t asked_length, const uint8_t *b,
                  size_t length, field_fn *each, void *to, int *detail)
{
    const struct sink s = {how->rows, each, to};

    if (asked_length < 6 || !crc16_is_right(asked, asked_length))
        return ERR_DATA;
    int rc = modbus_judge(asked, asked_length, b, length);
    if (rc == ERR_REFUSED)
        *detail = b[2];
    if (rc)
        return rc;
    uint16_t start = modbus_word(asked + 2), count = modbus_word(asked + 4);
    switch (asked[1]) {
    case READ_COILS:
    case READ_DISCRETE:
        decode_bits(&s, "bit", asked[1], start, b + 3, count);
        break;
    case READ_HOLDING:
    case READ_INPUT:
        decode_registers(&s, asked[1], start, b + 3, count);
        break;
    case READ_SPARSE:
        decode_sparse(&s, asked, b);
        break;
    case READ_IDENTITY:
        decode_identity(&s, b);
        break;
    case SET_ADDRESS:
        give_number(&s, "address", b[2], false);
        break;
    case WRITE_COIL: { /* what was written, since the device agreed */
        const uint8_t bit = asked[4] == 0xff;
        decode_bits(&s, "coil", READ_COILS, start, &bit, 1);
        break;
    }
    case WRITE_HOLDING:
        decode_registers(&s, READ_HOLDING, start, asked + 4, 1);
        break;
    case WRITE_HOLDINGS:
        if (asked_length >= 9 && asked_length == 9u + asked[6] && asked[6] == 2 * count)
            decode_registers(&s, READ_HOLDING, start, asked + 7, count);
        break;
    default:
        return ERR_FUNCTION;
    }
    return OK;
}
