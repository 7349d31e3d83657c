/* helio ask: one raw question, the answer decoded as far as the rows know it. */
#include "collector/cli/show.h"
#include "collector/cli/verb.h"
#include "collector/run/control_ask.h"
#include "collector/run/telling.h"

#include "base/log.h"

#include <string.h>

static const struct option_row options[] = {
    {"raw", 'r', NULL, "the bytes of the answer"},
    {"text", 't', NULL, "the answer as it was written, of devices that speak in words"},
    {"json", 'j', NULL, "one JSON object"},
    {"write", 0, NULL,
     "send it even if it changes something, where allow_tell = yes: once, unchecked, at your own "
     "risk"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

static void print_field(void *to, const struct field *f)
{
    show_field(to, f);
}

static void add_field(void *to, const struct field *f)
{
    json_field(to, f);
}

static int print_json(struct device *d, const uint8_t *asked, size_t length, const struct answer *a)
{
    static char line[16384];
    struct text text = text_on(line, sizeof line);
    struct json j = json_on(&text);
    int detail = 0, rc;

    json_open(&j, NULL, '{');
    json_open(&j, "fields", '{');
    rc = d->speech->decode(&d->how, asked, length, a->bytes, a->length, add_field, &j, &detail);
    json_close(&j, '}');
    json_string(&j, "result", error_word(rc));
    json_close(&j, '}');
    printf("%s\n", line);
    return rc;
}

/* What other programs print of such an answer: "(230.0 50.0 ...". */
static int print_words(struct call *c, const struct answer *a)
{
    size_t length = a->length;

    while (length && (a->bytes[length - 1] == '\r' || a->bytes[length - 1] == '\n'))
        length--;
    length -= length < 2 ? length : 2;
    for (size_t i = 0; i < length; i++)
        if (a->bytes[i] < ' ' || a->bytes[i] > '~')
            return bad_call(c, "this answer is no text; --raw prints its bytes");
    printf("%.*s\n", (int)length, (const char *)a->bytes);
    return OK;
}

static int print_answer(struct call *c, struct device *d, const char *words, const struct block *b,
                        struct answer *a)
{
    uint8_t asked[ASK_MAX];
    char hex[3 * ANSWER_MAX + 1];
    struct text text = text_on(hex, sizeof hex);
    struct ask ask = {0};
    int detail = 0, rc = d->speech->question(d->address, b, asked, &ask);

    if (rc)
        return rc;
    if (call_has(c, "raw")) {
        text_hex(&text, a->bytes, a->length);
        printf("%s\n", hex);
        return OK;
    }
    if (call_has(c, "text"))
        return print_words(c, a);
    if (call_has(c, "json"))
        return print_json(d, asked, ask.length, a);
    rc = d->speech->decode(&d->how, asked, ask.length, a->bytes, a->length, print_field, stdout,
                           &detail);
    if (rc == ERR_REFUSED && d->speech->result)
        log_err(d->name, "%s (%s): it does not know \"%s\", or not now", error_text(rc),
                d->speech->result(rc, detail), words);
    else if (rc == ERR_REFUSED)
        log_err(d->name, "%s (exception %d)", error_text(rc), detail);
    return rc;
}

/* What an answer means may depend on what else the unit says of itself. */
static int learn_kind(struct device *d, const struct block *b)
{
    struct reading r = {0};
    int rc = OK;

    for (const struct row *row = d->driver->rows; row->native && !rc; row++)
        if (row->in == b->function && row->at >= b->start && row->at < b->start + b->count)
            rc = device_learn_kind(d, row, device_collect, &r);
    return rc;
}

/* "PBFT 53.0" is one command: the words are put together as the family writes them. */
static int join(struct call *c, const char *between, char *to, size_t size)
{
    struct text text = text_on(to, size);

    for (int i = 1; i < c->count; i++)
        text_format(&text, "%s%s", i > 1 ? between : "", c->words[i]);
    return text.is_cut ? bad_call(c, "that is too long for a question") : OK;
}

static int send_here(struct call *c, const struct addressee *to, const char *words)
{
    struct told told = {0};
    struct house house = {0};
    int rc = house_build(&house, c->plan);

    if (!rc && call_has(c, "record"))
        rc = house_record(&house, call_text(c, "record", ""));
    if (!rc) {
        rc = telling_raw(&house, to, words, &told);
        if (rc)
            log_err(to->name, "%s: %s", words, told.why);
        else
            printf("%s: %s: %s\n", to->name, words, told.why);
    }
    house_raze(&house);
    return rc;
}

/* A raw command: by the same way as helio tell, but sent as it stands. */
static int write_raw(struct call *c)
{
    char words[ORDER_TEXT];
    struct addressee to = {.name = c->words[0]};
    const char *const request[] = {"raw", c->words[0], words};
    int rc = join(c, "", words, sizeof words);

    if (!rc && !addressee_find(c->plan, c->words[0], &to))
        rc = plan_find(c->plan, c->words[0], &to.at);
    if (rc)
        return rc;
    log_note(to.name, "sending \"%s\" once", words);
    if (c->plan->devices[to.at].section->file && !call_has(c, "record")) {
        rc = control_ask(c->plan, request, 3, NULL);
        if (rc != ERR_ABSENT)
            return rc;
    }
    return send_here(c, &to, words);
}

static int run_ask(struct call *c)
{
    char words[ORDER_TEXT] = "";
    struct visit v = {0};
    char came[CAME_ROOM];
    struct block b;
    struct answer a;
    int rc;

    if (c->count < 2)
        return bad_call(c, "a device and a question are needed");
    rc = join(c, " ", words, sizeof words);
    if (!rc && call_has(c, "write"))
        return write_raw(c);
    if (!rc)
        rc = visit_begin(&v, c, c->words[0]);
    if (!rc) {
        const struct speech *speech = v.device->driver->speech;
        rc = speech->parse(words, &b);
        if (rc == ERR_DENIED)
            log_err(v.device->name, "\"%s\" would change something: use helio tell%s", words,
                    speech->command ? ", or --write at your own risk" : "");
        else if (rc)
            bad_call(c, "\"%s\" is no question for the %s; write %s", words, v.device->driver->name,
                     speech->words_help);
    }
    if (!rc && call_has(c, "text") && !v.device->speech->is_words)
        rc = bad_call(c, "the %s does not speak in words; --raw prints the bytes",
                      v.device->driver->name);
    if (!rc && !call_has(c, "raw") && learn_kind(v.device, &b))
        log_debug(v.device->name, "which kind it is, it does not say now");
    if (!rc) {
        rc = device_ask(v.device, &b, &a);
        if (rc && rc != ERR_REFUSED)
            log_err(v.device->name, "%s (address %u)%s", error_text(rc), v.device->address,
                    device_came(v.device, rc, came));
        else
            rc = print_answer(c, v.device, words, &b, &a);
    }
    visit_end(&v);
    return rc;
}

const struct verb verb_ask = {
    .name = "ask",
    .synopsis = "DEVICE WORDS",
    .about =
        "one raw question, answered as far as the rows know it\n\n"
        "For Modbus devices: REGISTER[+COUNT], FUNCTION:REGISTER[+COUNT], or identity; for an\n"
        "Axpert a question of its protocol; for devices on a MATEnet REGISTER, status,\n"
        "status:PAGE, or log:DAY (of an MX; 0 is today, 127 the oldest). With --write a command\n"
        "that changes something is sent as it stands, once and unchecked, where allow_tell = yes;\n"
        "helio tell checks and reads back. A unit behind a hub is asked by DEVICE-UNIT, as in "
        "hub-mx1.",
    .examples = "  helio ask south 0x3100+5\n"
                "  helio ask south 03:0x9000+15 --json\n"
                "  helio ask tracer@rtu:/dev/ttyUSB0:1 identity\n"
                "  helio ask axpert@hid:0665:5161 QPIGS\n"
                "  helio ask axpert@hid:0665:5161 QPIGS --text\n"
                "  helio ask hub-mx1 log:1\n"
                "  helio ask axe PBFT 53.0 --write\n",
    .options = options,
    .needs_plan = true,
    .run = run_ask,
};
