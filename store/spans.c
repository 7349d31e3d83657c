/* Days, months and years of counters that begin again (store/spans.h). */
#include "store/spans.h"

#include "store/days.h"

#include <string.h>

enum length { A_DAY, A_MONTH, A_YEAR, LENGTHS };
static const char *const endings[LENGTHS] = {"_today", "_month", "_year"};

static enum length length_of(enum metric m, size_t *stem)
{
    size_t length = strlen(catalogue[m].name);
    enum length which = A_DAY;

    for (; which < LENGTHS; which++) {
        *stem = length - strlen(endings[which]);
        if (length > strlen(endings[which]) && !strcmp(catalogue[m].name + *stem, endings[which]))
            break;
    }
    return which;
}

enum metric span_whole(enum metric m)
{
    char name[80];
    size_t stem;

    if (catalogue[m].kind != DAILY || length_of(m, &stem) == LENGTHS || stem >= sizeof name)
        return M_NONE;
    memcpy(name, catalogue[m].name, stem);
    name[stem] = '\0';
    enum metric whole = metric_find(name);
    return whole != M_NONE && catalogue[whole].kind == COUNTER ? whole : M_NONE;
}

int span_first(enum metric m, int64_t at_ms)
{
    size_t stem;
    enum length length = length_of(m, &stem);
    int day = day_of(at_ms);

    return length == A_YEAR    ? day / 10000 * 10000 + 101
           : length == A_MONTH ? day / 100 * 100 + 1
                               : day;
}
