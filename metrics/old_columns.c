/* Names to metrics (metrics/old_columns.h). */
#include "metrics/old_columns.h"

#include <stddef.h>
#include <string.h>

bool old_column_find(const char *name, enum metric *to)
{
    static const struct {
        const char *name;
        enum metric metric;
    } columns[] = {
#define STATS(column, tag, as) {#column, M_##tag},
#include "metrics/stats.def"
#undef STATS
    };

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (!strcmp(columns[i].name, name)) {
            *to = columns[i].metric;
            return true;
        }
    return false;
}

enum metric old_stand_in(enum metric m)
{
    return m == M_PV_CURRENT ? M_CHARGER_CURRENT : M_NONE;
}
