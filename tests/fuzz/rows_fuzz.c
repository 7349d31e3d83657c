/*
 * Any words as registers of any driver: decoded, gathered into a reading, and encoded again from
 * it. Two bytes choose driver, function and first register.
 */
#include "drivers/driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 125 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void take(void *to, const struct field *f)
{
    struct reading *r = to;
    double value = 0;

    if (!f->name || !f->row || !isfinite(f->value) || (f->is_text && !f->text))
        abort();
    if (f->text && strlen(f->text) >= 160)
        abort();
    if (field_to_reading(f, r) && (!reading_get(r, f->row->metric, &value) || !isfinite(value)))
        abort();
}

/* The row that the second byte chooses: its register is where the words begin. */
static const struct row *row_of(const struct driver *d, unsigned which)
{
    unsigned count = 0;

    while (d->rows[count].native)
        count++;
    return &d->rows[which % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct reading reading = {0};
    unsigned count = 0;

    if (length < 2)
        return 0;
    while (drivers[count])
        count++;
    const struct driver *d = drivers[bytes[0] % count];
    const struct row *first = row_of(d, bytes[1]);
    size_t n = (length - 2) / 2 < WORDS_MAX ? (length - 2) / 2 : WORDS_MAX;
    uint16_t *words = calloc(n ? n : 1, sizeof *words); /* no longer than it must be */
    if (!words)
        return 0;
    for (size_t i = 0; i < n; i++)
        words[i] = (uint16_t)(bytes[2 + 2 * i] << 8 | bytes[3 + 2 * i]);
    if (rows_decode(d->rows, first->in, first->at, words, n, take, &reading) > (int)(16 * n))
        abort();
    rows_decode_bit(d->rows, first->in, first->at, n && words[0] & 1, take, &reading);
    if (reading.count > READING_MAX)
        abort();
    for (size_t i = 0; i < n; i++) {
        uint16_t word;
        if (!rows_encode(d->rows, first->in, (uint16_t)(first->at + i), &reading, &word) && word)
            abort();
    }
    free(words);
    return 0;
}
