/*
 * Answers from a capture: a question gets the answer that followed the same question there, in
 * the order they were recorded; after the last one it starts again from the first.
 */
#include "bus/bus.h"
#include "bus/capture.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct replay {
    FILE *file;
    size_t length, given;
    uint8_t bytes[ANSWER_MAX];
};

static const struct setting replay_settings[] = {SETTINGS_END};

static int replay_open(struct bus *bus)
{
    struct replay *replay = bus->memory;

    replay->file = fopen(bus->where, "r");
    if (!replay->file) {
        log_say(bus_loudness(bus), bus->name, "%s: %s", bus->where, strerror(errno));
        return ERR_GONE;
    }
    return OK;
}

/* Walks on to the next record of this question. false: there is none from here to the end. */
static bool find_question(struct replay *replay, const uint8_t *bytes, size_t length)
{
    char line[CAPTURE_LINE];
    struct capture_line part;
    bool is_found = false;

    for (;;) {
        long here = ftell(replay->file);
        if (!fgets(line, sizeof line, replay->file))
            return is_found;
        if (capture_read_line(line, &part))
            continue;
        if (part.kind == CAPTURE_ASKED && is_found) {
            (void)fseek(replay->file, here, SEEK_SET); /* belongs to the next question */
            return true;
        }
        if (part.kind == CAPTURE_ASKED)
            is_found = part.length == length && !memcmp(part.bytes, bytes, length);
        else if (part.kind == CAPTURE_ANSWERED && is_found &&
                 replay->length + part.length <= sizeof replay->bytes) {
            memcpy(replay->bytes + replay->length, part.bytes, part.length);
            replay->length += part.length;
        }
    }
}

static int replay_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct replay *replay = bus->memory;

    replay->length = replay->given = 0;
    if (!find_question(replay, bytes, length)) {
        rewind(replay->file);
        (void)find_question(replay, bytes, length); /* not there at all: silence */
    }
    return OK;
}

static int replay_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct replay *replay = bus->memory;
    size_t n = replay->length - replay->given;

    (void)wait_us; /* what was not recorded will not come by waiting */
    if (n > size)
        n = size;
    memcpy(to, replay->bytes + replay->given, n);
    replay->given += n;
    return (int)n;
}

static void replay_close(struct bus *bus)
{
    struct replay *replay = bus->memory;

    (void)fclose(replay->file); /* opened for reading */
}

const struct line line_replay = {
    .scheme = "replay",
    .title = "answers from a capture: replay:FILE",
    .parts = 1,
    .settings = replay_settings,
    .memory = sizeof(struct replay),
    .open = replay_open,
    .send = replay_send,
    .receive = replay_receive,
    .close = replay_close,
};
