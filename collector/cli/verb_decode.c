/* helio decode: captured bytes to numbers, without any device. */
#include "collector/cli/decode.h"
#include "collector/cli/verb.h"

#include "base/log.h"
#include "bus/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"json", 'j', NULL, "one JSON object a line (FILE - reads REQUEST<TAB>RESPONSE in hex)"},
    {"kind", 0, "KIND",
     "which of its family the device is: max (an axpert's; list drivers has them)"},
    {"request", 0, "HEX", "the question of one exchange"},
    {"response", 0, "HEX", "its answer; - for none"},
    {.name = NULL},
};

static int decode_stream(const struct driver *driver, unsigned kind, FILE *from)
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
        (void)decode_hex_line(driver, kind, line, &json); /* its result is in the line */
        if (printf("%s\n", out) < 0)
            rc = ERR_IO;
    }
    free(line);
    return rc;
}

static int decode_one(struct call *c, const struct driver *driver, unsigned kind)
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
        rc = decode_hex_line(driver, kind, line, &json);
        printf("%s\n", out);
        return rc;
    }
    struct exchange e = {.driver = driver, .kind = kind, .is_begun = true};
    int a = capture_read_bytes(call_text(c, "request", "-"), e.asked, NULL, sizeof e.asked);
    int b = capture_read_bytes(call_text(c, "response", "-"), e.answered, NULL, sizeof e.answered);
    if (a < 0 || b < 0)
        return bad_call(c, "these are no bytes in hexadecimal");
    e.asked_length = (size_t)a;
    e.answered_length = (size_t)b;
    return exchange_finish(&e);
}

/* 0: none was named, or there is none of that name, which is told. */
static int kind_of(struct call *c, const struct driver *driver, unsigned *kind)
{
    const char *word = call_text(c, "kind", "");

    *kind = 0;
    if (!*word)
        return OK;
    if (!driver->kind)
        return bad_call(c, "the %s has no kinds", driver->name);
    *kind = driver->kind(word);
    for (const struct setting *s = driver->settings; !*kind && s && s->key; s++)
        if (!strcmp(s->key, "kind"))
            return bad_call(c, "\"%s\" is no kind of the %s; there are: %s", word, driver->name,
                            s->choices);
    return OK;
}

static int run_decode(struct call *c)
{
    struct nearest n = {0};
    const char *path = c->count > 1 ? c->words[1] : "-";
    const struct driver *driver;
    unsigned kind;
    int rc;

    if (c->count < 1)
        return bad_call(c, "a driver is needed; helio list drivers has them");
    driver = driver_find(c->words[0]);
    n.word = c->words[0];
    for (size_t i = 0; drivers[i]; i++)
        nearest_try(&n, drivers[i]->name);
    if (!driver)
        return bad_call(c, "\"%s\" is no driver%s%s%s", c->words[0],
                        n.best ? "; did you mean \"" : "", n.best ? n.best : "",
                        n.best ? "\"?" : "");
    rc = kind_of(c, driver, &kind);
    if (rc)
        return rc;
    if (call_has(c, "request") || call_has(c, "response"))
        return decode_one(c, driver, kind);
    if (!strcmp(path, "-"))
        return call_has(c, "json") ? decode_stream(driver, kind, stdin)
                                   : decode_file(driver, kind, stdin, "standard input", false);
    FILE *from = fopen(path, "r");
    if (!from) {
        log_err("decode", "%s: %s", path, strerror(errno));
        return ERR_INPUT;
    }
    rc = decode_file(driver, kind, from, path, call_has(c, "json"));
    (void)fclose(from); /* opened for reading */
    return rc;
}

const struct verb verb_decode = {
    .name = "decode",
    .synopsis = "DRIVER [FILE|-]",
    .about =
        "captured bytes to numbers, without any device\n\n"
        "FILE is a capture (--record writes one), or a pcap or pcapng file of a tap on the wire\n"
        "(link type USER0). A capture may be of others' conversation, where ^ marks the first\n"
        "byte of a packet: what nobody asked is told as well as it can be. With --json\n"
        "and - each line of standard input is REQUEST-HEX<TAB>RESPONSE-HEX; more pairs on a line\n"
        "make one reading.",
    .examples = "  helio decode tracer trouble.log\n"
                "  helio decode tracer --request '01 04 31 04 00 01 7e f7' --response '01 04 02 04 "
                "ce 3a 64'\n"
                "  helio decode axpert --kind max trouble.log\n"
                "  printf '0104310400017ef7\\t01040204ce3a64\\n' | helio decode tracer --json -\n",
    .options = options,
    .run = run_decode,
};
