/* JSON out, without allocation (base/json.h). */
#include "base/json.h"

#include <math.h>

struct json json_on(struct text *to)
{
    return (struct json){.to = to};
}

/* How many bytes the sign here has in UTF-8; 0: it is none, as in a word that was cut or that a
 * stranger sent. */
static unsigned sign_bytes(const unsigned char *at)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned bytes = *at < 0x80   ? 1
                     : *at < 0xc2 ? 0
                     : *at < 0xe0 ? 2
                     : *at < 0xf0 ? 3
                     : *at < 0xf5 ? 4
                                  : 0;
    unsigned long code = bytes > 1 ? *at & (0x7fU >> bytes) : *at;

    for (unsigned i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (bytes > 1 && (code < least[bytes] || code > 0x10ffff || (code >> 11) == 0x1b))
        return 0;
    return bytes;
}

/* What needs no care: most of every word. */
static size_t plain_bytes(const char *words)
{
    size_t length = 0;

    while (words[length] >= ' ' && words[length] < 0x7f && words[length] != '"' &&
           words[length] != '\\')
        length++;
    return length;
}

static void quoted(struct text *to, const char *words)
{
    text_char(to, '"');
    for (;;) {
        size_t plain = plain_bytes(words);
        text_bytes(to, words, plain);
        words += plain;
        unsigned char c = (unsigned char)*words;
        if (!c)
            break;
        unsigned bytes = sign_bytes((const unsigned char *)words);
        if (c == '"' || c == '\\')
            text_format(to, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            text_format(to, "\\u%04x", c);
        else if (bytes)
            text_bytes(to, words, bytes);
        else
            text_add(to, "\\ufffd");
        words += bytes ? bytes : 1;
    }
    text_char(to, '"');
}

static void begin(struct json *j, const char *key)
{
    if (j->needs_comma)
        text_add(j->to, ", ");
    j->needs_comma = true;
    if (key) {
        quoted(j->to, key);
        text_add(j->to, ": ");
    }
}

void json_open(struct json *j, const char *key, char bracket)
{
    begin(j, key);
    text_char(j->to, bracket);
    j->needs_comma = false;
}

void json_close(struct json *j, char bracket)
{
    text_char(j->to, bracket);
    j->needs_comma = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
    begin(j, key);
    quoted(j->to, value);
}

void json_number(struct json *j, const char *key, double value)
{
    if (!isfinite(value)) {
        json_null(j, key);
        return;
    }
    begin(j, key);
    text_number(j->to, value);
}

void json_integer(struct json *j, const char *key, int64_t value)
{
    begin(j, key);
    text_integer(j->to, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
    begin(j, key);
    text_add(j->to, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
    begin(j, key);
    text_add(j->to, "null");
}
