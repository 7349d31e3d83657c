/* Fields of a reading, looked up by walking: there are few (metrics/reading.h). */
#include "metrics/reading.h"

#include "base/decimals.h"

static int place_of(const struct reading *r, enum metric m)
{
    for (int i = 0; i < r->count; i++)
        if (r->fields[i].metric == m)
            return i;
    return -1;
}

bool reading_has(const struct reading *r, enum metric m)
{
    return place_of(r, m) >= 0;
}

bool reading_get(const struct reading *r, enum metric m, double *to)
{
    int at = place_of(r, m);

    if (at >= 0)
        *to = r->fields[at].value;
    return at >= 0;
}

bool reading_put(struct reading *r, enum metric m, double value)
{
    int at = place_of(r, m);

    if (at < 0 && r->count == READING_MAX)
        return false;
    if (at < 0)
        at = r->count++;
    r->fields[at].metric = (uint16_t)m;
    r->fields[at].value = decimals_cut(value);
    return true;
}

void reading_drop(struct reading *r, enum metric m)
{
    int at = place_of(r, m);

    if (at >= 0)
        r->fields[at] = r->fields[--r->count];
}
