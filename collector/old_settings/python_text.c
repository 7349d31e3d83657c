/* Blanks, names, numbers and strings of Python (python_text.h). */
#include "collector/old_settings/python_text.h"

#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void python_step(struct python *p)
{
    if (*p->at)
        p->line += *p->at++ == '\n';
}

char python_next(struct python *p)
{
    for (;;) {
        if (*p->at == ' ' || *p->at == '\t' || *p->at == '\r' || *p->at == '\f')
            p->at++;
        else if (p->at[0] == '\\' && p->at[1] == '\n') {
            p->at += 2;
            p->line++;
        } else
            return *p->at;
    }
}

void python_skip_comment(struct python *p)
{
    while (*p->at && *p->at != '\n')
        p->at++;
}

char python_next_in(struct python *p)
{
    for (;;) {
        char next = python_next(p);
        if (next == '#')
            python_skip_comment(p);
        else if (next == '\n')
            python_step(p);
        else
            return next;
    }
}

bool python_ends(struct python *p, bool is_inside)
{
    char next = is_inside ? python_next_in(p) : python_next(p);

    return is_inside ? next && strchr(",)]}:", next) : !next || strchr("\n#;", next);
}

bool python_name(struct python *p, char *to, size_t size)
{
    struct text t = text_on(to, size);

    if (!isalpha((unsigned char)*p->at) && *p->at != '_')
        return false;
    while (isalnum((unsigned char)*p->at) || *p->at == '_' || *p->at == '.')
        text_char(&t, *p->at++);
    return !t.is_cut;
}

bool python_number(struct python *p, char *to, size_t size)
{
    struct text t = text_on(to, size);
    double value;

    while (*p->at == '+' || *p->at == '-')
        text_char(&t, *p->at++);
    while (isalnum((unsigned char)*p->at) || (*p->at && strchr("._", *p->at)) ||
           (*p->at && strchr("+-", *p->at) && strchr("eE", p->at[-1]) && t.used)) {
        if (*p->at != '_') /* 10_000 */
            text_char(&t, *p->at);
        p->at++;
    }
    /* number_read knows more words than Python: inf, nan */
    return !t.is_cut && isdigit((unsigned char)to[strcspn(to, "0123456789")]) &&
           !strpbrk(to, "iInN") && number_read(to, &value);
}

/* ---- strings --------------------------------------------------------------------------------- */

/* How many letters stand before the quote: r'', b'', u'', rb''. No f'': those are computed. */
static size_t prefix_length(const char *at)
{
    size_t length = strspn(at, "rRbBuU");

    return length <= 2 && (at[length] == '"' || at[length] == '\'') ? length : 0;
}

bool python_is_string(const struct python *p)
{
    char first = p->at[prefix_length(p->at)];

    return first == '"' || first == '\'';
}

struct quotes {
    char quote;
    size_t count; /* 1 or 3 */
    bool is_raw;
};

static struct quotes open_string(struct python *p)
{
    size_t before = prefix_length(p->at);
    struct quotes q = {.count = 1};

    for (size_t i = 0; i < before; i++)
        q.is_raw |= p->at[i] == 'r' || p->at[i] == 'R';
    p->at += before;
    q.quote = *p->at;
    if (p->at[1] == q.quote && p->at[2] == q.quote)
        q.count = 3;
    p->at += q.count;
    return q;
}

static bool closes(const struct python *p, const struct quotes *q)
{
    for (size_t i = 0; i < q->count; i++)
        if (p->at[i] != q->quote)
            return false;
    return true;
}

static void add_utf8(struct text *t, unsigned long sign)
{
    if (sign < 0x80) {
        text_char(t, (char)sign);
        return;
    }
    int more = sign < 0x800 ? 1 : sign < 0x10000 ? 2 : 3;
    static const unsigned long first[] = {0, 0xc0, 0xe0, 0xf0};
    text_char(t, (char)(first[more] | sign >> (6 * more)));
    while (more-- > 0)
        text_char(t, (char)(0x80 | (sign >> (6 * more) & 0x3f)));
}

/* `count` digits of this base become a sign; a text cannot hold a zero. */
static bool add_coded(struct python *p, struct text *t, size_t count, int base)
{
    char digits[9] = "", *end;

    for (size_t i = 0; i < count && isxdigit((unsigned char)p->at[i]); i++)
        digits[i] = p->at[i];
    unsigned long sign = strtoul(digits, &end, base);
    if (end == digits || *end || (base == 16 && strlen(digits) != count) || !sign ||
        sign > 0x10ffff)
        return false;
    p->at += strlen(digits);
    add_utf8(t, sign);
    return true;
}

/* Behind a backslash. What Python does not know stays as it is, backslash and all. */
static bool add_escaped(struct python *p, struct text *t)
{
    static const char letters[] = "\\'\"abfnrtv", meanings[] = "\\'\"\a\b\f\n\r\t\v";
    const char *known = *p->at ? strchr(letters, *p->at) : NULL;

    if (known) {
        text_char(t, meanings[known - letters]);
        p->at++;
        return true;
    }
    if (*p->at == '\n') { /* the string goes on in the next line */
        python_step(p);
        return true;
    }
    if (*p->at >= '0' && *p->at <= '7')
        return add_coded(p, t, strspn(p->at, "01234567") < 3 ? strspn(p->at, "01234567") : 3, 8);
    if (*p->at && strchr("xuU", *p->at)) {
        size_t count = *p->at == 'x' ? 2 : *p->at == 'u' ? 4 : 8;
        p->at++;
        return add_coded(p, t, count, 16);
    }
    text_char(t, '\\');
    return true;
}

static bool read_string(struct python *p, struct text *t)
{
    struct quotes q = open_string(p);

    while (!closes(p, &q)) {
        if (!*p->at || (*p->at == '\n' && q.count == 1))
            return false;
        bool is_escape = *p->at == '\\';
        if (is_escape && q.is_raw && p->at[1]) {
            text_char(t, *p->at++);
            is_escape = false;
        } else if (is_escape) {
            p->at++;
        }
        if (is_escape && !add_escaped(p, t))
            return false;
        if (!is_escape) {
            text_char(t, *p->at);
            python_step(p);
        }
    }
    p->at += q.count;
    return true;
}

bool python_strings(struct python *p, char *to, size_t size, bool is_inside)
{
    struct text t = text_on(to, size);

    while (python_is_string(p)) {
        if (!read_string(p, &t))
            return false;
        (void)(is_inside ? python_next_in(p) : python_next(p)); /* the next piece */
    }
    return !t.is_cut;
}

bool python_skip_string(struct python *p)
{
    struct quotes q = open_string(p);

    while (!closes(p, &q)) {
        if (!*p->at || (*p->at == '\n' && q.count == 1))
            return false;
        if (*p->at == '\\')
            python_step(p);
        python_step(p);
    }
    p->at += q.count;
    return true;
}
