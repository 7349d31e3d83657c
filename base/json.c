/* JSON out, without allocation (base/json.h). */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>

struct json json_on(struct text *to)
{
    return (struct json){.to = to};
}

static void quoted(struct text *to, const char *words)
{
    text_char(to, '"');
    for (; *words; words++) {
        unsigned char c = (unsigned char)*words;
        if (c == '"' || c == '\\')
            text_format(to, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            text_format(to, "\\u%04x", c);
        else
            text_char(to, (char)c);
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
    text_format(j->to, "%" PRId64, value);
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
