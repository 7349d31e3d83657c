/*
 * Groups of points, one after the other (influx/mend.h):
 *
 *   read the points ─▶ journal, synced ─▶ delete each ─▶ write the good fields back ─▶ journal
 * empty
 *
 * At any moment either the database or the journal has every good field.
 */
#include "influx/mend.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "influx/point_change.h"
#include "influx/point_line.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GROUP_POINTS = 100, LINE_ROOM = 16 * 1024 };
static const int64_t WINDOW_NS = 7200000000000; /* two hours of points at once */

/* ---- mending ----------------------------------------------------------------------------- */

/* One walk over a measurement: findings are looked up as the points come by. */
struct walk {
    struct mend *mend;
    const char *measurement;
    struct field_types types;
    struct text journal, overwrites;
    unsigned in_group;
    int rc;
    /* of the point at hand */
    const struct point *p;
    bool is_wrong[QUERY_FIELDS];
    double truths[QUERY_FIELDS];
    bool has_truth[QUERY_FIELDS];
};

static bool is_good(void *who, unsigned field)
{
    const struct walk *w = who;

    return !w->is_wrong[field];
}

/* Findings are sorted by series and time. */
static const struct finding *findings_of(const struct judge *j, const struct point *p)
{
    uint32_t series = 0;
    size_t low = 0, high = j->count;

    while (series < j->series_count && strcmp(j->series[series], p->series) != 0)
        series++;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct finding *f = &j->findings[mid];
        if (f->series < series || (f->series == series && f->at_ns < p->at_ns))
            low = mid + 1;
        else
            high = mid;
    }
    const struct finding *f = &j->findings[low];
    return low < j->count && f->series == series && f->at_ns == p->at_ns ? f : NULL;
}

static unsigned mark_wrong(struct walk *w, const struct point *p, const struct finding *f)
{
    const struct judge *j = w->mend->judge;
    unsigned wrong = 0;

    memset(w->is_wrong, 0, sizeof w->is_wrong);
    memset(w->has_truth, 0, sizeof w->has_truth);
    for (const struct finding *at = f;
         at < j->findings + j->count && at->series == f->series && at->at_ns == f->at_ns; at++)
        for (unsigned i = 0; i < p->field_count; i++)
            if (p->fields[i].is_there && !strcmp(p->fields[i].name, j->fields[at->field]) &&
                !(fabs(p->fields[i].value - at->value) > 0)) {
                w->is_wrong[i] = true; /* still what was judged, nobody mended it meanwhile */
                wrong++;
            }
    return wrong;
}

static int flush_group(struct walk *w)
{
    struct mend *m = w->mend;
    int rc = OK;

    if (w->overwrites.used)
        rc = change_write(m, w->overwrites.to);
    if (!rc && w->in_group) {
        text_add(&w->journal, ".\n");
        rc = w->journal.is_cut ? ERR_FULL : change_group(m, w->journal.to, w->journal.used);
        m->points += rc > 0 ? (uint64_t)rc : 0;
        rc = rc > 0 ? OK : rc;
    }
    w->journal = text_on(w->journal.to, w->journal.size);
    w->overwrites = text_on(w->overwrites.to, w->overwrites.size);
    w->in_group = 0;
    return rc;
}

/* Overwrites what is known: a line with only those fields. True: nothing is left to remove. */
static bool overwrite(struct walk *w, const struct point *p)
{
    struct mend *m = w->mend;
    struct point fixed = *p;
    char line[LINE_ROOM];
    bool is_all = true;

    for (unsigned i = 0; i < p->field_count; i++) {
        fixed.fields[i].is_there = w->is_wrong[i] && m->truth.find &&
                                   m->truth.find(m->truth.who, p, p->fields[i].name, &w->truths[i]);
        fixed.fields[i].value = w->truths[i];
        fixed.fields[i].integer = (int64_t)w->truths[i];
        w->has_truth[i] = fixed.fields[i].is_there;
        is_all &= !w->is_wrong[i] || w->has_truth[i];
    }
    if (point_line(&fixed, &w->types, NULL, NULL, line, sizeof line) > 0)
        text_format(&w->overwrites, "%s\n", line);
    for (unsigned i = 0; i < p->field_count; i++)
        m->overwritten += w->has_truth[i];
    return is_all;
}

static void put_journal(struct walk *w, const struct point *p)
{
    static char line[LINE_ROOM], where[LINE_ROOM];
    struct point kept = *p;
    int length;

    if (point_where(p, &w->types, where, sizeof where)) {
        w->rc = ERR_FULL;
        return;
    }
    if (!change_is_possible(w->mend, where)) {
        w->mend->left++;
        return;
    }
    for (unsigned i = 0; i < p->field_count; i++) {
        w->mend->removed += w->is_wrong[i] && !w->has_truth[i];
        if (!w->has_truth[i])
            continue;
        w->is_wrong[i] = false; /* goes back with what is true */
        kept.fields[i].value = w->truths[i];
        kept.fields[i].integer = (int64_t)w->truths[i];
    }
    length = point_line(&kept, &w->types, is_good, w, line, sizeof line);
    if (length < 0) {
        w->rc = length;
        return;
    }
    text_format(&w->journal, "%s\n%s\n%s\n", w->measurement, where, length ? line : "");
    w->in_group++;
}

static int mend_point(void *to, const struct point *p)
{
    struct walk *w = to;
    const struct finding *f = findings_of(w->mend->judge, p);

    if (!f || !mark_wrong(w, p, f))
        return OK;
    if (!overwrite(w, p))
        put_journal(w, p);
    if (!w->rc && (w->in_group == GROUP_POINTS || w->overwrites.used > w->overwrites.size / 2))
        w->rc = flush_group(w);
    return w->rc;
}

/* Windows in which there is something to mend. */
static bool has_findings(const struct judge *j, int64_t from_ns, int64_t to_ns)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->findings[i].at_ns >= from_ns && j->findings[i].at_ns < to_ns)
            return true;
    return false;
}

static int walk_windows(struct mend *m, const char *measurement, bool only_findings, point_fn *each,
                        void *to)
{
    char statement[900], name[500];
    int rc = OK;

    query_from(m->door, measurement, name, sizeof name);
    for (int64_t at = m->from_ns; at < m->to_ns && !rc; at += WINDOW_NS) {
        int64_t end = at + WINDOW_NS < m->to_ns ? at + WINDOW_NS : m->to_ns;
        if (only_findings && !has_findings(m->judge, at, end))
            continue;
        snprintf(statement, sizeof statement,
                 "SELECT * FROM %s WHERE time >= %lld AND time < %lld GROUP BY *", name,
                 (long long)at, (long long)end);
        rc = query_points(m->door, statement, each, to);
    }
    return rc;
}

int mend_measurement(struct mend *m, const char *measurement)
{
    enum { ROOM = GROUP_POINTS * LINE_ROOM };
    struct walk *w = calloc(1, sizeof *w);
    char *bytes = malloc(2 * ROOM);
    int rc = w && bytes ? change_folder(m) : ERR_FULL;

    if (!rc) {
        w->mend = m;
        w->measurement = measurement;
        w->journal = text_on(bytes, ROOM);
        w->overwrites = text_on(bytes + ROOM, ROOM);
        rc = field_types_read(m->door, measurement, &w->types);
    }
    if (!rc)
        rc = walk_windows(m, measurement, true, mend_point, w);
    if (!rc)
        rc = flush_group(w);
    free(bytes);
    free(w);
    return rc;
}

/* ---- the backup -------------------------------------------------------------------------- */

struct backup {
    FILE *to;
    struct field_types types;
    uint64_t values;
};

static int save_point(void *to, const struct point *p)
{
    static char line[LINE_ROOM];
    struct backup *b = to;
    int length = point_line(p, &b->types, NULL, NULL, line, sizeof line);

    if (length < 0)
        return length;
    for (unsigned i = 0; i < p->field_count; i++)
        b->values += p->fields[i].is_there;
    return length == 0 || fprintf(b->to, "%s\n", line) > 0 ? OK : ERR_FULL;
}

static int add_counts(void *to, const char *series, const char *const *cells, unsigned count)
{
    uint64_t *sum = to;

    (void)series;
    for (unsigned i = 0; i < count; i++)
        *sum += strtoull(cells[i], NULL, 10);
    return OK;
}

int mend_backup(struct mend *m, const char *measurement, char *file, size_t size)
{
    char statement[900], name[500];
    struct backup b = {0};
    uint64_t there = 0;
    int rc = change_folder(m);

    snprintf(file, size, "%s/%s-%lld.lp", m->folder, measurement, (long long)clock_wall_ms());
    for (char *p = file + strlen(m->folder) + 1; *p; p++)
        if (*p == '/')
            *p = '_';
    if (!rc)
        rc = field_types_read(m->door, measurement, &b.types);
    if (rc)
        return rc;
    b.to = fopen(file, "wx");
    if (!b.to) {
        log_err("repair", "%s: %s", file, strerror(errno));
        return ERR_DENIED;
    }
    rc = walk_windows(m, measurement, false, save_point, &b);
    if (!rc && (fflush(b.to) || fsync(fileno(b.to))))
        rc = ERR_FULL;
    if (fclose(b.to) && !rc)
        rc = ERR_FULL;
    snprintf(statement, sizeof statement,
             "SELECT count(*) FROM %s WHERE time >= %lld AND time < %lld",
             query_from(m->door, measurement, name, sizeof name), (long long)m->from_ns,
             (long long)m->to_ns);
    if (!rc)
        rc = query_cells(m->door, statement, NULL, add_counts, &there);
    if (!rc && there != b.values) {
        log_err("repair", "the backup %s holds %llu numbers, the database %llu: nothing is touched",
                file, (unsigned long long)b.values, (unsigned long long)there);
        rc = ERR_DATA;
    }
    return rc;
}
