/* Words both ways (drivers/words.h). */
#include "drivers/words.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int words_cut(struct word_list *w, const char *from, size_t length)
{
    w->count = 0;
    if (length >= sizeof w->text)
        return ERR_GARBAGE;
    for (size_t i = 0; i < length; i++)
        if (!isprint((unsigned char)from[i]))
            return ERR_GARBAGE;
    memcpy(w->text, from, length);
    w->text[length] = '\0';
    for (char *rest = w->text, *word; (word = strsep(&rest, " ")) != NULL;) {
        if (!*word)
            continue;
        if (w->count == WORDS_MAX)
            return ERR_GARBAGE;
        w->at[w->count++] = word;
    }
    return OK;
}

/* Digits with at most one point, a sign before them perhaps: strtod takes much more than that. */
static bool read_decimal(const char *word, double *to)
{
    const char *at = word + (*word == '-' || *word == '+');
    unsigned digits = 0, points = 0;

    for (; *at; at++) {
        if (!isdigit((unsigned char)*at) && *at != '.')
            return false;
        digits += *at != '.';
        points += *at == '.';
    }
    *to = strtod(word, NULL);
    return digits > 0 && points <= 1;
}

/* ---- one row ----------------------------------------------------------------------------- */

struct taker {
    const struct row *row;
    field_fn *each;
    void *to;
};

static void give(const struct taker *t, double value, bool is_bit)
{
    struct field f = {.name = t->row->native, .row = t->row, .is_bit = is_bit};
    const struct code_word *w = t->row->words ? row_word(t->row, llround(value)) : NULL;

    f.value = value / t->row->per;
    f.text = w ? w->text : NULL;
    t->each(t->to, &f);
}

static void give_text(const struct taker *t, const char *text)
{
    struct field f = {.name = t->row->native, .row = t->row, .is_text = true, .text = text};

    t->each(t->to, &f);
}

static void give_letter(const struct taker *t, char letter)
{
    const struct code_word *w = row_word(t->row, letter);
    struct field f = {.name = t->row->native,
                      .row = t->row,
                      .value = letter,
                      .is_letter = true,
                      .text = w ? w->text : NULL};

    t->each(t->to, &f);
}

/* Text from the word on: what a label before a colon says is known already. */
static void give_rest(const struct taker *t, const struct word_list *w)
{
    char said[WORDS_TEXT];
    struct text text = text_on(said, sizeof said);

    for (unsigned i = t->row->at; i < w->count; i++) {
        const char *word = w->at[i], *colon = strchr(word, ':');
        if (i == t->row->at)
            word = colon ? colon + 1 : strlen(word) > t->row->shift ? word + t->row->shift : "";
        text_format(&text, "%s%s", text.used && *word ? " " : "", word);
        if (t->row->width && text.used)
            break;
    }
    give_text(t, said);
}

/* "14" and twenty digits: the first fourteen of them are meant. */
static void give_sized(const struct taker *t, const char *word)
{
    char said[WORDS_TEXT];
    unsigned size = 0;

    if (sscanf(word, "%2u", &size) != 1 || strlen(word) < 2 + (size_t)size)
        return;
    snprintf(said, sizeof said, "%.*s", (int)size, word + 2);
    give_text(t, said);
}

static void give_marks(const struct taker *t, const char *word, unsigned base)
{
    unsigned value = 0;

    for (unsigned i = 0; i < t->row->width; i++) {
        int digit = word[t->row->shift + i] - '0';
        if (digit < 0 || digit >= (int)base)
            return; /* a place this model does not use */
        value = value * base + (unsigned)digit;
    }
    give(t, value, false);
}

/* "EakxyDbjuvz": a letter in neither list says nothing. */
static void give_switch(const struct taker *t, const char *word)
{
    bool is_on = false;

    for (; *word; word++) {
        if (*word == 'E' || *word == 'D')
            is_on = *word == 'E';
        else if (*word == (char)t->row->shift) {
            give(t, is_on, true);
            return;
        }
    }
}

static void give_stamp(const struct taker *t, const char *word)
{
    unsigned year, month, day, hour, minute, second;
    char said[40];

    if (strlen(word) != 14 || strspn(word, "0123456789") != 14 ||
        sscanf(word, "%4u%2u%2u%2u%2u%2u", &year, &month, &day, &hour, &minute, &second) != 6)
        return;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return; /* a clock that was never set */
    snprintf(said, sizeof said, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day, hour, minute,
             second);
    give_text(t, said);
}

/* The greatest under its name, and all of them as text. */
static void give_choices(const struct taker *t, const struct word_list *w)
{
    char said[WORDS_TEXT], name[48];
    struct text text = text_on(said, sizeof said);
    double value = 0, greatest = -1;

    for (unsigned i = t->row->at; i < w->count; i++) {
        if (!read_decimal(w->at[i], &value))
            return;
        text_format(&text, "%s%g", text.used ? " " : "", value);
        greatest = value > greatest ? value : greatest;
    }
    give(t, greatest, false);
    snprintf(name, sizeof name, "%ss", t->row->native);
    struct field f = {.name = name, .is_text = true, .text = said};
    t->each(t->to, &f);
}

static void decode_word(const struct taker *t, const struct word_list *w)
{
    const struct row *row = t->row;
    const char *word = w->at[row->at];
    size_t length = strlen(word);
    double value = 0;

    switch (row->form) {
    case WORD_POINTED:
    case WORD_PLAIN:
        if ((strchr(word, '.') != NULL) != (row->form == WORD_POINTED))
            return;
        /* fall through */
    case WORD:
        if (read_decimal(word, &value)) /* "-", "---.-": this model does not say */
            give(t, value, false);
        return;
    case WORD_TEXT:
        give_rest(t, w);
        return;
    case WORD_SIZED:
        give_sized(t, word);
        return;
    case LETTER:
        if (length == 1)
            give_letter(t, *word);
        return;
    case MARK:
        if (row->shift < length && (word[row->shift] == '0' || word[row->shift] == '1'))
            give(t, word[row->shift] == '1', true);
        return;
    case MARKS:
    case DIGITS:
        if ((size_t)row->shift + row->width <= length)
            give_marks(t, word, row->form == MARKS ? 2 : 10);
        return;
    case SWITCH_LIST:
        give_switch(t, word);
        return;
    case STAMP:
        give_stamp(t, word);
        return;
    case COUNT:
        give(t, (double)length, false);
        return;
    case NO_MARK:
        give(t, !strchr(word, '1'), true);
        return;
    case CHOICES:
        give_choices(t, w);
        return;
    default:
        return;
    }
}

static bool fits(const struct row *row, uint8_t in, unsigned kind, unsigned words)
{
    return row_is_text(row) && row->in == in && row->at < words && (!row->of || row->of == words) &&
           (!row->kinds || row->kinds & kind);
}

void words_decode(const struct row *rows, uint8_t in, unsigned kind, const struct word_list *w,
                  field_fn *each, void *to)
{
    for (const struct row *row = rows; row->native; row++)
        if (fits(row, in, kind, w->count))
            decode_word(&(struct taker){row, each, to}, w);
}

/* ---- the twin's direction ---------------------------------------------------------------- */

/* As many characters as the sample has, zeros before, decimals as it has them. */
static void number_like(char *word, double value)
{
    char made[64];
    const char *point = strchr(word, '.');
    int width = (int)strlen(word), decimals = point ? (int)strlen(point + 1) : 0;

    snprintf(made, sizeof made, "%0*.*f", width, decimals, value);
    if ((int)strlen(made) == width)
        memcpy(word, made, (size_t)width);
    else /* like the real ones, it has no more room than that */
        memset(word, '9', (size_t)(point ? point - word : width));
}

static void put_binary(char *to, unsigned width, unsigned value)
{
    for (unsigned i = width; i-- > 0; value >>= 1)
        to[i] = value & 1 ? '1' : '0';
}

/* Moves a letter to where it belongs: behind E, or behind D. */
static void put_switch(char *word, char letter, bool is_on)
{
    char made[WORDS_TEXT];
    struct text text = text_on(made, sizeof made);

    for (const char *at = word; *at; at++) {
        if (*at == letter)
            continue;
        text_char(&text, *at);
        if (*at == (is_on ? 'E' : 'D'))
            text_char(&text, letter);
    }
    if (strlen(made) == strlen(word))
        memcpy(word, made, strlen(word));
}

static void encode_word(const struct row *row, char *word, double value)
{
    double raw = value * (row->scale > 0 ? row->scale : 1) * row->per;
    size_t length = strlen(word);

    if (row->words && catalogue[row->metric].kind != SETTING) /* there, only some are codes */
        raw = (double)row_code(row, value);
    switch (row->form) {
    case WORD_POINTED:
    case WORD_PLAIN:
        if ((strchr(word, '.') != NULL) != (row->form == WORD_POINTED))
            return;
        /* fall through */
    case WORD:
        number_like(word, raw);
        return;
    case LETTER:
        if (raw >= '!' && raw < 127) /* otherwise no letter stands for it */
            word[0] = (char)raw;
        return;
    case MARK:
        if (row->shift < length)
            word[row->shift] = raw > 0 ? '1' : '0';
        return;
    case MARKS:
        if ((size_t)row->shift + row->width <= length)
            put_binary(word + row->shift, row->width, (unsigned)fmin(fmax(raw, 0), UINT_MAX));
        return;
    case SWITCH_LIST:
        put_switch(word, (char)row->shift, raw > 0);
        return;
    default:
        return;
    }
}

void words_encode(const struct row *rows, uint8_t in, unsigned kind, const char *sample,
                  const struct reading *from, struct text *to)
{
    struct word_list w;
    double value;

    if (words_cut(&w, sample, strlen(sample)))
        return;
    for (const struct row *row = rows; row->native; row++)
        if (row->metric != M_NONE && fits(row, in, kind, w.count) &&
            reading_get(from, row->metric, &value))
            encode_word(row, w.at[row->at], value);
    for (unsigned i = 0; i < w.count; i++)
        text_format(to, "%s%s", i ? " " : "", w.at[i]);
}
