/* Names and numbers as they stand in the file: ["pv_voltage","pv_power"] and [37,null]. */
#include "store/inside.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void numbers_write(const struct shape *shape, const struct reading *r, char *to, size_t size)
{
    struct text text = text_on(to, size);
    double value;

    text_char(&text, '[');
    for (unsigned i = 0; i < shape->count; i++) {
        if (i)
            text_char(&text, ',');
        if (reading_get(r, (enum metric)shape->fields[i].metric, &value))
            text_number(&text, value);
        else
            text_add(&text, "null");
    }
    text_char(&text, ']');
}

bool row_says(const struct shape *shape, const char *numbers, const struct reading *r)
{
    const char *number;
    unsigned length, found = 0;

    for (unsigned i = 0; i < shape->count && record_next(&numbers, &number, &length); i++)
        found += *number != 'n' && reading_has(r, (enum metric)shape->fields[i].metric);
    return found == r->count;
}

/* ["pv_voltage","pv_power"]: written by put_shapes, so no need for a whole JSON reader. */
bool shape_read(const char *names, struct shape *to)
{
    *to = (struct shape){0};
    for (const char *p = strchr(names, '"'); p; p = strchr(p, '"')) {
        const char *end = strchr(++p, '"');
        if (!end || to->count == READING_MAX)
            return false;
        char *name = strndup(p, (size_t)(end - p));
        if (!name)
            return false;
        enum metric m = metric_find(name);
        to->fields[to->count].metric = (uint16_t)m;
        if (m != M_NONE) {
            free(name);
            name = (char *)(uintptr_t)catalogue[m].name;
        }
        to->fields[to->count++].name = name;
        p = end + 1;
    }
    return to->count > 0;
}

void shape_done(struct shape *shape)
{
    for (unsigned i = 0; i < shape->count; i++)
        if (shape->fields[i].metric == M_NONE)
            free(shape->fields[i].name);
    shape->count = 0;
}
