/* Could these words be the answer to that question? (drivers/axpert/axpert.h) */
#include "drivers/axpert/axpert.h"

#include <ctype.h>
#include <string.h>

static unsigned count_words(const char *from, size_t length)
{
    unsigned words = 0;

    for (size_t i = 0; i < length; i++)
        words += from[i] != ' ' && (i == 0 || from[i - 1] == ' ');
    return words;
}

static int class_of(char c)
{
    return isdigit((unsigned char)c) || c == '-' ? 0 : isalpha((unsigned char)c) ? 1 : 2;
}

/* The second string is told in 3, 11 or 12 words, by kind, and another unit's in 9 or 17; some say
 * something else there. */
static bool is_odd(const struct block *b, unsigned words)
{
    return (b->function == QPIGS2 && words != 3 && words != 11 && words != 12) ||
           (b->function == QP2GS && words != 9 && words != 17);
}

/* Serial numbers and models may begin with anything. */
static bool is_free_text(const struct block *b)
{
    for (const struct row *row = axpert_rows; row->native; row++)
        if (row->in == b->function && !row->at)
            return row->form == WORD_TEXT || row->form == WORD_SIZED;
    return false;
}

/* One word of digits: marks are not taken for a serial number, nor that for a counter. Serial
 * numbers may be of any length, but are never as long as the marks. */
static bool length_suits(const struct block *b, size_t length)
{
    size_t usual = strlen(b->sample);

    if (usual < 8 || strspn(b->sample, "0123456789") != usual)
        return true;
    if (b->refresh == ON_DEMAND)
        return length < SERIAL_TEXT;
    /* Newer units have more marks than a sample; a counter always has its eight digits. */
    return length * 4 >= usual * 3 && (usual > SERIAL_TEXT || length * 2 <= usual * 3);
}

/* Where the sample begins with one character, so does the answer, and else not. Only a unit's
 * second half may say in two that it is there. */
static bool first_suits(const struct block *b, size_t first)
{
    if (b->function == QP2GS)
        return first == 1 || first == 2;
    return (strcspn(b->sample, " ") == 1) == (first == 1);
}

/* An answer names no question. As many words as it must have, and the first one like the sample's
 * first: then it may be the answer to this one. */
int axpert_suits(const struct block *b, const char *payload, size_t length)
{
    unsigned words = count_words(payload, length);
    size_t first = 0;

    if (!b)
        return OK;
    if ((b->most && (words < b->least || words > b->most)) || is_odd(b, words))
        return ERR_FUNCTION;
    if (!axpert_is_possible((enum axpert_block)b->function, payload, length))
        return ERR_FUNCTION; /* a relative's */
    if (!b->sample || !length)
        return length ? OK : ERR_FUNCTION;
    while (first < length && payload[first] != ' ')
        first++;
    if (!first_suits(b, first) || !length_suits(b, length))
        return ERR_FUNCTION;
    return is_free_text(b) || class_of(payload[0]) == class_of(b->sample[0]) ? OK : ERR_FUNCTION;
}
