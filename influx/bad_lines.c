/* A tolerant look for "line_number" in a JSON answer (influx/bad_lines.h). */
#include "influx/bad_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_message(const char *from, char *to, size_t size)
{
    static const char key[] = "\"error_message\"";
    const char *at = strstr(from, key);
    size_t used = 0;

    if (!at)
        return;
    at += strlen(key);
    at += strspn(at, " :");
    if (*at++ != '"')
        return;
    for (; *at && *at != '"' && used + 1 < size; at++) {
        if (*at == '\\' && at[1])
            at++;
        to[used++] = (unsigned char)*at < 32 ? ' ' : *at;
    }
    to[used] = '\0';
}

bool bad_lines_read(const char *body, struct outcome *o)
{
    static const char key[] = "\"line_number\"";

    o->bad_count = 0;
    for (const char *at = strstr(body, key); at; at = strstr(at, key)) {
        char *end;
        at += strlen(key);
        at += strspn(at, " :");
        long number = strtol(at, &end, 10);
        if (end == at || number < 1 || number > 1000000 || o->bad_count == BAD_MAX) {
            o->bad_count = 0;
            return false;
        }
        o->bad[o->bad_count++] = (unsigned)number - 1;
    }
    if (o->bad_count)
        read_message(body, o->why, sizeof o->why);
    return o->bad_count > 0;
}
