/* Files of traffic, exchange by exchange (collector/cli/decode.h). */
#include "collector/cli/decode.h"
#include "collector/cli/pcap.h"

#include "base/log.h"
#include "bus/capture.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDING_MOST = 64 << 20, MAGIC = 4 };

/* ---- captures ------------------------------------------------------------------------------ */

static void ask(struct exchange *e)
{
    (void)exchange_finish(e); /* what was wrong with it was printed */
    e->is_begun = true;
    e->asked_length = e->answered_length = 0;
}

static bool has_ninth(const struct capture_line *part, size_t at)
{
    return part->ninth[at / 8] >> at % 8 & 1;
}

/* A question begins an exchange, and so does a packet that follows another in the same direction:
 * who only heard one side has nothing else to go by. */
static void take_bytes(struct exchange *e, const struct capture_line *part)
{
    bool is_question = part->kind == CAPTURE_ASKED;

    if (is_question || !e->is_begun)
        ask(e);
    for (size_t i = 0; i < part->length; i++) {
        size_t *length = is_question ? &e->asked_length : &e->answered_length;
        if (has_ninth(part, i) && *length)
            ask(e);
        if (*length < ANSWER_MAX)
            (is_question ? e->asked : e->answered)[(*length)++] = part->bytes[i];
    }
}

static int decode_capture(struct exchange *e, FILE *from, const char *path)
{
    char line[CAPTURE_LINE];
    struct capture_line part;
    unsigned number = 0;

    while (fgets(line, sizeof line, from)) {
        number++;
        if (capture_read_line(line, &part)) {
            log_err("decode", "%s:%u: not a line of a capture", path, number);
            return ERR_DATA;
        }
        if (part.kind == CAPTURE_CASE) {
            (void)exchange_finish(e); /* as above */
            if (!e->is_json)
                printf("@ %s\n", part.text);
        }
        if (part.kind == CAPTURE_ASKED || part.kind == CAPTURE_ANSWERED)
            take_bytes(e, &part);
    }
    (void)exchange_finish(e); /* as above */
    return OK;
}

/* ---- recordings of network tools ----------------------------------------------------------- */

static void take_frame(struct exchange *e, const struct tapped *t)
{
    if (t->asked_length) {
        ask(e);
        memcpy(e->asked, t->asked, t->asked_length);
        e->asked_length = t->asked_length;
    }
    if (!t->answered_length)
        return;
    if (!e->is_begun || e->answered_length)
        ask(e);
    memcpy(e->answered, t->answered, t->answered_length);
    e->answered_length = t->answered_length;
}

static int decode_frames(struct exchange *e, const uint8_t *bytes, size_t length, const char *path)
{
    static struct tapped tapped;
    struct pcap recording;
    struct pcap_frame frame;
    unsigned strange = 0;

    if (!e->driver->speech->tapped) {
        log_err("decode", "%s: nobody has tapped the %s", path, e->driver->name);
        return ERR_DATA;
    }
    if (pcap_open(&recording, bytes, length))
        return ERR_DATA;
    while (pcap_next(&recording, &frame)) {
        if (frame.link == PCAP_USER0 &&
            e->driver->speech->tapped(frame.bytes, frame.length, &tapped))
            take_frame(e, &tapped);
        else
            strange++;
    }
    (void)exchange_finish(e); /* as above */
    if (recording.is_cut)
        log_warn("decode", "%s ends in the middle of a frame", path);
    if (strange)
        log_warn("decode", "%s: %u frames are none of a tap", path, strange);
    return OK;
}

static int decode_recording(struct exchange *e, FILE *from, const char *path)
{
    uint8_t *bytes = malloc(RECORDING_MOST);
    int rc = ERR_FULL;

    if (bytes) {
        size_t length = fread(bytes, 1, RECORDING_MOST, from);
        rc = ferror(from) ? ERR_IO : decode_frames(e, bytes, length, path);
    }
    free(bytes);
    return rc;
}

static bool is_recording(FILE *from)
{
    uint8_t magic[MAGIC];
    long at = ftell(from);

    if (at < 0)
        return false; /* a pipe, which gives nothing twice */
    size_t length = fread(magic, 1, sizeof magic, from);
    return fseek(from, at, SEEK_SET) == 0 && pcap_is_one(magic, length);
}

int decode_file(const struct driver *driver, unsigned kind, FILE *from, const char *path,
                bool is_json)
{
    static struct exchange e;

    e = (struct exchange){.driver = driver, .kind = kind, .is_json = is_json};
    if (is_recording(from))
        return decode_recording(&e, from, path);
    return decode_capture(&e, from, path);
}
