/* Text for man pages (collector/manual.h). */
#include "collector/manual.h"

#include <stdio.h>

/* A dot or an apostrophe at the beginning of a line, and every backslash, would be a command; a
 * bare hyphen could become another sign than the one to type. */
void roff_text(const char *words)
{
    bool is_at_start = true;

    for (; *words; words++) {
        if (is_at_start && (*words == '.' || *words == '\''))
            fputs("\\&", stdout);
        is_at_start = *words == '\n';
        if (*words == '\\')
            fputs("\\e", stdout);
        else if (*words == '-')
            fputs("\\-", stdout);
        else if (*words == '^')
            fputs("\\(ha", stdout);
        else if (*words == '~')
            fputs("\\(ti", stdout);
        else
            putchar(*words);
    }
}

void roff_bold(const char *words)
{
    fputs("\\fB", stdout);
    roff_text(words);
    fputs("\\fR", stdout);
}

void roff_italic(const char *words)
{
    fputs("\\fI", stdout);
    roff_text(words);
    fputs("\\fR", stdout);
}
