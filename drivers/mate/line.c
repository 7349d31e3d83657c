/* Lines of the MATE's own stream, taken apart and put together (drivers/mate/line.h). */
#include "drivers/mate/line.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

/* Widths of the numbers between letter and sum, which has three digits. */
static const struct form {
    enum mate_type type;
    char first;         /* letter of its family */
    uint8_t first_port; /* which has it; 0: one alone, without a hub */
    bool is_old;
    const char *widths;
} forms[] = {
    {MATE_FX, '0', 0, false, "222332232333"},
    {MATE_MX, 'A', 0, false, "222332232342"},
    {MATE_MX, 'A', 0, true, "222332232333"},
    {MATE_DC, 'a', 1, false, "4442533322"},
};
enum { SUM_DIGITS = 3, FORMS = sizeof forms / sizeof *forms };

static uint8_t letter_of(const struct form *form, uint8_t port)
{
    return (uint8_t)(form->first + (port > form->first_port ? port - form->first_port : 0));
}

static bool is_letter_of(const struct form *form, uint8_t letter)
{
    return letter >= form->first && letter <= letter_of(form, MATE_PORTS);
}

void mate_line_letters(char first, uint8_t port, uint8_t to[2])
{
    const struct form *form = forms;

    while (form < forms + FORMS - 1 && form->first != first)
        form++;
    to[0] = letter_of(form, port);
    to[1] = port ? to[0] : letter_of(form, MATE_PORTS);
}

/* Letters count too; commas don't. */
static unsigned sum_of(const uint8_t *line, size_t length)
{
    unsigned sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += line[i] == ',' ? 0 : line[i] - (unsigned)'0';
    return sum;
}

static bool read_number(const uint8_t *at, unsigned width, unsigned *to)
{
    *to = 0;
    for (unsigned i = 0; i < width; i++) {
        if (!isdigit(at[i]))
            return false;
        *to = *to * 10 + at[i] - (unsigned)'0';
    }
    return true;
}

/* Is the line of this form? It has the right length already. */
static bool fits(const struct form *form, const uint8_t *line, struct mate_line *to)
{
    size_t at = 1;

    to->count = 0;
    for (const char *width = form->widths; *width; width++) {
        unsigned digits = (unsigned)(*width - '0');
        if (line[at] != ',' || at + 1 + digits >= MATE_LINE ||
            !read_number(line + at + 1, digits, &to->numbers[to->count++]))
            return false;
        at += 1 + digits;
    }
    if (line[at] != ',' || at + 1 + SUM_DIGITS != MATE_LINE)
        return false;
    return read_number(line + at + 1, SUM_DIGITS, &to->sum);
}

static void trim(const uint8_t **bytes, size_t *length)
{
    if (*length && **bytes == LINE_FEED) {
        ++*bytes;
        --*length;
    }
    if (*length && (*bytes)[*length - 1] == LINE_END)
        --*length;
}

int mate_line_read(const uint8_t *bytes, size_t length, struct mate_line *to)
{
    bool is_somebody = false;

    trim(&bytes, &length);
    if (length != MATE_LINE)
        return length < MATE_LINE ? ERR_SHORT : ERR_LENGTH;
    for (size_t i = 0; i < FORMS; i++) {
        if (!is_letter_of(&forms[i], bytes[0]))
            continue;
        is_somebody = true;
        if (!fits(&forms[i], bytes, to))
            continue;
        to->type = forms[i].type;
        to->is_old = forms[i].is_old;
        to->port = (uint8_t)(bytes[0] - forms[i].first + forms[i].first_port);
        to->letter = (char)bytes[0];
        return sum_of(bytes, MATE_LINE - SUM_DIGITS) == to->sum ? OK : ERR_CRC;
    }
    return is_somebody ? ERR_GARBAGE : ERR_FOREIGN;
}

size_t mate_line_write(const struct mate_line *line, uint8_t *to, size_t size)
{
    char words[MATE_LINE + 16];
    static const unsigned largest[] = {0, 9, 99, 999, 9999, 99999};
    struct text text = text_on(words, sizeof words);
    const struct form *form = forms;

    while (form->type != line->type || form->is_old != line->is_old)
        if (++form == forms + FORMS)
            return 0;
    text_format(&text, "\n%c", letter_of(form, line->port));
    for (size_t i = 0; form->widths[i]; i++) {
        int width = form->widths[i] - '0';
        unsigned most = largest[width], n = line->numbers[i];
        text_format(&text, ",%0*u", width, n < most ? n : most);
    }
    text_char(&text, ',');
    text_format(&text, "%03u\r", sum_of((const uint8_t *)words + 1, text.used - 1));
    size_t length = text.used;
    if (text.is_cut || length != MATE_LINE + 2 || length > size)
        return 0;
    memcpy(to, words, length);
    return length;
}

bool mate_is_line(const uint8_t *bytes, size_t length)
{
    size_t commas = 0, plain = 0;

    for (size_t i = 0; i < length; i++) {
        commas += bytes[i] == ',';
        plain += isprint(bytes[i]) || bytes[i] == LINE_FEED || bytes[i] == LINE_END;
    }
    return commas > 2 && plain + 2 >= length;
}
