/* Exchanges to numbers, in words or JSON (collector/cli/decode.h). */
#include "collector/cli/decode.h"
#include "collector/cli/show.h"

#include "bus/capture.h"

#include <stdio.h>
#include <string.h>

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

static void begin(struct decoded *d, const struct driver *driver, unsigned kind, struct json *json)
{
    d->driver = driver;
    d->how.rows = driver->rows;
    if (kind)
        d->how.kind = kind;
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

int decode_hex_line(const struct driver *driver, unsigned kind, char *line, struct json *json)
{
    static struct decoded d;
    uint8_t asked[ANSWER_MAX], answered[ANSWER_MAX];
    int rc = OK, detail = 0;

    begin(&d, driver, kind, json);
    memset(d.how.have, 0, sizeof d.how.have); /* a new reading */
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

/* ---- one after the other ------------------------------------------------------------------ */

static void print_bytes(char mark, const uint8_t *bytes, size_t length)
{
    char hex[3 * ANSWER_MAX + 1];
    struct text text = text_on(hex, sizeof hex);

    text_hex(&text, bytes, length);
    printf("%c %s\n", mark, length ? hex : "-");
}

int exchange_finish(struct exchange *e)
{
    static struct decoded d;
    static char out[40000];
    char result[32];
    struct text text = text_on(out, sizeof out);
    struct json json = json_on(&text);
    bool is_json = e->is_json;
    int detail = 0, rc;

    if (!e->is_begun)
        return OK;
    e->is_begun = false;
    if (!is_json)
        print_bytes('>', e->asked, e->asked_length);
    begin(&d, e->driver, e->kind, is_json ? &json : NULL);
    rc = decode_pair(&d, e->asked, e->asked_length, e->answered, e->answered_length, &detail);
    result_text(e->driver, rc, detail, result, sizeof result);
    if (!is_json) {
        if (rc)
            printf("  %s\n", result);
        return rc;
    }
    json_outcome(&json, &d, rc, detail);
    printf("%s\n", out);
    return rc;
}
