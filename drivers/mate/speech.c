/* How MATEnet is spoken: questions, and what answers say (drivers/mate/mate.h). */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { LOG_DAYS = 128, SHAPE_LEAST = 1, NO_PORT = 0xff };

static int mate_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    size_t skipped;
    int rc = mate_judge(ask->bytes, bytes, length, &skipped);

    return rc == ERR_TIMEOUT ? 0 : rc ? rc : (int)length;
}

static int mate_question(uint8_t address, const struct block *b, uint8_t bytes[ASK_MAX],
                         struct ask *ask)
{
    uint16_t at = b->function == MATE_STATUS ? mate_page_of(b->start)
                  : b->function == MATE_LOG  ? 0
                                             : b->start;
    uint16_t value = b->function == MATE_LOG ? b->start / (MATE_DAY * 8) : 0;

    ask->length = mate_ask(bytes, address, b->function, at, value);
    ask->whole = mate_whole;
    /* An answer names neither port nor register: those of one length look alike. */
    ask->shape = (uint32_t)SHAPE_LEAST + b->function;
    return OK;
}

/* Pages are asked one by one, registers too; only those that have a name. */
static bool mate_piece(const struct row *rows, const struct block *b, unsigned n, struct block *to)
{
    *to = *b;
    if (b->function == MATE_LOG)
        return n == 0;
    if (b->function == MATE_STATUS) {
        to->start = (uint16_t)(b->start + n * MATE_PAGE);
        to->count = MATE_PAGE;
        return n * MATE_PAGE < b->count;
    }
    to->count = 1;
    for (unsigned at = b->start; at < (unsigned)b->start + b->count; at++) {
        bool is_named = false;
        for (const struct row *row = rows; row->native && !is_named; row++)
            is_named = row->in == MATE_READ && row->at == at;
        to->start = (uint16_t)at;
        if (is_named && n-- == 0)
            return true;
    }
    return false;
}

/* "0x016a", "status", "status:0x0b", "log:1" */
static int mate_parse(const char *words, struct block *to)
{
    const char *colon = strchr(words, ':');
    int64_t number = 0;

    *to = (struct block){.name = "asked", .refresh = ON_DEMAND, .count = 1};
    if (colon && !integer_read(colon + 1, &number))
        return ERR_USAGE;
    if (!strncmp(words, "log", 3) && (!words[3] || colon == words + 3)) {
        to->function = MATE_LOG;
        to->start = (uint16_t)(number * MATE_DAY * 8);
        return number < 0 || number >= LOG_DAYS ? ERR_USAGE : OK;
    }
    if (!strncmp(words, "status", 6) && (!words[6] || colon == words + 6)) {
        to->function = MATE_STATUS;
        to->start = (uint16_t)((colon ? number : 1) << 8);
        return number < 0 || number > 0xff ? ERR_USAGE : OK;
    }
    if (!integer_read(words, &number) || number < 0 || number > 0xffff)
        return ERR_USAGE;
    to->function = MATE_READ;
    to->start = (uint16_t)number;
    return OK;
}

/* ---- answers ------------------------------------------------------------------------------ */

/* Fields on their way out; what an FX's powers are made of is noted as it passes. */
struct passing {
    field_fn *each;
    void *to;
    double inverter_a, charge_a, buy_a, sell_a, input_v, output_v;
};

static void pass(void *to, const struct field *f)
{
    struct passing *p = to;
    const struct {
        const char *name;
        double *to;
    } wanted[] = {{"inverter_current", &p->inverter_a}, {"charge_current", &p->charge_a},
                  {"buy_current", &p->buy_a},           {"sell_current", &p->sell_a},
                  {"input_voltage", &p->input_v},       {"output_voltage", &p->output_v}};

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strcmp(wanted[i].name, f->name))
            *wanted[i].to = f->value;
    p->each(p->to, f);
}

static void give(field_fn *each, void *to, const char *name, double value)
{
    each(to, &(struct field){.name = name, .value = value});
}

/* The device reports currents and voltages; its powers follow, in kilowatts as its display has
 * them. */
static void give_powers(const struct passing *p)
{
#define KW_ROW(n, m)                                                                               \
    {                                                                                              \
        .native = n, .metric = M_##m, .per = 1, .scale = 0.001, .unit = "kW"                       \
    }
    static const struct row made[] = {
        KW_ROW("inverter_power", INVERTER_POWER), KW_ROW("charge_power", GRID_CHARGE_POWER),
        KW_ROW("buy_power", GRID_IMPORT_POWER), KW_ROW("sell_power", GRID_EXPORT_POWER)};
    const double kw[] = {p->inverter_a * p->output_v / 1000, p->charge_a * p->input_v / 1000,
                         p->buy_a * p->input_v / 1000, p->sell_a * p->output_v / 1000};

    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        p->each(p->to, &(struct field){.name = made[i].native, .row = &made[i], .value = kw[i]});
}

void mate_give_pages(const struct row *rows, unsigned kind, const struct stretch *s, uint16_t from,
                     uint16_t count, field_fn *each, void *to)
{
    struct passing p = {.each = each, .to = to};

    bytes_decode(rows, MATE_STATUS, kind, s, from, count, pass, &p);
    if (rows == mate_fx_rows)
        give_powers(&p);
}

static unsigned type_of(const struct row *rows)
{
    return rows == mate_mx_rows   ? MATE_MX
           : rows == mate_fx_rows ? MATE_FX
           : rows == mate_dc_rows ? MATE_DC
                                  : 0;
}

/* Which row table goes with a type of device, for who listens to all of them. */
static const struct row *rows_of(unsigned type)
{
    return type == MATE_MX   ? mate_mx_rows
           : type == MATE_FX ? mate_fx_rows
           : type == MATE_DC ? mate_dc_rows
                             : mate_hub_rows;
}

/* A page goes among those of its reading that are here already: it must have followed them. */
static void keep_page(struct decoding *how, uint8_t port, uint8_t page, unsigned from,
                      const uint8_t *payload)
{
    if (port != how->last_address || page != how->last_page + 1)
        memset(how->have, 0, sizeof how->have);
    how->last_address = port;
    how->last_page = page;
    memcpy(how->pages + from, payload, MATE_PAGE);
    memset(how->have + from, 1, MATE_PAGE);
}

/* Who listens to everybody learns from the traffic who sits where. */
static void note_who(struct decoding *how, uint8_t port, unsigned type, unsigned kind)
{
    if (port >= HEARD_MAX || type < MATE_HUB || type > MATE_DC)
        return;
    how->heard[port].type = (uint8_t)type;
    how->heard[port].kind = (uint8_t)kind;
}

static const struct row *rows_for(const struct decoding *how, uint8_t port)
{
    bool is_open = !type_of(how->rows);

    return is_open && port < HEARD_MAX ? rows_of(how->heard[port].type) : how->rows;
}

static int decode_page(struct decoding *how, uint8_t port, uint8_t page, const uint8_t *b,
                       field_fn *each, void *to)
{
    unsigned type = type_of(how->rows);
    const struct row *rows = type ? how->rows : rows_of(b[0]);
    unsigned base = rows == mate_dc_rows ? 0x0a : 1, kind = how->kind;

    if (type && b[0] && b[0] != type)
        return ERR_FOREIGN; /* a neighbour's */
    if (page < base || page >= base + MATE_PAGES)
        return ERR_FUNCTION;
    unsigned from = (page - base) * MATE_PAGE;
    keep_page(how, port, page, from, b + 1);
    if (rows == mate_fx_rows)
        kind = how->kind = b[1 + FX_MISC] & 1 ? KIND_230V : KIND_120V;
    if (rows == mate_mx_rows)
        kind = how->kind = b[1] & 0x80 ? KIND_COUNTS_AH : KIND_NO_AH;
    note_who(how, port, b[0], rows == mate_fx_rows ? kind : 0);
    give(each, to, "page", page);
    give(each, to, "payload_len", MATE_PAGE);
    struct stretch s = {(uint16_t)(base << 8), PAGES_MAX, how->pages, how->have};
    mate_give_pages(rows, kind, &s, (uint16_t)((base << 8) + from), MATE_PAGE, each, to);
    return OK;
}

static void decode_register(struct decoding *how, uint8_t port, uint16_t at, uint16_t value,
                            field_fn *each, void *to)
{
    const struct row *rows = rows_for(how, port);
    unsigned known = rows == how->rows ? how->kind : how->heard[port].kind;
    unsigned kind = known ? known : KIND_COUNTS_AH; /* what depends on it is left out */

    if (at == REG_TYPE)
        note_who(how, port, value & 0xff, known);
    give(each, to, "value", value);
    for (const struct row *row = rows; row->native; row++)
        if (row->in == MATE_READ && row->at == at && (!row->kinds || row->kinds & kind)) {
            struct row one[] = {*row, {.native = NULL}};
            (void)rows_decode(one, MATE_READ, at, &value, 1, each, to);
        }
}

static void give_text(field_fn *each, void *to, const char *name, const char *format, unsigned a,
                      unsigned b, unsigned c)
{
    char said[40];

    snprintf(said, sizeof said, format, a, b, c);
    each(to, &(struct field){.name = name, .is_text = true, .text = said});
}

/* What was written, and what came back: an MX gives only the lower byte, others a new state. */
static void decode_write(const uint8_t *asked, uint16_t reply, field_fn *each, void *to)
{
    uint16_t at = (uint16_t)(asked[2] << 8 | asked[3]),
             value = (uint16_t)(asked[4] << 8 | asked[5]);

    give(each, to, "value", value);
    give(each, to, "reply_value", reply);
    if (at == REG_TIME)
        give_text(each, to, "time", "%02u:%02u:%02u", value >> 11, value >> 5 & 63u,
                  (value & 31u) * 2);
    if (at == REG_DATE)
        give_text(each, to, "date", "%04u-%02u-%02u", 2000u + (value >> 9), value >> 5 & 15u,
                  value & 31u);
    if (at == REG_TELL_TEMPERATURE)
        give(each, to, "battery_temp", mate_celsius(value));
}

/* A reply alone, without its question: what can it be, of somebody on some port? */
static void guess_question(const uint8_t *b, size_t length, uint8_t asked[ASK_MAX])
{
    uint8_t command = length == 1 + MATE_PAGE + 2    ? MATE_STATUS
                      : length == 1 + MATE_DAY + 2   ? MATE_LOG
                      : length && b[0] == MATE_WRITE ? MATE_WRITE
                                                     : MATE_READ;

    (void)mate_ask(asked, NO_PORT, command, command == MATE_STATUS ? 1 : 0, 0);
}

/* Without its question nobody knows which register it was, nor which of a FLEXnet's pages. */
static bool is_nameless(const uint8_t *asked, const uint8_t *b, field_fn *each, void *to)
{
    if (asked[0] != NO_PORT || asked[1] == MATE_LOG || (asked[1] == MATE_STATUS && b[0] != MATE_DC))
        return false;
    if (asked[1] == MATE_STATUS)
        give(each, to, "payload_len", MATE_PAGE);
    else
        give(each, to, "value", b[1] << 8 | b[2]);
    return true;
}

static int mate_decode(struct decoding *how, const uint8_t *asked, size_t asked_length,
                       const uint8_t *b, size_t length, field_fn *each, void *to, int *detail)
{
    uint8_t guessed[ASK_MAX];
    size_t skipped;

    if (!asked_length && mate_is_line(b, length))
        return mate_line_decode(how, b, length, each, to);
    if (!asked_length) {
        guess_question(b, length, guessed);
        asked = guessed;
        asked_length = MATE_ASKED;
    }
    if (asked_length != MATE_ASKED || mate_sum(asked, 6) != (uint16_t)(asked[6] << 8 | asked[7]))
        return ERR_DATA;
    int rc = mate_judge(asked, b, length, &skipped);
    if (rc == ERR_REFUSED)
        *detail = MATE_ERROR | asked[1];
    if (rc)
        return rc;
    b += skipped;
    if (is_nameless(asked, b, each, to))
        return OK;
    uint16_t at = (uint16_t)(asked[2] << 8 | asked[3]), value = (uint16_t)(b[1] << 8 | b[2]);
    switch (asked[1]) {
    case MATE_STATUS:
        return decode_page(how, asked[0], (uint8_t)at, b, each, to);
    case MATE_READ:
        decode_register(how, asked[0], at, value, each, to);
        return OK;
    case MATE_WRITE:
        decode_write(asked, value, each, to);
        return OK;
    case MATE_LOG: {
        struct stretch s = {0, MATE_DAY, b + 1, NULL};
        unsigned kind = how->kind == KIND_NO_AH ? KIND_NO_AH : KIND_COUNTS_AH;
        bytes_decode(mate_mx_rows, MATE_LOG, kind, &s, 0, MATE_DAY, each, to);
        return OK;
    }
    default:
        return ERR_FUNCTION;
    }
}

const struct speech mate_speech = {
    .words_help = "REGISTER, status, status:PAGE, log:DAY (0 to 127): 0x016a, status:0x0b, log:1",
    .question = mate_question,
    .piece = mate_piece,
    .parse = mate_parse,
    .decode = mate_decode,
    .tapped = mate_tapped,
    .heard = mate_heard,
    .answer = mate_answer,
    .refuse = mate_refuse,
    .announce = mate_announce,
    .stranger = mate_stranger,
};
