/*
 * Is it one of this family? Relatives answer the same questions in the same frames, with other
 * numbers in the same places (drivers/axpert/axpert.h).
 */
#include "drivers/axpert/axpert.h"

#include <ctype.h>
#include <string.h>

/* What each of the first words is made of, in all the captures and papers there are:
 * v volts, with a point; f a frequency, with a point and two digits before it; n any number
 * without a sign, or dashes; t the same, perhaps below zero; m marks, 0 or 1. */
static const struct {
    enum axpert_block block;
    const char *forms;
} first_words[] = {
    {QPIGS, "vfvfnnnnnnntnnnnm"},
    {QPIRI, "vnvfnnnnnnnn"},
};

static bool is_number(const char *word, size_t length, size_t digits_most)
{
    const char *point = memchr(word, '.', length);
    size_t before = point ? (size_t)(point - word) : length;

    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)word[i]) && i != before)
            return false;
    return before > 0 && before <= digits_most;
}

static bool is_dashes(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (word[i] != '-' && word[i] != '.')
            return false;
    return true;
}

static bool is_marks(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (word[i] != '0' && word[i] != '1')
            return false;
    return length >= 8;
}

static bool has_form(char form, const char *word, size_t length)
{
    bool has_point = memchr(word, '.', length) != NULL;

    switch (form) {
    case 'v':
        return has_point && is_number(word, length, 3);
    case 'f':
        return has_point && is_number(word, length, 2);
    case 't':
        if (word[0] == '-' && length > 1)
            return is_number(word + 1, length - 1, 5);
        /* fall through */
    case 'n':
        return is_number(word, length, 5) || is_dashes(word, length);
    default:
        return is_marks(word, length);
    }
}

bool axpert_is_possible(enum axpert_block which, const char *payload, size_t length)
{
    const char *forms = "", *end = payload + length;

    for (size_t i = 0; i < sizeof first_words / sizeof *first_words; i++)
        if (first_words[i].block == which)
            forms = first_words[i].forms;
    for (; *forms && payload < end; forms++) {
        const char *blank = memchr(payload, ' ', (size_t)(end - payload));
        size_t word = (size_t)((blank ? blank : end) - payload);
        if (!word || !has_form(*forms, payload, word))
            return false;
        payload += word + (blank != NULL);
    }
    return true;
}

/* PI17 and PI18 answer what they do not know with a caret in the bracket's place. */
bool axpert_is_caret(const uint8_t *frame, size_t length)
{
    return length > 3 && frame[0] == '^' && strchr("01D", frame[1]) && frame[1] &&
           axpert_crc(frame, length - 2) == (frame[length - 2] << 8 | frame[length - 1]);
}

bool axpert_is_ours(const char *protocol_id)
{
    return !strncmp(protocol_id, "30", 2) || !strncmp(protocol_id, "41", 2);
}

const char *axpert_stranger_text(const char *protocol_id)
{
    static const struct {
        const char *id, *text;
    } known[] = {{"15", "PI15, of older hybrid units"},
                 {"16", "PI16, of hybrid units like the InfiniSolar"},
                 {"17", "PI17, of hybrid units like the InfiniSolar"},
                 {"18", "PI18, of newer hybrid units"},
                 {"34", "PI34, of charge controllers"},
                 {"", "PI17 or PI18, whose answers begin with ^"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].id, protocol_id))
            return known[i].text;
    return "one that nobody described";
}
