/* How the family speaks: questions to bytes, bytes to fields (drivers/axpert/axpert.h). */
#include "drivers/axpert/axpert.h"

#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* An answer names no question, and how many words it has does not tell: ratings look like a status,
 * and NAK looks like NAK. So any late answer could pass for the next one. */
enum { CR = 0x0d, SHAPE = 1 };

static int axpert_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    struct axpert_frame frame;
    int rc = axpert_judge(ask->bytes, ask->length, bytes, length, &frame);

    if (rc == ERR_TIMEOUT || rc == ERR_ECHO)
        return 0; /* more to come */
    return rc ? rc : (int)frame.end;
}

/* "QED%Y%m%d" asks for today; # stands for the first unit. */
static void spell(const struct block *b, char *to, size_t size)
{
    time_t now = (time_t)(clock_wall_ms() / MS_PER_S);
    struct tm t;

    localtime_r(&now, &t);
    snprintf(to, size, "%s", b->text);
    if (strchr(b->text, '%') && !strftime(to, size, b->text, &t))
        *to = '\0';
    for (char *at = to; *at; at++)
        if (*at == '#')
            *at = '0';
}

static int axpert_question(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                           struct ask *ask)
{
    char command[AXPERT_REQUEST_MAX + 1];

    (void)address; /* one unit a wire */
    if (!b->text || strlen(b->text) > AXPERT_REQUEST_MAX)
        return ERR_USAGE;
    spell(b, command, sizeof command);
    ask->length = axpert_request(command, bytes);
    ask->whole = axpert_whole;
    ask->opening = '(';
    ask->tail = '\n';           /* some end a frame with CR LF */
    ask->patience_us = 2000000; /* its processor has better things to do at times */
    ask->shape = SHAPE;
    return ask->length ? OK : ERR_USAGE;
}

static bool is_command(const char *words)
{
    size_t length = strlen(words);

    if (!length || length > AXPERT_REQUEST_MAX || !isupper((unsigned char)words[0]))
        return false;
    for (; *words; words++)
        if (!isalnum((unsigned char)*words) && !strchr(".+-", *words))
            return false;
    return true;
}

static int axpert_parse(const char *words, struct block *to)
{
    uint8_t bytes[ASK_MAX];
    size_t length = is_command(words) ? axpert_request(words, bytes) : 0;
    const struct block *known = length ? axpert_block_of(bytes, length) : NULL;

    if (!length) /* "PBFT 53.0": a command and its value */
        return strchr(words, ' ') && isupper((unsigned char)words[0]) && words[0] != 'Q'
                   ? ERR_DENIED
                   : ERR_USAGE;
    *to = known ? *known : (struct block){.name = "asked", .refresh = ON_DEMAND};
    to->text = words;                         /* borrowed, as the header says of blocks */
    return words[0] == 'Q' ? OK : ERR_DENIED; /* anything else changes something */
}

/* What may wreck a unit, or is for its maker: never sent, not even raw. */
static const char *const factory[] = {"PSAVE", "PSDF", "PBATH", "PBATL", "PMID", "BTA",
                                      "PVA",   "CF",   "SID",   "ATE",   "PF",   "PBATCD"};

static bool is_factory(const char *words)
{
    for (size_t i = 0; i < sizeof factory / sizeof *factory; i++)
        if (!strncmp(words, factory[i], strlen(factory[i])))
            return true;
    /* PBFnnnn calibrates the fan; PBFTnn.n is the float voltage */
    return !strncmp(words, "PBF", 3) && words[3] != 'T';
}

static int axpert_command(const char *words, struct block *to, struct told *told)
{
    const char *why = !is_command(words)  ? "is no command of this family"
                      : words[0] == 'Q'   ? "is a question: leave --write away"
                      : is_factory(words) ? "is for the maker, or wrecks the settings"
                                          : NULL;

    *to = (struct block){.name = "command", .text = words};
    if (!why)
        return OK;
    snprintf(told->why, sizeof told->why, "\"%.40s\" %s", words, why);
    return is_factory(words) ? ERR_DENIED : ERR_USAGE;
}

/* ---- answers ------------------------------------------------------------------------------ */

/* How many of the words mean what the rows say. Ratings of 28 words end with a time, a choice and
 * a current, or with two voltages and a number that nobody described: a point gives those away. */
enum { RATINGS_AGREED = 25, RATINGS_TAIL = 28 };

static unsigned described(uint8_t in, const struct word_list *w)
{
    if (in == QPIRI && w->count >= RATINGS_TAIL)
        for (unsigned i = RATINGS_AGREED; i < RATINGS_TAIL; i++)
            if (strchr(w->at[i], '.'))
                return RATINGS_AGREED;
    return w->count;
}

/* Words beyond those that anybody described. */
static void give_tail(const struct row *rows, uint8_t in, const struct word_list *w,
                      unsigned agreed, field_fn *each, void *to)
{
    unsigned known = 0;

    for (const struct row *row = rows; row->native; row++)
        if (row->in == in && in && (!row->of || row->of == w->count)) {
            bool is_rest = (row->form == WORD_TEXT && !row->width) || row->form == CHOICES;
            known = is_rest ? w->count : row->at >= known ? row->at + 1u : known;
        }
    for (unsigned i = known < agreed ? known : agreed; i < w->count; i++) {
        char name[16];
        snprintf(name, sizeof name, "extra%u", i);
        each(to, &(struct field){.name = name, .is_text = true, .text = w->at[i]});
    }
}

static int axpert_decode(struct decoding *how, const uint8_t *asked, size_t asked_length,
                         const uint8_t *answered, size_t length, field_fn *each, void *to,
                         int *detail)
{
    struct axpert_frame frame;
    struct word_list w;
    int rc = axpert_judge(asked, asked_length, answered, length, &frame);

    *detail = frame.said;
    if (rc || frame.said == AXPERT_ACK)
        return rc;
    rc = words_cut(&w, frame.payload, frame.length);
    if (rc)
        return rc;
    const struct block *b = axpert_block_of(asked, asked_length);
    uint8_t in = b ? b->function : 0;
    unsigned all = w.count, agreed = described(in, &w);
    w.count = agreed;
    words_decode(how->rows, in, how->kind ? how->kind : KIND_UNKNOWN, &w, each, to);
    w.count = all;
    give_tail(how->rows, in, &w, agreed, each, to);
    return OK;
}

/* The words of the family's own test data. */
static const char *axpert_result(int rc, int detail)
{
    if (detail == AXPERT_NAK)
        return "nak";
    if (detail == AXPERT_ACK)
        return "ack";
    return rc == ERR_CRC ? "bad_crc" : error_word(rc);
}

/* ---- the other side ----------------------------------------------------------------------- */

static int axpert_heard(const uint8_t *bytes, size_t length)
{
    const uint8_t *end = memchr(bytes, CR, length);

    if (length && bytes[0] == 0)
        return ERR_GARBAGE; /* padding of a report */
    if (!end)
        return length > AXPERT_REQUEST_MAX + 3 ? ERR_GARBAGE : 0;
    return (int)(end - bytes) + 1;
}

static void axpert_refuse(const uint8_t *asked, size_t length, struct answer *a)
{
    (void)asked;
    (void)length;
    memcpy(a->bytes, "(NAKss\r", 7);
    a->length = 7;
}

const struct speech axpert_speech = {
    .is_words = true,
    .words_help = "a question of the PI30 protocol, in capitals: QPIGS, QPIRI, QED20261121",
    .question = axpert_question,
    .other_way = axpert_raise,
    .parse = axpert_parse,
    .command = axpert_command,
    .decode = axpert_decode,
    .result = axpert_result,
    .heard = axpert_heard,
    .answer = axpert_answer,
    .refuse = axpert_refuse,
    .stranger = axpert_stranger,
};
