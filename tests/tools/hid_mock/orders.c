/* Orders that come while the program runs (main.c has their words). */
#include "tests/tools/hid_mock/mock.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int pipe_end = -1;
static char line[2 * BYTES];
static size_t used;

void orders_begin(const char *path)
{
    /* Opened for writing as well, it never comes to an end when a writer leaves. */
    pipe_end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (pipe_end < 0)
        die(path, strerror(errno));
}

static void read_said(const char *hex, struct bytes *to)
{
    int n = hex_read(hex, to->at, sizeof to->at);

    if (n < 0)
        die("no bytes", hex);
    to->length = (size_t)n;
}

static void say(struct device *d, const char *hex)
{
    struct bytes said;

    read_said(hex, &said);
    if (d->is_plugged)
        add_reports(d, &said);
    d->next_us = d->next_us ? d->next_us : clock_us();
}

static void plug(struct device *d, const char *words)
{
    if (sscanf(words, "%31s %u", d->again_path, &d->again_node) != 2 || d->is_plugged)
        die("cannot plug in", words);
    plug_in_again(d);
    fflush(record);
}

static void obey(const char *order, struct device *devices, size_t count)
{
    char word[16] = "";
    unsigned which = 0;
    int at = 0;

    if (sscanf(order, "%15s %u %n", word, &which, &at) != 2 || !which || which > count)
        die("no order", order);
    struct device *d = &devices[which - 1];
    if (!strcmp(word, "pull") && d->is_plugged)
        pull_out(d);
    else if (!strcmp(word, "plug"))
        plug(d, order + at);
    else if (!strcmp(word, "say"))
        say(d, order + at);
    else if (!strcmp(word, "before"))
        read_said(order + at, &d->before);
    else if (!strcmp(word, "mute"))
        d->mood = MUTE;
    else if (!strcmp(word, "refuse"))
        d->mood = REFUSES;
    else if (!strcmp(word, "heal"))
        d->mood = WELL;
    else if (sscanf(order, "break %*u %u %u", &d->break_at, &d->break_ms) != 2)
        die("not understood", order);
}

void orders_take(struct device *devices, size_t count)
{
    char *end;
    ssize_t n = pipe_end < 0 ? 0 : read(pipe_end, line + used, sizeof line - 1 - used);

    used += n > 0 ? (size_t)n : 0;
    line[used] = '\0';
    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        obey(line, devices, count);
        used -= (size_t)(end + 1 - line);
        memmove(line, end + 1, used + 1);
    }
}
