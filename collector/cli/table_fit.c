/* Which columns a terminal has room for (collector/cli/table_inside.h). */
#include "collector/cli/table_inside.h"

#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* In a narrow terminal the lowest rank goes first. */
// clang-format off
const struct table_column table_columns[COLUMNS] = {
    { "PV V",     M_PV_VOLTAGE,      M_NONE,         7, 1, 3 },
    { "PV W",     M_PV_POWER,        M_NONE,         8, 1, 10 },
    { "batt V",   M_BATTERY_VOLTAGE, M_NONE,         7, 2, 9 },
    { "batt A",   M_BATTERY_CURRENT, M_NONE,         7, 2, 6 },
    { "SOC %",    M_BATTERY_SOC,     M_NONE,         6, 0, 7 },
    { "load W",   M_LOAD_POWER,      M_OUTPUT_POWER, 8, 1, 8 },
    { "today kWh", M_PV_ENERGY_TODAY, M_NONE,       10, 2, 4 },
    { "total kWh", M_PV_ENERGY,      M_NONE,        10, 2, 2 },
    { "stage",    M_CHARGE_STAGE,    M_NONE,        13, 0, 5 },
};
// clang-format on

enum {
    ROUND_WIDTH = 10, /* "  %5.0f ms" */
    ASLEEP_WIDTH = 8, /* "  asleep" */
};

enum metric table_metric(const struct reading *r, size_t column)
{
    return reading_has(r, table_columns[column].metric) ? table_columns[column].metric
                                                        : table_columns[column].other;
}

unsigned table_terminal_width(int fd)
{
    const char *given = getenv("COLUMNS");
    struct winsize size = {0};
    double number;

    if (given && number_read(given, &number) && number >= 1 && number <= 10000)
        return (unsigned)number;
    return ioctl(fd, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

static unsigned width_of(const struct table *t, const struct table_layout *l)
{
    int width = l->name_width + (l->has_round ? ROUND_WIDTH : 0);

    for (size_t i = 0; i < COLUMNS; i++)
        width += l->is_shown[i] ? 1 + table_columns[i].width : 0;
    for (size_t i = 0; i < t->count && !l->has_round; i++)
        if (t->rows[i].result == ERR_ASLEEP)
            return (unsigned)(width + ASLEEP_WIDTH);
    return (unsigned)width;
}

static bool is_empty(const struct table *t, size_t column)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].is_heard &&
            reading_has(&t->rows[i].reading, table_metric(&t->rows[i].reading, column)))
            return false;
    return true;
}

/* The column to leave out next: one that nobody has a number for, else the lowest rank. */
static size_t least_column(const struct table *t, const struct table_layout *l)
{
    unsigned least = UINT_MAX;
    size_t found = COLUMNS;

    for (size_t i = 0; i < COLUMNS; i++) {
        unsigned rank = table_columns[i].rank + (is_empty(t, i) ? 0 : COLUMNS + 2);
        if (l->is_shown[i] && rank < least) {
            least = rank;
            found = i;
        }
    }
    return found;
}

struct table_layout table_fit(const struct table *t, int fd)
{
    struct table_layout l = {
        .width = table_terminal_width(fd), .name_width = t->name_width, .has_round = true};
    size_t shown = COLUMNS;

    for (size_t i = 0; i < COLUMNS; i++)
        l.is_shown[i] = true;
    if (!l.width || width_of(t, &l) <= l.width) {
        l.width = 0;
        return l;
    }
    if (l.name_width > TABLE_NAME_MOST + 1)
        l.name_width = TABLE_NAME_MOST + 1;
    l.has_round = width_of(t, &l) <= l.width;
    for (; shown > 1 && width_of(t, &l) > l.width; shown--)
        l.is_shown[least_column(t, &l)] = false;
    return l;
}

void table_line(FILE *to, const char *line, size_t length, unsigned width, const char *end)
{
    size_t indent = 0;

    while (width && length + indent > width) {
        size_t cut = width - indent, whole = cut;
        while (cut > 1 && line[cut] != ' ')
            cut--;
        if (cut <= 1) /* one word fills it */
            cut = whole;
        fprintf(to, "%*s%.*s%s\n", (int)indent, "", (int)cut, line, end);
        line += cut;
        length -= cut;
        while (length && *line == ' ') {
            line++;
            length--;
        }
        indent = width > 8 ? 2 : 0;
    }
    fprintf(to, "%*s%.*s%s\n", (int)indent, "", (int)length, line, end);
}
