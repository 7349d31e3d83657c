/* helio decode: captured bytes to numbers, without any device. */
#include "collector/show.h"
#include "collector/verb.h"

#include "base/log.h"
#include "bus/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"json", 'j', NULL, "one JSON object a line (FILE - reads REQUEST<TAB>RESPONSE in hex)"},
    {"request", 0, "HEX", "the question of one exchange"},
    {"response", 0, "HEX", "its answer; - for none"},
    {.name = NULL},
};

/* One exchange, decoded: fields for the owner of the device, metrics for everybody. */
struct decoded {
    const struct driver *driver;
    struct decoding how; /* what was learned holds for what follows */
    struct json *json;   /* NULL: print in words */
    struct reading reading;
    char fields_text[16384];
    struct text fields;
    struct json fields_json;
};

static void take_field(void *to, const struct field *f)
{
    struct decoded *d = to;

    (void)field_to_reading(f, &d->reading); /* what has no metric stays among the fields */
    if (d->json)
        json_field(&d->fields_json, f);
    else
        show_field(stdout, f);
}

static void begin(struct decoded *d, const struct driver *driver, struct json *json)
{
    d->driver = driver;
    d->how.rows = driver->rows;
    memset(d->how.have, 0, sizeof d->how.have); /* a new reading */
    d->json = json;
    d->reading.count = 0;
    d->fields = text_on(d->fields_text, sizeof d->fields_text);
    d->fields_json = json_on(&d->fields);
}

static int decode_pair(struct decoded *d, const uint8_t *asked, size_t asked_length,
                       const uint8_t *answered, size_t length, int *detail)
{
    return d->driver->speech->decode(&d->how, asked, asked_length, answered, length, take_field, d,
                                     detail);
}

static void result_text(const struct driver *driver, int rc, int detail, char *to, size_t size)
{
    if (driver->speech->result)
        snprintf(to, size, "%s", driver->speech->result(rc, detail));
    else if (rc == ERR_REFUSED && detail)
        snprintf(to, size, "exception %d", detail);
    else
        snprintf(to, size, "%s", error_word(rc));
}

/* {"result": "ok", "fields": {...}, "metrics": {...}}; anything but ok has no fields. */
static void json_outcome(struct json *json, const struct decoded *d, int rc, int detail)
{
    char result[32];

    result_text(d->driver, rc, detail, result, sizeof result);
    json_open(json, NULL, '{');
    json_string(json, "result", result);
    if (rc == OK) {
        json_open(json, "fields", '{');
        text_add(json->to, d->fields_text);
        json_close(json, '}');
        json_metrics(json, &d->reading);
    }
    json_close(json, '}');
}

/* A reading may take several exchanges: all of them must be good. */
static int decode_hex_line(const struct driver *driver, char *line, struct json *json)
{
    static struct decoded d;
    uint8_t asked[ANSWER_MAX], answered[ANSWER_MAX];
    int rc = OK, detail = 0;

    begin(&d, driver, json);
    line[strcspn(line, "\r\n")] = '\0';
    for (char *rest = line, *request; !rc && (request = strsep(&rest, "\t")) != NULL;) {
        char *response = strsep(&rest, "\t");
        int a = capture_read_bytes(request, asked, NULL, sizeof asked);
        int b = capture_read_bytes(response ? response : "-", answered, NULL, sizeof answered);
        rc = a < 0 || b < 0 ? ERR_DATA
                            : decode_pair(&d, asked, (size_t)a, answered, (size_t)b, &detail);
    }
    json_outcome(json, &d, rc, detail);
    return rc;
}

static int decode_stream(const struct driver *driver, FILE *from)
{
    static char out[40000];
    char *line = NULL;
    size_t size = 0;
    int rc = OK;

    while (!rc && getline(&line, &size, from) > 0) {
        struct text text = text_on(out, sizeof out);
        struct json json = json_on(&text);
        if (line[strspn(line, " \r\n")] == '\0')
            continue;
        (void)decode_hex_line(driver, line, &json); /* its result is in the line */
        if (printf("%s\n", out) < 0)
            rc = ERR_IO;
    }
    free(line);
    return rc;
}

/* ---- captures ---------------------------------------------------------------------------- */

struct exchange {
    uint8_t asked[ANSWER_MAX], answered[ANSWER_MAX];
    size_t asked_length, answered_length;
    bool is_begun;
};

static void print_bytes(char mark, const uint8_t *bytes, size_t length)
{
    char hex[3 * ANSWER_MAX + 1];
    struct text text = text_on(hex, sizeof hex);

    text_hex(&text, bytes, length);
    printf("%c %s\n", mark, length ? hex : "-");
}

static int finish_exchange(const struct driver *driver, struct exchange *e, bool is_json)
{
    static struct decoded d;
    static char out[40000];
    char result[32];
    struct text text = text_on(out, sizeof out);
    struct json json = json_on(&text);
    int detail = 0, rc;

    if (!e->is_begun)
        return OK;
    e->is_begun = false;
    if (!is_json)
        print_bytes('>', e->asked, e->asked_length);
    begin(&d, driver, is_json ? &json : NULL);
    rc = decode_pair(&d, e->asked, e->asked_length, e->answered, e->answered_length, &detail);
    result_text(driver, rc, detail, result, sizeof result);
    if (!is_json) {
        if (rc)
            printf("  %s\n", result);
        return rc;
    }
    json_outcome(&json, &d, rc, detail);
    printf("%s\n", out);
    return rc;
}

static int decode_capture(const struct driver *driver, FILE *from, const char *path, bool is_json)
{
    static struct exchange e;
    char line[CAPTURE_LINE];
    struct capture_line part;
    unsigned number = 0;

    while (fgets(line, sizeof line, from)) {
        number++;
        if (capture_read_line(line, &part)) {
            log_err("decode", "%s:%u: not a line of a capture", path, number);
            return ERR_DATA;
        }
        if (part.kind == CAPTURE_CASE || part.kind == CAPTURE_ASKED)
            (void)finish_exchange(driver, &e, is_json); /* what was wrong with it was printed */
        if (part.kind == CAPTURE_CASE && !is_json)
            printf("@ %s\n", part.text);
        if (part.kind == CAPTURE_ASKED) {
            e = (struct exchange){.is_begun = true, .asked_length = part.length};
            memcpy(e.asked, part.bytes, part.length);
        }
        if (part.kind == CAPTURE_ANSWERED && e.answered_length + part.length <= ANSWER_MAX) {
            memcpy(e.answered + e.answered_length, part.bytes, part.length);
            e.answered_length += part.length;
        }
    }
    (void)finish_exchange(driver, &e, is_json); /* as above */
    return OK;
}

static int decode_one(struct call *c, const struct driver *driver)
{
    char line[2 * CAPTURE_LINE];
    static char out[40000];
    struct text text = text_on(out, sizeof out);
    struct json json = json_on(&text);
    int rc;

    if (snprintf(line, sizeof line, "%s\t%s", call_text(c, "request", "-"),
                 call_text(c, "response", "-")) >= (int)sizeof line)
        return bad_call(c, "that is too long for one exchange");
    if (call_has(c, "json")) {
        rc = decode_hex_line(driver, line, &json);
        printf("%s\n", out);
        return rc;
    }
    struct exchange e = {.is_begun = true};
    int a = capture_read_bytes(call_text(c, "request", "-"), e.asked, NULL, sizeof e.asked);
    int b = capture_read_bytes(call_text(c, "response", "-"), e.answered, NULL, sizeof e.answered);
    if (a < 0 || b < 0)
        return bad_call(c, "these are no bytes in hexadecimal");
    e.asked_length = (size_t)a;
    e.answered_length = (size_t)b;
    return finish_exchange(driver, &e, false);
}

static int run_decode(struct call *c)
{
    struct nearest n = {0};
    const char *path = c->count > 1 ? c->words[1] : "-";
    const struct driver *driver;
    int rc;

    if (c->count < 1)
        return bad_call(c, "a driver is needed (see: helio list drivers)");
    driver = driver_find(c->words[0]);
    n.word = c->words[0];
    for (size_t i = 0; drivers[i]; i++)
        nearest_try(&n, drivers[i]->name);
    if (!driver)
        return bad_call(c, "\"%s\" is no driver%s%s%s", c->words[0],
                        n.best ? "; did you mean \"" : "", n.best ? n.best : "",
                        n.best ? "\"?" : "");
    if (call_has(c, "request") || call_has(c, "response"))
        return decode_one(c, driver);
    if (!strcmp(path, "-"))
        return call_has(c, "json") ? decode_stream(driver, stdin)
                                   : decode_capture(driver, stdin, "standard input", false);
    FILE *from = fopen(path, "r");
    if (!from) {
        log_err("decode", "%s: %s", path, strerror(errno));
        return ERR_INPUT;
    }
    rc = decode_capture(driver, from, path, call_has(c, "json"));
    (void)fclose(from); /* opened for reading */
    return rc;
}

const struct verb verb_decode = {
    .name = "decode",
    .synopsis = "DRIVER [FILE|-]",
    .about = "captured bytes to numbers, without any device\n\n"
             "FILE is a capture (--record writes one). With --json and - each line of standard\n"
             "input is REQUEST-HEX<TAB>RESPONSE-HEX; more pairs on a line make one reading.",
    .examples = "  helio decode tracer trouble.log\n"
                "  helio decode tracer --request '01 04 31 04 00 01 7e f7' --response '01 04 02 04 "
                "ce 3a 64'\n"
                "  printf '0104310400017ef7\\t01040204ce3a64\\n' | helio decode tracer --json -\n",
    .options = options,
    .run = run_decode,
};
