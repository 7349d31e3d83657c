/* One old value made one of ours, or why not (program.h). Reasons never show the value. */
#include "collector/old_settings/program.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static bool is_printable(const char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 127)
            return false;
    return true;
}

static const char *take_word(const struct old_row *row, const char *value, struct text *to)
{
    (void)row;
    text_add(to, value);
    return *value ? NULL : "is empty";
}

static const char *take_number(const struct old_row *row, const char *value, struct text *to)
{
    double number;

    if (!number_read(value, &number))
        return "is no number";
    if (number < row->least || number > row->most)
        return "is outside what can be";
    text_number(to, number * (row->scale > 0 ? row->scale : 1));
    return NULL;
}

static const char *take_choice(const struct old_row *row, const char *value, struct text *to)
{
    size_t length = strlen(value);

    for (const char *word = row->words; *word; word += strspn(word, " ")) {
        size_t size = strcspn(word, " ");
        if (size == length && !strncmp(word, value, size)) {
            text_add(to, value);
            return NULL;
        }
        word += size;
    }
    return "is none of the words the old program knew";
}

static const char *take_hex4(const struct old_row *row, const char *value, struct text *to)
{
    size_t length;

    (void)row;
    if (value[0] == '0' && (value[1] == 'x' || value[1] == 'X'))
        value += 2;
    length = strlen(value);
    if (!length || length > 4 || strspn(value, "0123456789abcdefABCDEF") != length)
        return "is no hexadecimal number of four digits";
    for (size_t i = length; i < 4; i++)
        text_char(to, '0');
    for (; *value; value++)
        text_char(to, (char)tolower((unsigned char)*value));
    return NULL;
}

/* Where a port or path would follow, an address with colons wants brackets. */
static const char *take_host(const struct old_row *row, const char *value, struct text *to)
{
    bool has_colons = strchr(value, ':') && *value != '[';

    (void)row;
    if (!*value || strpbrk(value, "/@?#\\ \"'") || strlen(value) > 200)
        return "is no name of a host";
    text_format(to, has_colons ? "[%s]" : "%s", value);
    return NULL;
}

static const char *take_url(const struct old_row *row, const char *value, struct text *to)
{
    const char *host = strstr(value, "://");

    (void)row;
    if ((strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0) || !host)
        return "does not begin with http:// or https://";
    host += 3;
    text_format(to, "%.*s", (int)(host - value), value);
    /* everything up to the last @ before the path: a password may have one itself */
    for (size_t i = strcspn(host, "/?#"); i-- > 0;)
        if (host[i] == '@') {
            host += i + 1;
            break;
        }
    if (!strcspn(host, "/?#") || strlen(host) > 280 || strpbrk(host, " ?#@"))
        return "is no address of a server";
    text_add(to, host);
    return NULL;
}

static const char *take_port(const struct old_row *row, const char *value, struct text *to)
{
    (void)row;
    if (*value != '/')
        return "is no port of this system";
    if (strlen(value) >= OLD_PATH)
        return "is too long";
    text_add(to, value);
    return NULL;
}

static const char *take_hour(const struct old_row *row, const char *value, struct text *to)
{
    double hour;

    if (!number_read(value, &hour) || hour < 0 || hour > 23 || fabs(hour - floor(hour)) > 0)
        return "is no hour from 0 to 23";
    hour += row->take == TAKE_HOUR_END;
    text_format(to, hour > 23 ? "23:59" : "%02.0f:00", hour);
    return NULL;
}

/* What is fatal to Python is an error here. */
static const char *take_level(const struct old_row *row, const char *value, struct text *to)
{
    static const struct {
        const char *theirs, *ours;
    } levels[] = {{"DEBUG", "debug"},   {"INFO", "info"},   {"WARNING", "warning"},
                  {"WARN", "warning"},  {"ERROR", "error"}, {"FATAL", "error"},
                  {"CRITICAL", "error"}};

    (void)row;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (text_is(value, levels[i].theirs)) {
            text_add(to, levels[i].ours);
            return NULL;
        }
    return "is no level of a log";
}

static const char *take_log(const struct old_row *row, const char *value, struct text *to)
{
    const char *slash = strrchr(value, '/'), *name = slash ? slash + 1 : value;

    (void)row;
    if (!*name || *name == '.')
        return "is no name of a file";
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            return "holds what no log's name here has";
    text_format(to, "/var/log/helio/%s", name);
    return NULL;
}

static const char *take_nothing(const struct old_row *row, const char *value, struct text *to)
{
    (void)row;
    (void)value;
    (void)to;
    return NULL;
}

const char *old_take(const struct old_row *row, const char *value, char *to, size_t size)
{
    static const char *(*const takers[])(const struct old_row *, const char *, struct text *) = {
        [TAKE_NOT] = take_nothing,   [TAKE_WORD] = take_word,      [TAKE_NUMBER] = take_number,
        [TAKE_CHOICE] = take_choice, [TAKE_HEX4] = take_hex4,      [TAKE_HOST] = take_host,
        [TAKE_URL] = take_url,       [TAKE_PORT] = take_port,      [TAKE_HOUR] = take_hour,
        [TAKE_HOUR_END] = take_hour, [TAKE_SECRET] = take_nothing, [TAKE_MADE] = take_nothing,
        [TAKE_LEVEL] = take_level,   [TAKE_LOG] = take_log,
    };
    struct text t = text_on(to, size);
    bool is_read = row->take != TAKE_NOT && row->take != TAKE_SECRET;
    const char *why;

    if (is_read && *value == '$')
        return "was never filled in";
    if (is_read && !is_printable(value))
        return "holds a sign that cannot be printed";
    why = takers[row->take](row, value, &t);
    return !why && t.is_cut ? "is too long" : why;
}
