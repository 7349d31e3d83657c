/*
 * Any bytes as what the web is sent: a wish in JSON, a row of the old MATE collector, and moments
 * as people write them. The first byte chooses the type of the row. What is taken is plain and
 * whole; what is not says why.
 */
#include "store/days.h"
#include "web/inside.h"
#include "web/mate_row.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void try_wish(const char *json, size_t length)
{
    struct wish wish = {0};
    char why[200];

    if (wish_read(json, length, &wish, why, sizeof why)) {
        must(*why);
        return;
    }
    must(!*why && wish.count > 0 && wish.count <= WISH_ORDERS);
    for (unsigned i = 0; i < wish.count; i++) {
        const char *word = wish.words[i], *value = memchr(word, '=', WISH_WORD);
        must(value && value > word && strnlen(word, WISH_WORD) < WISH_WORD);
        for (; *word; word++)
            must((unsigned char)*word >= ' ' && (unsigned char)*word < 127);
    }
}

/* A row that was taken has the same bytes after another journey. */
static void try_row(const struct mate_type *type, const char *json, size_t length)
{
    static const int64_t now_ms = 1780000000000;
    struct mate_row row = {0}, again = {0};
    char why[200], text[4096];

    if (mate_row_read(type, json, length, now_ms, &row, why, sizeof why)) {
        must(*why);
        return;
    }
    must(row.type == type && row.length == type->length);
    mate_row_write(&row, text, sizeof text);
    must(strnlen(text, sizeof text) < sizeof text);
    if (mate_row_read(type, text, strlen(text), now_ms, &again, why, sizeof why) == OK)
        must(again.length == row.length && !memcmp(again.bytes, row.bytes, row.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    int64_t at_ms;

    if (!text || !length) {
        free(text);
        return 0;
    }
    memcpy(text, bytes + 1, length - 1);
    text[length - 1] = '\0';
    try_wish(text, length - 1);
    try_row(&mate_types[bytes[0] % MATE_TYPES], text, length - 1);
    (void)when_read(text, 1780000000000, &at_ms); /* no answer is as good as one */
    (void)when_site(text, 1780000000000, &at_ms);
    (void)when_digits(text, &at_ms);
    free(text);
    return 0;
}
