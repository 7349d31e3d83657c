/*
 * Listening to the stream of a MATE: nothing is asked. The lines of all devices go by once a
 * second, and each device here waits for its own (drivers/mate/line.h).
 */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include "base/log.h"

#include <string.h>

enum { MADE_OF = MATE_LINE + 2 /* with line feed and carriage return */ };
static const int64_t LINE_PATIENCE_US = 2500000; /* two lines, and what makes them late */

/* The first letter of a family says which. All that a status page says, and a little more. */
#define HEARD(type, letter, first)                                                                 \
    const struct block mate_stream_##type[] = {                                                    \
        {.name = "line",                                                                           \
         .text = letter,                                                                           \
         .function = MATE_STATUS,                                                                  \
         .start = first,                                                                           \
         .count = PAGES_MAX,                                                                       \
         .refresh = EVERY_ROUND},                                                                  \
        {.name = NULL},                                                                            \
    }
HEARD(fx, "0", 0x0100);
HEARD(mx, "A", 0x0100);
HEARD(dc, "a", 0x0a00);

/* ---- which bytes of the stream are ours? Pure. ---------------------------------------------- */

/* What is waited for: one letter, or with no port known the first of a kind. */
static bool is_awaited(const struct ask *ask, uint8_t letter)
{
    return letter >= ask->bytes[0] && letter <= ask->bytes[1];
}

/* Everything before the line that is waited for, others' lines too. */
static size_t pass_others(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == LINE_FEED && (i + 1 == length || is_awaited(ask, bytes[i + 1])))
            return i;
    return length;
}

static int line_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    const uint8_t *end = memchr(bytes, LINE_END, length);
    const uint8_t *next = length > 1 ? memchr(bytes + 1, LINE_FEED, length - 1) : NULL;
    struct mate_line line;

    (void)ask;
    if (next && (!end || next < end))
        return ERR_SHORT; /* another line begins in the middle of it */
    if (!end)
        return length > MADE_OF ? ERR_LENGTH : 0;
    size_t whole = (size_t)(end - bytes) + 1;
    int rc = mate_line_read(bytes, whole, &line);
    return rc ? rc : (int)whole;
}

/* ---- the speech ----------------------------------------------------------------------------- */

static int stream_question(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                           struct ask *ask)
{
    if (!b->text)
        return ERR_ABSENT; /* registers and pages cannot be asked for here */
    mate_line_letters(b->text[0], address, bytes);
    ask->length = 0;
    ask->pass = pass_others;
    ask->whole = line_whole;
    ask->patience_us = LINE_PATIENCE_US;
    return OK;
}

static bool stream_piece(const struct row *rows, const struct block *b, unsigned n,
                         struct block *to)
{
    (void)rows;
    *to = *b;
    return n == 0; /* a line is a line */
}

static int stream_parse(const char *words, struct block *to)
{
    (void)words;
    (void)to;
    return ERR_USAGE;
}

static int stream_decode(struct decoding *how, const uint8_t *asked, size_t asked_length,
                         const uint8_t *answered, size_t length, field_fn *each, void *to,
                         int *detail)
{
    (void)asked;
    (void)asked_length;
    (void)detail;
    return mate_line_decode(how, answered, length, each, to);
}

static void give(field_fn *each, void *to, const char *name, double value)
{
    each(to, &(struct field){.name = name, .value = value});
}

int mate_line_decode(struct decoding *how, const uint8_t *bytes, size_t length, field_fn *each,
                     void *to)
{
    static const struct row *const rows_of[] = {mate_hub_rows, mate_hub_rows, mate_fx_rows,
                                                mate_mx_rows, mate_dc_rows};
    struct mate_line line;
    uint8_t pages[PAGES_MAX], have[PAGES_MAX];
    int rc = mate_line_read(bytes, length, &line);

    if (rc)
        return rc;
    const struct row *rows = rows_of[line.type];
    if (how->rows != rows && how->rows != mate_hub_rows)
        return ERR_FOREIGN; /* of another kind */
    mate_line_to_pages(&line, pages, have);
    unsigned kind = line.type != MATE_FX ? (pages[0] & 0x80 ? KIND_COUNTS_AH : 0)
                    : pages[FX_MISC] & 1 ? KIND_230V
                                         : KIND_120V;
    char letter[] = {line.letter, 0};
    each(to, &(struct field){.name = "address", .is_text = true, .text = letter});
    give(each, to, "port", line.port);
    uint16_t first = line.type == MATE_DC ? 0x0a00 : 0x0100;
    struct stretch s = {first, PAGES_MAX, pages, have};
    mate_give_pages(rows, kind, &s, first, PAGES_MAX, each, to);
    if (line.type == MATE_DC)
        bytes_decode(mate_dc_line_rows, MATE_STATUS, 0, &s, first, PAGES_MAX, each, to);
    give(each, to, "checksum", line.sum);
    return OK;
}

/* Without a port in the settings: the first of its kind that is heard is the one. */
int mate_stream_meet(struct device *d)
{
    struct mate_memory *m = d->memory;
    struct mate_line line;
    struct answer a;

    m->is_sought |= d->address == 0;
    if (!m->is_sought)
        return OK;
    d->address = 0;
    int rc = device_ask(d, &d->blocks[0], &a);
    if (!rc)
        rc = mate_line_read(a.bytes, a.length, &line);
    if (rc)
        return rc;
    d->address = line.port;
    log_info(d->name, "heard on port %u", line.port);
    return OK;
}

const struct speech mate_stream = {
    .words_help = "nothing: a MATE's own stream is listened to",
    .question = stream_question,
    .piece = stream_piece,
    .parse = stream_parse,
    .decode = stream_decode,
    .heard = mate_heard,
    .answer = mate_answer,
    .refuse = mate_refuse,
    .announce = mate_announce,
    .stranger = mate_stranger,
};
