/* Rows both ways (drivers/row.h). */
#include "drivers/row.h"

#include "base/decimals.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

unsigned row_size(const struct row *row)
{
    switch (row->form) {
    case U32_LOW_FIRST:
    case S32_LOW_FIRST:
    case BE16:
    case BE16S:
        return 2;
    case CLOCK:
        return 3;
    case BE32:
        return 4;
    case BYTES:
        return row->width;
    default:
        return 1;
    }
}

static int64_t raw_of(const struct row *row, const uint16_t *words)
{
    switch (row->form) {
    case S16:
        return (int16_t)words[0];
    case U16_LESS_128:
        return words[0] - 128;
    case U32_LOW_FIRST:
        return (int64_t)((uint32_t)words[1] << 16 | words[0]);
    case S32_LOW_FIRST:
        return (int32_t)((uint32_t)words[1] << 16 | words[0]);
    case PART:
        return words[0] >> row->shift & ((1 << row->width) - 1);
    default:
        return words[0];
    }
}

bool row_is_text(const struct row *row)
{
    return row->form >= WORD;
}

bool row_is_bytes(const struct row *row)
{
    return row->form >= BYTE && row->form < WORD;
}

const struct code_word *row_word(const struct row *row, int64_t code)
{
    for (const struct code_word *w = row->words; w && w->text; w++)
        if (w->code == code)
            return w;
    return NULL;
}

/* The parts of a status register, in words: "running, boost". */
static void say_parts(const struct row *rows, const struct row *whole, uint16_t word,
                      struct text *to)
{
    for (const struct row *row = rows; row->native; row++) {
        if (row->form != PART || row->in != whole->in || row->at != whole->at)
            continue;
        const struct code_word *w = row_word(row, raw_of(row, &word));
        if (w && *w->text && (w->means != MEANS_NOTHING || raw_of(row, &word)))
            text_format(to, "%s%s", to->used ? ", " : "", w->text);
    }
    if (!to->used)
        text_add(to, "normal");
}

static bool say_clock(const uint16_t *words, char *to, size_t size)
{
    unsigned minute = words[0] >> 8, second = words[0] & 0xff, day = words[1] >> 8,
             hour = words[1] & 0xff, year = 2000u + (words[2] >> 8), month = words[2] & 0xff;

    snprintf(to, size, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day, hour, minute, second);
    return minute < 60 && second < 60 && hour < 24 && day >= 1 && day <= 31 && month >= 1 &&
           month <= 12;
}

static void decode_row(const struct row *rows, const struct row *row, const uint16_t *words,
                       field_fn *each, void *to)
{
    char said[160] = "";
    struct text text = text_on(said, sizeof said);
    struct field f = {.name = row->native, .row = row};

    f.value = (double)raw_of(row, words) / row->per;
    if (row->form == STATUS) {
        say_parts(rows, row, words[0], &text);
        f.text = said;
    } else if (row->form == CLOCK) {
        if (!say_clock(words, said, sizeof said))
            return; /* a clock that was never set shows an impossible date */
        f.is_text = true;
        f.text = said;
    } else if (row->form == HOUR_MINUTE) {
        text_format(&text, "%u:%02u", words[0] >> 8, words[0] & 0xffu);
        f.is_text = true;
        f.text = said;
    } else if (row->words) {
        const struct code_word *w = row_word(row, raw_of(row, words));
        f.text = w ? w->text : NULL;
    }
    f.is_bit = row->form == PART && row->width == 1;
    each(to, &f);
}

int rows_decode(const struct row *rows, uint8_t function, uint16_t start, const uint16_t *words,
                size_t count, field_fn *each, void *to)
{
    int found = 0;

    for (const struct row *row = rows; row->native; row++) {
        if (row->in != function || row->form == BIT || row->form >= BYTE || row->at < start ||
            row->at + row_size(row) > start + count)
            continue;
        decode_row(rows, row, words + (row->at - start), each, to);
        found++;
    }
    return found;
}

void rows_decode_bit(const struct row *rows, uint8_t function, uint16_t at, bool is_on,
                     field_fn *each, void *to)
{
    for (const struct row *row = rows; row->native; row++)
        if (row->form == BIT && row->in == function && row->at == at) {
            struct field f = {.name = row->native, .row = row, .value = is_on, .is_bit = true};
            each(to, &f);
        }
}

bool field_to_reading(const struct field *field, struct reading *r)
{
    const struct row *row = field->row;
    double value = field->value, before = 0;

    if (!row || row->metric == M_NONE)
        return false;
    const struct code_word *w = row->words ? row_word(row, (int64_t)llround(value)) : NULL;
    if (catalogue[row->metric].kind == FLAGS) {
        uint64_t bits = 0;
        if (reading_get(r, row->metric, &before))
            bits = (uint64_t)before;
        if (w && w->means != MEANS_NOTHING)
            bits |= UINT64_C(1) << w->means;
        return reading_put(r, row->metric, (double)bits);
    }
    if (row->words && catalogue[row->metric].kind == LABEL) {
        if (!w || w->means == MEANS_NOTHING)
            return false; /* a code nobody has written down: no word, so no value */
        value = w->means;
    }
    if (w && w->means == MEANS_NOTHING && catalogue[row->metric].kind == SETTING)
        return false; /* a code among the numbers: "automatic" */
    if (row->scale > 0)
        value = decimals_cut(value / row->scale); /* 0.82 kW are 820 W, not a hair less */
    return metric_is_possible(row->metric, value) && reading_put(r, row->metric, value);
}

/* ---- the twin's direction ---------------------------------------------------------------- */

int64_t row_code(const struct row *row, double value)
{
    bool is_flags = catalogue[row->metric].kind == FLAGS;

    for (const struct code_word *w = row->words; w->text; w++) {
        if (is_flags && w->means != MEANS_NOTHING && (uint64_t)value >> w->means & 1)
            return w->code;
        if (!is_flags && w->means == (int)value)
            return w->code;
    }
    return 0;
}

static uint32_t raw_for(const struct row *row, const struct reading *from)
{
    double value = 0;

    if (row->metric == M_NONE || !reading_get(from, row->metric, &value))
        return 0;
    if (row->words)
        return (uint32_t)row_code(row, value);
    int64_t raw = llround(value * (row->scale > 0 ? row->scale : 1) * row->per);
    return (uint32_t)(row->form == U16_LESS_128 ? raw + 128 : raw);
}

bool rows_encode(const struct row *rows, uint8_t function, uint16_t at, const struct reading *from,
                 uint16_t *to)
{
    bool is_known = false;

    *to = 0;
    for (const struct row *row = rows; row->native; row++) {
        if (row->in != function || row->form >= BYTE || at < row->at ||
            at >= row->at + row_size(row))
            continue;
        is_known = true;
        uint32_t raw = raw_for(row, from);
        if (row->form == PART)
            *to |= (uint16_t)((raw & ((1u << row->width) - 1)) << row->shift);
        else if (row->form != STATUS)
            *to |= (uint16_t)(at == row->at ? raw : raw >> 16);
    }
    return is_known;
}

bool block_holds(const struct block *b, const struct row *row)
{
    if (b->function != row->in || row->at < b->start)
        return b->function == row->in && !b->count;
    return !b->count || row->at + row_size(row) <= b->start + b->count;
}

const struct row *rows_find(const struct row *rows, const char *name)
{
    for (const struct row *row = rows; row->native; row++)
        if (!strcmp(row->native, name))
            return row;
    for (const struct row *row = rows; row->native; row++)
        if (row->metric != M_NONE && !strcmp(catalogue[row->metric].name, name))
            return row;
    return NULL;
}
