/* What a piece of the program says on standard error, for tests: said_start, then said_stop. */
#ifndef TESTS_UNIT_SAID_H
#define TESTS_UNIT_SAID_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct said {
    FILE *file;
    int before; /* the real standard error */
    char text[16384];
};

static inline void said_start(struct said *s)
{
    fflush(stderr);
    s->file = tmpfile();
    s->before = dup(STDERR_FILENO);
    if (!s->file || s->before < 0 || dup2(fileno(s->file), STDERR_FILENO) < 0)
        abort();
}

/* Everything said since, until the next start. */
static inline const char *said_stop(struct said *s)
{
    fflush(stderr);
    if (dup2(s->before, STDERR_FILENO) < 0)
        abort();
    close(s->before);
    rewind(s->file);
    s->text[fread(s->text, 1, sizeof s->text - 1, s->file)] = '\0';
    fclose(s->file);
    return s->text;
}

static inline unsigned said_lines(const char *text)
{
    unsigned count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

#endif
