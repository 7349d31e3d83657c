/*
 * Any bytes as what is read back from files: a line of CSV, cut into cells that lie within it; a
 * stored row's numbers; a rollup, which is the same after another journey, whose check sum is made
 * right: no fuzzer finds one by chance.
 */
#include "collector/history/intake.h"
#include "store/inside.h"
#include "store/rollup.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { CELLS = 12, COUNT_MOST = 0x1fffff };

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void try_cells(char *line, size_t length)
{
    char *cells[CELLS];
    int count = csv_split(line, cells, CELLS);

    must(count >= -1 && count <= CELLS);
    for (int i = 0; i < count; i++)
        must(cells[i] >= line && cells[i] + strlen(cells[i]) <= line + length);
}

static void try_numbers(const char *text, size_t size)
{
    const char *at = text, *number = NULL;
    unsigned length = 0;

    for (size_t i = 0; i <= size && record_next(&at, &number, &length); i++)
        must(number >= text && number + length <= text + size && at <= text + size);
}

static void try_rollup(uint8_t *bytes, size_t length)
{
    static struct slot slots[SLOTS_MAX], again[SLOTS_MAX];
    uint8_t written[ROLLUP_BYTES];
    uint32_t sum = bytes_sum(bytes, length);
    memcpy(bytes + length, &sum, sizeof sum);
    int count = rollup_read(bytes, length + sizeof sum, slots);

    must(count >= -1 && count <= SLOTS_MAX);
    if (count <= 0)
        return;
    size_t size = rollup_write(slots, (unsigned)count, written);
    must(size <= sizeof written && rollup_read(written, size, again) == count);
    for (int i = 0; i < count; i++)
        must(again[i].count == (slots[i].count < COUNT_MOST ? slots[i].count : COUNT_MOST));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1), *line = malloc(length + 1);
    uint8_t *rollup = malloc(length + 4);

    if (text && line && rollup) {
        if (length) {
            memcpy(text, bytes, length);
            memcpy(rollup, bytes, length);
        }
        text[length] = '\0';
        memcpy(line, text, length + 1);
        try_numbers(text, length);
        try_cells(line, strlen(line));
        try_rollup(rollup, length);
    }
    free(text);
    free(line);
    free(rollup);
    return 0;
}
