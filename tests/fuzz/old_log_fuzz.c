/* Any bytes as lines of an old text log: what is taken is possible, and nothing else is. */
#include "collector/history/old_axpert.h"

#include "base/clock.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    struct old_log log = {0};
    struct reading r;

    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    for (size_t at = 0; at < length;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t size = end ? (size_t)(end - text) + 1 - at : length - at;
        char *line = malloc(size + 1); /* alone, so that a step too far is noticed */
        if (!line)
            break;
        memcpy(line, text + at, size);
        line[size] = '\0';
        at += size;
        if (!old_classes[old_line(&log, line, size, &r)].is_reading && r.count)
            abort();
        if (r.count && !clock_is_possible(r.round_ms))
            abort();
        for (unsigned i = 0; i < r.count; i++)
            if (!metric_is_possible((enum metric)r.fields[i].metric, r.fields[i].value))
                abort();
        free(line);
    }
    free(text);
    return 0;
}
