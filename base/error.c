/* The list of base/error.h as look-ups. */
#include "base/error.h"

#include <string.h>

static const struct {
    const char *word, *text;
    int exit_code;
} table[ERROR_KINDS] = {
    // clang-format off
    [0] = {"ok", "all is well", 0},
#define X(tag, number, word, code, text) [-(number)] = {word, text, code},
    ERRORS(X)
#undef X
    // clang-format on
};

int error_index(int error)
{
    return error <= 0 && error > -ERROR_KINDS ? -error : -ERR_SYSTEM;
}

const char *error_text(int error)
{
    return table[error_index(error)].text;
}

const char *error_word(int error)
{
    return table[error_index(error)].word;
}

int error_exit(int error)
{
    return table[error_index(error)].exit_code;
}

int error_from_word(const char *word)
{
    for (int i = 0; i < ERROR_KINDS; i++)
        if (!strcmp(table[i].word, word))
            return -i;
    return ERR_UNKNOWN;
}
