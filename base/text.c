/* The bounded writer and the strict readers of base/text.h. */
#include "base/text.h"

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct text text_on(char *to, size_t size)
{
    if (size)
        to[0] = '\0';
    return (struct text){.to = to, .size = size};
}

/* Room for so many more, if it can be had. */
static bool has_grown(struct text *t, size_t more)
{
    return t->grow && t->grow(t, t->used + more + 1);
}

void text_char(struct text *t, char c)
{
    if (t->used + 1 >= t->size && !has_grown(t, 1)) {
        t->is_cut = true;
        return;
    }
    t->to[t->used++] = c;
    t->to[t->used] = '\0';
}

void text_bytes(struct text *t, const char *bytes, size_t length)
{
    size_t room = t->used + 1 < t->size ? t->size - t->used - 1 : 0;

    if (length > room && has_grown(t, length))
        room = length;
    t->is_cut |= length > room;
    length = length > room ? room : length;
    if (!length)
        return;
    memcpy(t->to + t->used, bytes, length);
    t->used += length;
    t->to[t->used] = '\0';
}

void text_add(struct text *t, const char *words)
{
    text_bytes(t, words, strlen(words));
}

void text_format(struct text *t, const char *format, ...)
{
    va_list args;
    int wrote;

    va_start(args, format);
    wrote = vsnprintf(t->to + t->used, t->size - t->used, format, args);
    va_end(args);
    if (wrote >= 0 && (size_t)wrote >= t->size - t->used && has_grown(t, (size_t)wrote)) {
        va_start(args, format);
        wrote = vsnprintf(t->to + t->used, t->size - t->used, format, args);
        va_end(args);
    }
    if (wrote < 0 || (size_t)wrote >= t->size - t->used) {
        t->is_cut = true;
        t->used = t->size ? t->size - 1 : 0;
        return;
    }
    t->used += (size_t)wrote;
}

void text_csv(struct text *t, const char *cell)
{
    if (!cell[strcspn(cell, ",\"\r\n")]) {
        text_add(t, cell);
        return;
    }
    text_char(t, '"');
    for (; *cell; cell++) {
        if (*cell == '"')
            text_char(t, '"');
        text_char(t, *cell);
    }
    text_char(t, '"');
}

void text_hex(struct text *t, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        text_format(t, i ? " %02x" : "%02x", bytes[i]);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_read(const char *from, uint8_t *to, size_t size)
{
    size_t count = 0;

    while (*from) {
        if (isspace((unsigned char)*from)) {
            from++;
            continue;
        }
        int high = digit(from[0]), low = high < 0 ? -1 : digit(from[1]);
        if (low < 0)
            return ERR_DATA;
        if (count == size)
            return ERR_FULL;
        to[count++] = (uint8_t)(high << 4 | low);
        from += 2;
    }
    return (int)count;
}

bool number_read(const char *from, double *to)
{
    char *end;

    if (!*from || isspace((unsigned char)*from))
        return false;
    errno = 0;
    *to = strtod(from, &end);
    return !*end && !errno && isfinite(*to);
}

bool integer_read(const char *from, int64_t *to)
{
    char *end;
    bool is_hex = from[0] == '0' && (from[1] == 'x' || from[1] == 'X');

    if (!*from || isspace((unsigned char)*from))
        return false;
    errno = 0;
    *to = strtoll(from, &end, is_hex ? 16 : 10);
    return !*end && !errno;
}

bool text_is(const char *a, const char *b)
{
    return !strcasecmp(a, b);
}

bool text_fits(const char *text, const char *form)
{
    while (*form && (*form == '0' ? *text >= '0' && *text <= '9' : *text == *form)) {
        text++;
        form++;
    }
    return !*form && !*text;
}

static bool is_same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Levenshtein's distance, and two letters that changed places count once ("smi" for "sim"). Three
 * rows are enough; words longer than the rows are simply far away. */
unsigned text_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    unsigned rows[3][LONGEST + 1];
    size_t length = strlen(b), i;

    if (length > LONGEST || strlen(a) > LONGEST)
        return LONGEST;
    for (unsigned j = 0; j <= length; j++)
        rows[0][j] = j;
    for (i = 1; a[i - 1]; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= length; j++) {
            unsigned change = above[j - 1] + !is_same_letter(a[i - 1], b[j - 1]);
            unsigned drop = (above[j] < row[j - 1] ? above[j] : row[j - 1]) + 1;
            row[j] = change < drop ? change : drop;
            if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
                is_same_letter(a[i - 2], b[j - 1]) && two_above[j - 2] + 1 < row[j])
                row[j] = two_above[j - 2] + 1;
        }
    }
    return rows[(i - 1) % 3][length];
}

char *text_trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    while (isspace((unsigned char)*text))
        text++;
    return text;
}
