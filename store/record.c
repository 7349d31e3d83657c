/* Numbers out of a stored row (store/record.h). */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

bool record_next(const char **at, const char **number, unsigned *length)
{
    const char *p = *at;

    while (*p == '[' || *p == ',' || *p == ' ')
        p++;
    if (!*p || *p == ']')
        return false;
    *number = p;
    *length = (unsigned)strcspn(p, ",] ");
    *at = p + *length;
    return true;
}

void record_reading(const struct record *r, struct reading *to)
{
    const char *at = r->numbers, *number;
    unsigned length;

    *to = (struct reading){.round_ms = r->at_ms};
    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++) {
        enum metric m = (enum metric)r->shape->fields[i].metric;
        if (m == M_NONE || *number == 'n')
            continue; /* no name of today's, or null */
        if (!reading_put(to, m, strtod(number, NULL)))
            return;
    }
}
