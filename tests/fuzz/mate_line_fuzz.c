/* Any bytes as a line of a MATE's stream: what is read, written again, reads as the same. */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void touch(void *to, const struct field *f)
{
    *(size_t *)to += strlen(f->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct row *const rows[] = {mate_hub_rows, mate_mx_rows, mate_fx_rows,
                                             mate_dc_rows};
    static const struct block *const blocks[] = {mate_stream_mx, mate_stream_fx, mate_stream_dc};
    struct mate_line line, again;
    uint8_t written[64], asked[ASK_MAX];
    size_t said = 0;
    int detail = 0;

    for (size_t i = 0; i < 4; i++) {
        struct decoding how = {.rows = rows[i]};
        (void)mate_speech.decode(&how, NULL, 0, bytes, length, touch, &said, &detail);
    }
    for (size_t i = 0; i < 3 && length < ANSWER_MAX; i++) {
        struct ask ask = {.bytes = asked};
        if (mate_stream.question((uint8_t)(i * 5), blocks[i], asked, &ask))
            abort();
        size_t skipped = ask.pass(&ask, bytes, length);
        if (skipped > length ||
            (skipped < length &&
             ask.whole(&ask, bytes + skipped, length - skipped) > (int)(length - skipped)))
            abort();
    }
    if (mate_line_read(bytes, length, &line))
        return 0;
    size_t n = mate_line_write(&line, written, sizeof written);
    if (!n || mate_line_read(written, n, &again) || again.port != line.port ||
        memcmp(again.numbers, line.numbers, sizeof line.numbers[0] * line.count) != 0)
        abort();
    return 0;
}
