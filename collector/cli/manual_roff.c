/* Text for man pages (collector/cli/manual.h). */
#include "collector/cli/manual.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char *manual_date(char to[DATE_ROOM])
{
    const char *given = getenv("SOURCE_DATE_EPOCH");
    double seconds = 0;
    struct tm day;

    snprintf(to, DATE_ROOM, "%s", HELIO_DATE);
    if (given && number_read(given, &seconds) && seconds >= 0 && seconds < 1e11) {
        time_t at = (time_t)seconds;
        if (gmtime_r(&at, &day))
            strftime(to, DATE_ROOM, "%Y-%m-%d", &day);
    }
    return to;
}

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
