/* The file that says what is plugged in, and what it answers (main.c has its words). */
#include "tests/tools/hid_mock/mock.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

static void read_bytes(const char *hex, struct bytes *to)
{
    int n = hex_read(hex, to->at, sizeof to->at);

    if (n < 0)
        die("no bytes", hex);
    to->length = (size_t)n;
}

static void read_answer(struct device *d, char *text)
{
    char *equals = strchr(text, '=');

    if (!equals || d->count == ANSWERS)
        die("no answer", text);
    *equals = '\0';
    read_bytes(text, &d->answers[d->count].question);
    read_bytes(equals + 1, &d->answers[d->count].answer);
    d->count++;
}

static void read_line(char *line, struct device *devices, size_t *count)
{
    struct device *d = *count ? &devices[*count - 1] : NULL;
    char word[16] = "";
    int at = 0;

    line = text_trim(line);
    if (!*line || *line == '#')
        return;
    sscanf(line, "%15s %n", word, &at);
    if (!strcmp(word, "device") && *count < DEVICES) {
        d = &devices[(*count)++];
        *d = (struct device){.vid = 0x0665, .pid = 0x5161, .report = 8};
        if (sscanf(line + at, "%31s %u", d->usb_path, &d->node) == 2)
            return;
    }
    if (!strcmp(word, "orders")) {
        orders_begin(line + at);
        return;
    }
    if (!d)
        die("before any device", line);
    if (!strcmp(word, "answer"))
        read_answer(d, line + at);
    else if (!strcmp(word, "stray"))
        read_bytes(line + at, &d->stray);
    else if (!strcmp(word, "other"))
        read_bytes(line + at, &d->other);
    else if (!strcmp(word, "merged"))
        d->is_merged = true;
    else if (!strcmp(word, "instant"))
        d->is_instant = true;
    else if (!strcmp(word, "single"))
        d->is_single = true;
    else if (sscanf(line, "ids %x:%x", &d->vid, &d->pid) != 2 &&
             sscanf(line, "report %u", &d->report) != 1 &&
             sscanf(line, "socket %107s", d->socket) != 1 &&
             sscanf(line, "pull %u", &d->pull_at) != 1 &&
             sscanf(line, "noise %u", &d->noise_ms) != 1 &&
             sscanf(line, "again %31s %u %u", d->again_path, &d->again_node, &d->again_ms) != 3)
        die("not understood", line);
}

size_t read_script(const char *path, struct device devices[DEVICES])
{
    size_t count = 0;
    char line[4 * BYTES];
    FILE *file = fopen(path, "r");

    if (!file)
        die(path, strerror(errno));
    while (fgets(line, sizeof line, file))
        read_line(line, devices, &count);
    fclose(file);
    return count;
}
