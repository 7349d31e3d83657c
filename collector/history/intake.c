/* CSV to rows of the log (collector/history/intake.h). */
#include "collector/history/intake.h"

#include "base/clock.h"
#include "base/plural.h"
#include "base/section.h"
#include "base/text.h"
#include "metrics/old_columns.h"
#include "metrics/old_status.h"
#include "store/days.h"

#include <stdarg.h>
#include <string.h>

enum { COLUMNS_MAX = READING_MAX + 2, LINE_BYTES = 16384, CHUNK = 500 };

struct columns {
    int count, time, device; /* -1: there is none */
    enum metric metrics[COLUMNS_MAX];
    bool is_old[COLUMNS_MAX]; /* named as an older datalogger named it */
};

static void fault(struct intake *i, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fault(struct intake *i, unsigned line, const char *format, ...)
{
    char *to = i->faults[i->told];
    va_list args;

    if (i->told == INTAKE_FAULTS)
        return;
    int used = snprintf(to, sizeof i->faults[0], "line %u: ", line);
    va_start(args, format);
    vsnprintf(to + used, sizeof i->faults[0] - (size_t)used, format, args);
    va_end(args);
    i->told++;
}

/* "a ""quoted"" cell" in place; *end is set behind it. */
static bool unquote(char *cell, char **end)
{
    char *to = cell;

    for (char *p = cell + 1; *p; p++) {
        if (*p == '"' && p[1] == '"')
            *to++ = *p++;
        else if (*p == '"') {
            *end = p + 1;
            *to = '\0';
            return true;
        } else
            *to++ = *p;
    }
    return false;
}

int csv_split(char *line, char **cells, int most)
{
    int count = 0;

    for (char *p = line;;) {
        char *end;
        if (count == most)
            return -1;
        cells[count] = p;
        if (*p == '"') {
            if (!unquote(p, &end) || (*end && *end != ','))
                return -1;
        } else {
            end = p + strcspn(p, ",");
        }
        count++;
        if (!*end)
            return count;
        *end = '\0';
        p = end + 1;
    }
}

static int read_head(struct intake *i, char *line, const char *device, struct columns *c)
{
    char *cells[COLUMNS_MAX];

    c->count = csv_split(line, cells, COLUMNS_MAX);
    for (int k = 0; k < c->count; k++) {
        struct nearest n = {.word = text_trim(cells[k])};
        c->metrics[k] = metric_find(n.word);
        if (!strcmp(n.word, "time") || !strcmp(n.word, "datetime") || !strcmp(n.word, "timestamp"))
            c->time = k;
        else if (!strcmp(n.word, "device"))
            c->device = k;
        else if (c->metrics[k] == M_NONE && old_column_find(n.word, &c->metrics[k]))
            c->is_old[k] = true; /* M_NONE: words that are no number of one metric; passed over */
        else if (c->metrics[k] == M_NONE) {
            for (int m = 1; m < METRIC_COUNT; m++)
                nearest_try(&n, catalogue[m].name);
            fault(i, 1, "\"%.60s\" is no metric%s%s%s (see: helio list metrics)", n.word,
                  n.best ? "; did you mean \"" : "", n.best ? n.best : "", n.best ? "\"?" : "");
            return ERR_DATA;
        }
    }
    if (c->time < 0)
        fault(i, 1, "the first line must name the columns, and one of them \"time\"");
    else if (c->device < 0 && !*device)
        fault(i, 1, "there is no column \"device\"; say whose numbers these are (--device)");
    else
        return OK;
    return ERR_DATA;
}

static const struct origin *whose(struct intake *i, const char *name)
{
    static const struct origin stranger = {.driver = "import"}; /* who would get a place */
    const struct origin *known = i->store ? store_origin_named(i->store, name) : NULL;
    struct origin o = {.driver = "import"};

    if (known || !*name || strlen(name) >= sizeof o.name)
        return known;
    if (i->is_dry)
        return &stranger;
    snprintf(o.name, sizeof o.name, "%s", name);
    return store_origin(i->store, &o);
}

/* Old columns hold a word for the mode, and one of two currents, by how it is written. */
static enum metric read_old(enum metric m, const char *cell, double *value)
{
    if (m == M_DEVICE_MODE && old_mode(cell, value))
        return m;
    if (!number_read(cell, value))
        return M_NONE;
    return !strchr(cell, '.') && old_stand_in(m) != M_NONE ? old_stand_in(m) : m;
}

static void read_numbers(struct intake *i, unsigned line, char **cells, const struct columns *c,
                         struct reading *r)
{
    for (int k = 0; k < c->count; k++) {
        double value;
        const char *cell = text_trim(cells[k]);
        enum metric m = c->metrics[k];
        if (m == M_NONE || !*cell)
            continue;
        if (c->is_old[k])
            m = read_old(m, cell, &value);
        else if (!number_read(cell, &value))
            m = M_NONE;
        if (m == M_NONE || !metric_is_possible(m, value)) {
            fault(i, line, "%s cannot be %.40s; left out", catalogue[c->metrics[k]].name, cell);
            i->left_out++;
        } else if (!reading_put(r, m, value)) {
            return;
        }
    }
}

enum fate { TAKEN_IN, KNOWN, TURNED_AWAY };

static enum fate take_line(struct intake *i, unsigned number, char *line, const struct columns *c,
                           const char *device)
{
    char *cells[COLUMNS_MAX];
    struct reading r = {0};
    int64_t at;

    if (csv_split(line, cells, COLUMNS_MAX) != c->count) {
        fault(i, number, "has not %d columns", c->count);
        return TURNED_AWAY;
    }
    if (!when_read(text_trim(cells[c->time]), clock_wall_ms(), &at) || !clock_is_possible(at)) {
        fault(i, number, "\"%.40s\" is no time", cells[c->time]);
        return TURNED_AWAY;
    }
    const char *name = c->device < 0 ? device : text_trim(cells[c->device]);
    const struct origin *from = whose(i, name);
    read_numbers(i, number, cells, c, &r);
    if (!from)
        fault(i, number, "\"%.40s\" cannot be the name of a device", name);
    if (!from || !r.count)
        return TURNED_AWAY;
    if (i->store && *from->name && store_has(i->store, from, at, &r))
        return KNOWN;
    if (i->is_dry)
        return TAKEN_IN;
    if (store_append(i->store, from, RECORD_IMPORTED, at, &r) < 0)
        return TURNED_AWAY;
    return TAKEN_IN;
}

void intake_say(const struct intake *i, char *to, size_t size)
{
    struct text t = text_on(to, size);

    text_format(&t, "%llu reading%s %s, %llu row%s refused", (unsigned long long)i->taken,
                plural_s((int64_t)i->taken), i->is_dry ? "would be taken in" : "taken in",
                (unsigned long long)i->refused, plural_s((int64_t)i->refused));
    if (i->known)
        text_format(&t, ", %llu known already", (unsigned long long)i->known);
}

/* The first line names the columns. */
static int read_first(struct intake *i, FILE *from, char *line, const char *device,
                      struct columns *c)
{
    *c = (struct columns){.time = -1, .device = -1};
    if (!fgets(line, LINE_BYTES, from)) {
        fault(i, 1, "the file is empty");
        return ERR_DATA;
    }
    char *head = strncmp(line, "\xef\xbb\xbf", 3) ? line : line + 3; /* a spreadsheet's mark */
    head[strcspn(head, "\r\n")] = '\0';
    return read_head(i, head, device, c);
}

static int take_lines(struct intake *i, FILE *from, char *line, const struct columns *c,
                      const char *device)
{
    for (unsigned number = 2; fgets(line, LINE_BYTES, from); number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!*line)
            continue;
        enum fate fate = take_line(i, number, line, c, device);
        i->refused += fate == TURNED_AWAY;
        i->known += fate == KNOWN;
        if (fate != TAKEN_IN)
            continue;
        int rc = ++i->taken % CHUNK || i->is_dry ? OK : store_commit(i->store);
        if (rc)
            return rc;
    }
    return i->is_dry ? OK : store_commit(i->store);
}

int intake_run(struct intake *i, FILE *from, const char *device)
{
    static char line[LINE_BYTES]; /* one import at a time */
    struct columns columns;
    int rc = read_first(i, from, line, device, &columns);

    if (!rc)
        rc = take_lines(i, from, line, &columns, device);
    while (!rc && !i->is_dry &&
           store_close_reopened(i->store)) /* what is stopped here, tidying goes on with */
        continue;
    return rc;
}
