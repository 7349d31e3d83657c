/* Any text as moods; those that are accepted then spoil an answer. */
#include "bus/moods.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static size_t stranger(struct chance *c, uint8_t *to)
{
    size_t length = (size_t)chance_between(c, 5, 14);

    memset(to, 0x5a, length);
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct far_answer a;
    struct moods m = {0};
    struct chance c = chance_seeded(length + 1);
    char *text = malloc(length + 1);
    char why[160] = "";

    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    int rc = moods_parse(&m, text, why, sizeof why);
    if (rc != OK && (rc != ERR_USAGE || !*why))
        abort(); /* refused without a reason */
#define X(word, most, help)                                                                        \
    if (rc == OK && !(m.word >= 0 && m.word <= (most)))                                            \
        abort();
    MOODS(X)
#undef X
    for (size_t n = 0; rc == OK && n <= 16; n++) {
        a.delay_us = a.pause_us = 0;
        a.answer.length = n == 16 ? ANSWER_MAX : n;
        int spoilt = moods_spoil(&m, &c, stranger, &a);
        if ((spoilt != OK && spoilt != ERR_TIMEOUT) || a.answer.length > ANSWER_MAX)
            abort();
    }
    free(text);
    return 0;
}
