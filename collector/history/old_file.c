/* Logs and tables as CSV, line by line as it is asked for (collector/history/old_file.h). */
#include "collector/history/old_file.h"

#include "base/clock.h"
#include "base/text.h"
#include "metrics/old_status.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { HEAD_BYTES = 4096, MODE = 1 + OLD_WORDS };

static const char *const columns[] = {
    "datetime",
#define STATS(column, tag, as) #column,
#include "metrics/stats.def"
#undef STATS
};
enum { COLUMNS = sizeof columns / sizeof *columns };
_Static_assert(COLUMNS == MODE + 1, "a time, the words of the answer, and the mode");

/* ---- what is it? ------------------------------------------------------------------------- */

static bool looks_like_log(char *line)
{
    char *answer = strchr(line, ',');
    struct old_log log = {0};
    struct reading r;

    if (!answer)
        return old_line(&log, line, strlen(line), &r) == OLD_HEADER;
    *answer = '\0';
    return text_fits(line, "0000-00-00 00:00:00") || text_fits(line, "0000-00-00 00:00:00.000000");
}

enum old_kind old_kind_of(FILE *file)
{
    static const char mark[16] = "SQLite format 3"; /* with its NUL */
    char head[HEAD_BYTES + 1];
    size_t got;

    if (fseek(file, 0, SEEK_SET))
        return OLD_NOTHING;
    got = fread(head, 1, HEAD_BYTES, file);
    rewind(file);
    head[got] = '\0';
    if (got >= sizeof mark && !memcmp(head, mark, sizeof mark))
        return OLD_SQLITE;
    for (size_t at = 0; at < got;) {
        char *line = head + at;
        size_t length = strcspn(line, "\r\n");
        at += length + 1;
        if (!length)
            continue; /* empty, or padding */
        line[length] = '\0';
        return looks_like_log(line) ? OLD_LOG : OLD_NOTHING;
    }
    return OLD_NOTHING;
}

/* ---- rows of a database ------------------------------------------------------------------ */

static int begin_table(struct old_file *f)
{
    const char *table = f->is_last_table ? "last_stats" : "stats";

    return foreign_begin(f->rows, table, columns, COLUMNS, f->is_last_table ? "stats" : NULL);
}

static enum old_class take_row(struct old_file *f, struct reading *to)
{
    const char *words[OLD_WORDS], *when = foreign_text(f->rows, 0), *mode;
    int64_t seconds;
    double code;

    *to = (struct reading){0};
    if (!when || !integer_read(when, &seconds) || seconds < 0 || seconds > INT32_MAX * 2LL ||
        !clock_is_possible(seconds * MS_PER_S))
        return OLD_NO_TIME;
    to->round_ms = seconds * MS_PER_S;
    for (unsigned i = 0; i < OLD_WORDS; i++)
        words[i] = foreign_text(f->rows, i + 1);
    old_words(&f->log, words, OLD_WORDS, to);
    mode = foreign_text(f->rows, MODE);
    if (mode && old_mode(mode, &code))
        (void)reading_put(to, M_DEVICE_MODE, code); /* there is room */
    return to->count ? OLD_TAKEN : OLD_EMPTY;
}

static bool next_row(struct old_file *f, struct reading *to)
{
    int rc;

    while ((rc = foreign_next(f->rows)) == ERR_ABSENT && !f->is_last_table &&
           foreign_has(f->rows, "last_stats", columns[0])) {
        f->is_last_table = true;
        rc = begin_table(f);
        if (rc)
            break;
    }
    if (rc && rc != ERR_ABSENT)
        f->error = rc;
    if (rc)
        return false;
    enum old_class class = take_row(f, to);
    f->log.lines[class]++;
    if (!old_classes[class].is_reading)
        to->count = 0;
    return true;
}

/* ---- lines of a log ---------------------------------------------------------------------- */

static bool next_line(struct old_file *f, struct reading *to)
{
    ssize_t length = getline(&f->line, &f->line_room, f->lines);

    if (length < 0) {
        f->error = ferror(f->lines) ? ERR_IO : OK;
        return false;
    }
    if (!old_classes[old_line(&f->log, f->line, (size_t)length, to)].is_reading)
        to->count = 0;
    return true;
}

/* ---- out as CSV -------------------------------------------------------------------------- */

static void write_head(struct text *t)
{
    text_add(t, "time");
    for (size_t i = 0; old_metrics[i] != M_NONE; i++)
        text_format(t, ",%s", catalogue[old_metrics[i]].name);
    text_char(t, '\n');
}

static void write_row(const struct reading *r, struct text *t)
{
    double value;

    text_format(t, "%lld", (long long)r->round_ms);
    for (size_t i = 0; old_metrics[i] != M_NONE; i++) {
        text_char(t, ',');
        if (reading_get(r, old_metrics[i], &value))
            text_number(t, value);
    }
    text_char(t, '\n');
}

static bool fill(struct old_file *f)
{
    struct text t = text_on(f->csv, sizeof f->csv);
    struct reading r = {0};

    f->given = f->used = 0;
    if (!f->is_begun) {
        f->is_begun = true;
        write_head(&t);
        f->used = t.used;
        return true;
    }
    while (!r.count)
        if (!(f->rows ? next_row(f, &r) : next_line(f, &r)))
            return false;
    write_row(&r, &t);
    f->used = t.used;
    return true;
}

static ssize_t give(void *cookie, char *to, size_t size)
{
    struct old_file *f = cookie;

    if (f->given == f->used && !fill(f))
        return f->error ? -1 : 0;
    if (size > f->used - f->given)
        size = f->used - f->given;
    memcpy(to, f->csv + f->given, size);
    f->given += size;
    return (ssize_t)size;
}

FILE *old_file_csv(struct old_file *f)
{
    return fopencookie(f, "r", (cookie_io_functions_t){.read = give});
}

int old_file_open(struct old_file *f, FILE *lines, const char *path)
{
    int rc = OK;

    *f = (struct old_file){.lines = lines};
    if (lines)
        return OK;
    rc = foreign_open(&f->rows, path);
    /* Our own store has such views too, of all its devices together. */
    if (!rc &&
        (!foreign_has(f->rows, "stats", columns[0]) ||
         !foreign_has(f->rows, "stats", "batt_volt") || foreign_has(f->rows, "reading", "shape")))
        rc = ERR_DATA;
    if (!rc)
        rc = begin_table(f);
    if (rc)
        old_file_close(f);
    return rc;
}

void old_file_close(struct old_file *f)
{
    foreign_close(f->rows);
    free(f->line);
    f->rows = NULL;
    f->line = NULL;
}

void old_file_say(const struct old_file *f, FILE *to)
{
    const char *what = f->rows ? "rows" : "lines";
    uint64_t all = 0;

    for (int i = 0; i < OLD_CLASS_COUNT; i++)
        all += f->log.lines[i];
    fprintf(to, "%llu %s read\n", (unsigned long long)all, what);
    for (int i = 0; i < OLD_CLASS_COUNT; i++)
        if (f->log.lines[i])
            fprintf(to, "%8llu %s\n", (unsigned long long)f->log.lines[i], old_classes[i].text);
    for (int m = 1; m < METRIC_COUNT; m++)
        if (f->log.left_out[m])
            fprintf(to, "%8llu numbers left out: %s cannot be so\n",
                    (unsigned long long)f->log.left_out[m], catalogue[m].name);
}
