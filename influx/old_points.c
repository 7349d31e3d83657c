/* Two walks over a database, the second one on demand (influx/old_points.h). */
#include "influx/old_points.h"

#include "base/log.h"
#include "base/text.h"
#include "influx/judge.h"
#include "influx/old_fields.h"
#include "influx/query.h"
#include "influx/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { FIELDS_MOST = QUERY_FIELDS, UNKNOWN_TEXT = 400, LINE_MOST = 8192 };

static const int64_t WINDOW_NS = 21600000000000, NS_PER_MS = 1000000; /* six hours at once */

/* A field that has a metric: its number divided by `factor`. */
struct known_field {
    char name[QUERY_NAME];
    enum metric metric;
    double factor;
};

struct source {
    char name[QUERY_NAME];
    int64_t from_ns, to_ns;
    struct judge judge;
    uint64_t points;
};

struct old_points {
    struct door *door;
    const struct old_points_want *want;
    struct known_field fields[FIELDS_MOST];
    size_t field_count;
    enum metric columns[METRIC_COUNT];
    size_t column_count;
    bool has_known;             /* the measurement that is looked at, any field we know */
    char unknown[UNKNOWN_TEXT]; /* fields nobody knows, as a list of words */
    struct source *sources;
    size_t source_count, at; /* the one being read */
    int64_t next_ns;         /* of it, the window to come */
    uint64_t left_out[JUDGE_REASON_COUNT];
    bool is_begun;
    int error;
    char *csv; /* a window's lines */
    size_t given, used, room;
};

/* ---- which fields ------------------------------------------------------------------------- */

/* "PVw=pv_power,..." */
static bool mapped(const char *map, const char *field, enum metric *to)
{
    size_t length = strlen(field);

    for (const char *at = map; *at; at += *at == ',') {
        size_t size = strcspn(at, ",");
        if (size > length && !strncmp(at, field, length) && at[length] == '=') {
            char name[80];
            snprintf(name, sizeof name, "%.*s", (int)(size - length - 1), at + length + 1);
            *to = metric_find(name);
            return *to != M_NONE;
        }
        at += size;
    }
    return false;
}

static bool find_field(const struct old_points *o, const char *name, struct known_field *to)
{
    *to = (struct known_field){.factor = 1};
    snprintf(to->name, sizeof to->name, "%s", name);
    if (mapped(o->want->map, name, &to->metric))
        return true;
    for (size_t i = 0; i < old_field_count; i++)
        if (!strcmp(old_fields[i].name, name)) {
            to->metric = old_fields[i].metric;
            to->factor = old_fields[i].factor;
            return true;
        }
    to->metric = metric_find(name);
    return to->metric != M_NONE;
}

/* A product of two others says nothing of its own. */
static bool is_product(const char *name)
{
    for (size_t i = 0; i < old_field_count; i++)
        if (!strcmp(old_fields[i].name, name))
            return old_fields[i].times != M_NONE;
    return false;
}

static void add_column(struct old_points *o, enum metric m)
{
    for (size_t i = 0; i < o->column_count; i++)
        if (o->columns[i] == m)
            return;
    o->columns[o->column_count++] = m;
}

static const struct known_field *known(const struct old_points *o, const char *name)
{
    for (size_t i = 0; name && i < o->field_count; i++)
        if (!strcmp(o->fields[i].name, name))
            return &o->fields[i];
    return NULL;
}

static int take_field(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct old_points *o = to;
    struct known_field f;

    (void)series;
    if (count && known(o, cells[0]))
        o->has_known = true;
    if (!count || strlen(cells[0]) >= QUERY_NAME || known(o, cells[0]) || is_product(cells[0]))
        return OK;
    if (find_field(o, cells[0], &f) && o->field_count < FIELDS_MOST) {
        o->fields[o->field_count++] = f;
        o->has_known = true;
        add_column(o, f.metric);
    } else {
        struct text t = text_on(o->unknown, sizeof o->unknown);
        t.used = strlen(o->unknown);
        if (!strstr(o->unknown, cells[0]))
            text_format(&t, "%s%s", t.used ? ", " : "", cells[0]);
    }
    return OK;
}

/* ---- which measurements ------------------------------------------------------------------- */

static int take_measurement(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct old_points *o = to;
    struct source *more;

    (void)series;
    if (!count || strlen(cells[0]) >= QUERY_NAME ||
        (*o->want->measurement && strcmp(cells[0], o->want->measurement) != 0))
        return OK;
    more = realloc(o->sources, (o->source_count + 1) * sizeof *more);
    if (!more)
        return ERR_FULL;
    o->sources = more;
    more[o->source_count] = (struct source){.from_ns = o->want->from_ms * NS_PER_MS,
                                            .to_ns = o->want->to_ms * NS_PER_MS};
    snprintf(more[o->source_count++].name, QUERY_NAME, "%s", cells[0]);
    return OK;
}

/* One that has no field we know is not of ours. */
static int look_at(struct old_points *o, struct source *s)
{
    static const char *const wanted[] = {"fieldKey", NULL};
    char statement[900], name[500];
    int rc;

    o->has_known = false;
    snprintf(statement, sizeof statement, "SHOW FIELD KEYS FROM %s",
             query_from(o->door, s->name, name, sizeof name));
    rc = query_cells(o->door, statement, wanted, take_field, o);
    if (rc)
        return rc;
    if (!o->has_known)
        s->to_ns = s->from_ns;
    rc = s->to_ns > s->from_ns
             ? scan_measurement(o->door, s->name, &s->from_ns, &s->to_ns, &s->judge)
             : OK;
    judge_end(&s->judge);
    judge_sort(&s->judge);
    return !rc && s->judge.is_out_of_memory ? ERR_FULL : rc;
}

int old_points_open(struct old_points **to, struct door *d, const struct old_points_want *want)
{
    static const char *const wanted[] = {"name", NULL};
    struct old_points *o = calloc(1, sizeof *o);
    int rc = o ? OK : ERR_FULL;

    *to = o;
    if (rc)
        return rc;
    o->door = d;
    o->want = want;
    rc = query_cells(d, "SHOW MEASUREMENTS", wanted, take_measurement, o);
    if (!rc && !o->source_count) {
        log_err(d->who,
                *want->measurement ? "there is no measurement \"%s\"" : "there is no measurement%s",
                want->measurement);
        rc = ERR_ABSENT;
    }
    if (!rc && o->source_count > 1 && *want->device) {
        log_err(d->who, "there are %zu measurements, and one device: name one with --measurement",
                o->source_count);
        rc = ERR_USAGE;
    }
    for (size_t i = 0; i < o->source_count && !rc; i++)
        rc = look_at(o, &o->sources[i]);
    if (!rc && !o->column_count) {
        log_err(d->who, "no field there is known (%s); --map FIELD=METRIC says what they are",
                o->unknown);
        rc = ERR_ABSENT;
    }
    if (!rc)
        o->next_ns = o->sources[0].from_ns;
    return rc;
}

void old_points_close(struct old_points *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->source_count; i++)
        judge_done(&o->sources[i].judge);
    free(o->sources);
    free(o->csv);
    free(o);
}

/* ---- what cannot be true -------------------------------------------------------------------- */

/* The first finding of this point, among those of its series. */
static size_t findings_of(const struct judge *j, const struct point *p)
{
    size_t low = 0, high = j->count;
    uint32_t series = 0;

    while (series < j->series_count && strcmp(j->series[series], p->series) != 0)
        series++;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct finding *f = &j->findings[middle];
        bool is_before = f->series < series || (f->series == series && f->at_ns < p->at_ns);
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return low < j->count && j->findings[low].series == series && j->findings[low].at_ns == p->at_ns
               ? low
               : j->count;
}

static bool is_wrong(struct old_points *o, const struct judge *j, size_t first,
                     const struct point *p, const char *field)
{
    for (size_t i = first; i < j->count && j->findings[i].at_ns == p->at_ns &&
                           j->findings[i].series == j->findings[first].series;
         i++)
        if (!strcmp(j->fields[j->findings[i].field], field)) {
            o->left_out[j->findings[i].reason]++;
            return true;
        }
    return false;
}

/* ---- a point as a line ------------------------------------------------------------------- */

static const char *device_of(const struct old_points *o, const struct point *p)
{
    for (unsigned i = 0; i < p->tag_count && !*o->want->device; i++)
        if (!strcmp(p->tags[i].key, "device"))
            return p->tags[i].value;
    return *o->want->device ? o->want->device : p->measurement;
}

static bool make_room(struct old_points *o)
{
    size_t larger = o->room ? 2 * o->room : 16 * LINE_MOST;
    char *more;

    if (o->used + LINE_MOST <= o->room)
        return true;
    more = realloc(o->csv, larger);
    if (!more)
        return false;
    o->csv = more;
    o->room = larger;
    return true;
}

static int take_point(void *to, const struct point *p)
{
    struct old_points *o = to;
    struct source *s = &o->sources[o->at];
    size_t first = findings_of(&s->judge, p);
    bool is_there[METRIC_COUNT] = {false};
    double values[METRIC_COUNT];

    if (!make_room(o))
        return ERR_FULL;
    for (unsigned i = 0; i < p->field_count; i++) {
        const struct known_field *f = known(o, p->fields[i].name);
        if (!f || !p->fields[i].is_there || !p->fields[i].is_number ||
            is_wrong(o, &s->judge, first, p, f->name))
            continue;
        is_there[f->metric] = true;
        values[f->metric] = f->factor > 0 && f->factor < 1
                                ? round(p->fields[i].value / f->factor * 1e6) / 1e6
                                : p->fields[i].value;
    }
    s->points++;
    struct text t = text_on(o->csv + o->used, LINE_MOST);
    text_format(&t, "%lld,", (long long)(p->at_ns / NS_PER_MS));
    text_csv(&t, device_of(o, p));
    bool is_empty = true;
    for (size_t i = 0; i < o->column_count; i++) {
        text_char(&t, ',');
        if (is_there[o->columns[i]])
            text_number(&t, values[o->columns[i]]);
        is_empty &= !is_there[o->columns[i]];
    }
    text_char(&t, '\n');
    if (!is_empty && !t.is_cut)
        o->used += t.used;
    return OK;
}

/* ---- the stream ------------------------------------------------------------------------------ */

static void write_head(struct old_points *o)
{
    struct text t = text_on(o->csv, LINE_MOST);

    text_add(&t, "time,device");
    for (size_t i = 0; i < o->column_count; i++)
        text_format(&t, ",%s", catalogue[o->columns[i]].name);
    text_char(&t, '\n');
    o->used = t.used;
}

/* The next window that has a line in it. */
static bool fill(struct old_points *o)
{
    o->given = o->used = 0;
    if (!make_room(o))
        o->error = ERR_FULL;
    if (!o->is_begun && !o->error)
        write_head(o);
    o->is_begun = true;
    while (!o->used && !o->error && o->at < o->source_count) {
        struct source *s = &o->sources[o->at];
        char statement[900], name[500];
        if (o->next_ns >= s->to_ns) {
            o->at++;
            o->next_ns = o->at < o->source_count ? o->sources[o->at].from_ns : 0;
            continue;
        }
        int64_t end_ns = o->next_ns + WINDOW_NS < s->to_ns ? o->next_ns + WINDOW_NS : s->to_ns;
        snprintf(statement, sizeof statement,
                 "SELECT * FROM %s WHERE time >= %lld AND time < %lld GROUP BY *",
                 query_from(o->door, s->name, name, sizeof name), (long long)o->next_ns,
                 (long long)end_ns);
        o->error = query_points(o->door, statement, take_point, o);
        o->next_ns = end_ns;
    }
    return o->used && !o->error;
}

static ssize_t give(void *cookie, char *to, size_t size)
{
    struct old_points *o = cookie;

    if (o->given == o->used && !fill(o))
        return o->error ? -1 : 0;
    if (size > o->used - o->given)
        size = o->used - o->given;
    memcpy(to, o->csv + o->given, size);
    o->given += size;
    return (ssize_t)size;
}

FILE *old_points_csv(struct old_points *o)
{
    return fopencookie(o, "r", (cookie_io_functions_t){.read = give});
}

int old_points_error(const struct old_points *o)
{
    return o->error;
}

void old_points_say(const struct old_points *o, FILE *to)
{
    for (size_t i = 0; i < o->source_count; i++)
        fprintf(to, "%s: %llu points read\n", o->sources[i].name,
                (unsigned long long)o->sources[i].points);
    for (int i = 0; i < JUDGE_REASON_COUNT; i++)
        if (o->left_out[i])
            fprintf(to, "%8llu numbers left out: %s (%s)\n", (unsigned long long)o->left_out[i],
                    judge_words[i], judge_texts[i]);
    if (*o->unknown)
        fprintf(to, "fields that are not known here: %s (--map FIELD=METRIC says what they are)\n",
                o->unknown);
}
