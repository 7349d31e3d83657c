/* How the family speaks: questions, and what answers say (drivers/goodwe/goodwe.h). */
#include "drivers/goodwe/goodwe.h"

#include "base/text.h"

#include <string.h>

/* The head that USB wants; nothing on a serial line. */
void goodwe_dress(const struct speech *speech, uint8_t bytes[], struct ask *ask)
{
    const uint8_t dress[GOODWE_USB_DRESS] = {GOODWE_USB_HEAD, 0x99, (uint8_t)ask->length};

    ask->bytes = bytes;
    if (speech != &goodwe_usb_speech)
        return;
    memmove(bytes + sizeof dress, bytes, ask->length);
    memcpy(bytes, dress, sizeof dress);
    ask->length += sizeof dress;
}

static int say_packet(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                      struct ask *ask)
{
    if (b->function < GOODWE_RUNNING || b->function > GOODWE_SETTING)
        return ERR_USAGE;
    ask->length = goodwe_make(bytes, GOODWE_MASTER, address, GOODWE_READ,
                              (uint8_t)(b->function - GOODWE_ANSWER), NULL, 0);
    ask->whole = goodwe_whole;
    ask->again_us = GOODWE_AGAIN_US;
    ask->shape = (uint32_t)address << 8 | b->function; /* an answer names who and what */
    return OK;
}

static int goodwe_question(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                           struct ask *ask)
{
    int rc = say_packet(address, b, bytes, ask);

    if (!rc)
        goodwe_dress(&goodwe_speech, bytes, ask);
    return rc;
}

static int goodwe_usb_question(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                               struct ask *ask)
{
    int rc = say_packet(address, b, bytes, ask);

    if (!rc)
        goodwe_dress(&goodwe_usb_speech, bytes, ask);
    return rc;
}

/* One packet a question; nothing of it can be asked alone. */
static bool goodwe_piece(const struct row *rows, const struct block *b, unsigned n,
                         struct block *to)
{
    (void)rows;
    *to = *b;
    return n == 0;
}

/* What may be asked: how long an answer is, and the least of it that says anything. */
static const struct {
    const char *word;
    uint8_t function, count, least;
} words[] = {{"running", GOODWE_RUNNING, DATA_THREE, DATA_ONE},
             {"id", GOODWE_ID, DATA_ID, DATA_ID},
             {"setting", GOODWE_SETTING, DATA_SETTING, DATA_SETTING}};

static int goodwe_parse(const char *said, struct block *to)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(said, words[i].word)) {
            *to = (struct block){.name = "asked",
                                 .refresh = ON_DEMAND,
                                 .function = words[i].function,
                                 .count = words[i].count};
            return OK;
        }
    return ERR_USAGE;
}

/* ---- answers ------------------------------------------------------------------------------ */

struct teller {
    field_fn *each;
    void *to;
};

static void give(const struct teller *t, const char *name, double value)
{
    t->each(t->to, &(struct field){.name = name, .value = value});
}

static void give_text(const struct teller *t, const char *name, const char *text)
{
    t->each(t->to, &(struct field){.name = name, .is_text = true, .text = text});
}

static const char *error_name(unsigned bit)
{
    switch (bit) {
#define GOODWE_ERROR(b, name, set, means)                                                          \
    case b:                                                                                        \
        return name;
#include "drivers/goodwe/errors.def"
#undef GOODWE_ERROR
    default:
        return NULL;
    }
}

/* The numbers of the bits that are set, and what those that have a name mean. */
static void give_errors(const struct teller *t, const uint8_t *b)
{
    char numbers[100], names[500];
    struct text bits = text_on(numbers, sizeof numbers), text = text_on(names, sizeof names);

    for (unsigned bit = 0; bit < 32; bit++) {
        if (!(b[3 - bit / 8] >> bit % 8 & 1))
            continue;
        const char *name = error_name(bit);
        text_format(&bits, "%s%u", bits.used ? "," : "", bit);
        if (name)
            text_format(&text, "%s%s", text.used ? ", " : "", name);
    }
    give_text(t, "error_bits", numbers);
    give_text(t, "error_text", names);
}

static void give_serial(const struct teller *t, const struct goodwe_packet *p)
{
    char serial[GOODWE_SERIAL + 1] = "";

    memcpy(serial, p->data, GOODWE_SERIAL);
    for (char *at = serial; at < serial + GOODWE_SERIAL; at++)
        if (*at < ' ' || *at > '~')
            *at = '.';
    give_text(t, "serial", serial);
}

/* How much of it must be there. 0: nobody has described such a packet. */
static unsigned least_length(const struct goodwe_packet *p)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p->control == GOODWE_READ && p->function == words[i].function)
            return words[i].least;
    return 0;
}

static void give_head(const struct teller *t, const struct goodwe_packet *p)
{
    give(t, "src", p->from);
    give(t, "dst", p->to);
    give(t, "control", p->control);
    give(t, "function", p->function);
    give(t, "length", p->length);
    give(t, "checksum", p->sum);
}

/* What is said while an address is given and taken. */
static int decode_registering(const struct goodwe_packet *p, const struct teller *t)
{
    switch (p->function) {
    case GOODWE_OFFLINE | GOODWE_ANSWER:
        if (p->length < GOODWE_SERIAL)
            return ERR_SHORT;
        give_head(t, p);
        give_serial(t, p);
        return OK;
    case GOODWE_ALLOCATE | GOODWE_ANSWER:
    case GOODWE_REMOVE | GOODWE_ANSWER:
        give_head(t, p);
        give(t, "address", p->from);
        return OK;
    default:
        return ERR_FUNCTION;
    }
}

/* All bits set is how it says that it has none: a second string, a counter of days. */
static bool is_none(const struct field *f)
{
    const struct row *row = f->row;
    double all_set = row->form == BE16 ? UINT16_MAX : row->form == BE32 ? UINT32_MAX : 0;

    return row->metric != M_NONE && !row->words && all_set > 0 && f->value * row->per > all_set - 1;
}

static void give_what_it_has(void *to, const struct field *f)
{
    const struct teller *t = to;

    if (!is_none(f))
        t->each(t->to, f);
}

static int decode_packet(struct decoding *how, const struct goodwe_packet *p,
                         const struct teller *t)
{
    unsigned least = least_length(p), kind = 0;

    if (p->control == GOODWE_REGISTER)
        return decode_registering(p, t);
    if (!least)
        return ERR_FUNCTION;
    if (p->length < least) /* its sum is right, so it is whole: a unit nobody described */
        return ERR_PROTOCOL;
    give_head(t, p);
    if (p->function == GOODWE_RUNNING) {
        kind = how->kind = goodwe_kind(p->length);
        give(t, "phases", kind == KIND_THREE ? 3 : 1);
        give_errors(t, p->data + (kind == KIND_THREE ? ERRORS_THREE : ERRORS_ONE));
    }
    struct stretch s = {0, p->length, p->data, NULL};
    struct teller has = *t;
    bytes_decode(how->rows, p->function, kind, &s, 0, p->length, give_what_it_has, &has);
    return OK;
}

/* A stream may hold several packets. What is right of them is told; when nothing is, why. */
static int decode_stream(struct decoding *how, const uint8_t *bytes, size_t length,
                         const struct teller *t)
{
    struct goodwe_packet p;
    int found = ERR_TIMEOUT, rc = OK;

    for (size_t at = 0; at < length && !rc; at += p.end) {
        rc = goodwe_hunt(bytes + at, length - at, &p);
        if (rc)
            return found == ERR_TIMEOUT ? rc : found; /* junk behind a packet is no fault of it */
        int said = decode_packet(how, &p, t);
        found = found == OK ? OK : said;
    }
    return found;
}

static int goodwe_decode(struct decoding *how, const uint8_t *asked, size_t asked_length,
                         const uint8_t *bytes, size_t length, field_fn *each, void *to, int *detail)
{
    const struct teller t = {each, to};
    struct goodwe_packet question, p;

    *detail = 0;
    if (!asked_length)
        return decode_stream(how, bytes, length, &t);
    size_t dress = (size_t)(goodwe_asked(asked) - asked);
    asked += dress;
    asked_length -= dress < asked_length ? dress : asked_length;
    if (goodwe_hunt(asked, asked_length, &question) != OK || question.end != asked_length ||
        question.data != asked + GOODWE_HEAD)
        return ERR_DATA;
    if (question.control == GOODWE_REGISTER && question.function == GOODWE_ALLOCATE &&
        question.length <= GOODWE_SERIAL)
        return ERR_DATA;
    int rc = goodwe_judge(asked, bytes, length, &p);
    return rc ? rc : decode_packet(how, &p, &t);
}

/* The words of the family's own test data. */
static const char *goodwe_result(int rc, int detail)
{
    (void)detail;
    switch (rc) {
    case ERR_CRC:
        return "bad-checksum";
    case ERR_TIMEOUT:
        return "incomplete";
    case ERR_FOREIGN:
        return "not-aa55";
    case ERR_SHORT:
    case ERR_PROTOCOL:
        return "unknown-length";
    case ERR_FUNCTION:
        return "unknown-function";
    default:
        return error_word(rc);
    }
}

#define GOODWE_SPEECH(asks)                                                                        \
    {                                                                                              \
        .words_help = "running, id or setting: what it makes, who it is, how it was set up",       \
        .question = (asks), .piece = goodwe_piece, .parse = goodwe_parse, .decode = goodwe_decode, \
        .result = goodwe_result, .all_answer = true, .heard = goodwe_heard,                        \
        .answer = goodwe_answer, .refuse = goodwe_refuse, .stranger = goodwe_stranger,             \
    }

const struct speech goodwe_speech = GOODWE_SPEECH(goodwe_question);
const struct speech goodwe_usb_speech = GOODWE_SPEECH(goodwe_usb_question);
