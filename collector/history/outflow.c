/* Rows and steps (collector/history/outflow.h). */
#include "collector/history/outflow.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "metrics/old_columns.h"
#include "store/days.h"
#include "store/lookup.h"
#include "store/rollup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A device's step being filled. */
struct filling {
    const struct origin *from;
    int64_t at_ms;
    struct slot *slots; /* by column */
};

/* A number as it stands in a row; of no length where there is none. */
struct piece {
    const char *at;
    unsigned length;
};

enum {
    NO_COLUMN = METRIC_COUNT,
    NUMBER_TEXT = 32,
    ROW_TEXT = CLOCK_TEXT + 6 * ORIGIN_NAME + METRIC_COUNT * (NUMBER_TEXT + 48)
};

/* ---- columns ------------------------------------------------------------------------------ */

static uint16_t column_of(const struct outflow *o, enum metric m)
{
    size_t k = 0;

    while (m != M_NONE && k < o->column_count && o->columns[k] != m)
        k++;
    return m == M_NONE || k == o->column_count ? NO_COLUMN : (uint16_t)k;
}

static bool shape_has(const struct shape *shape, enum metric m)
{
    unsigned i = 0;

    while (i < shape->count && shape->fields[i].metric != m)
        i++;
    return i < shape->count;
}

/* Where a number goes that has no column of its own: into that of another which is not there. */
static uint16_t other_column(const struct outflow *o, const struct shape *shape, enum metric m)
{
    for (size_t k = 0; k < o->column_count; k++)
        if (o->has_stand_in[o->columns[k]] && m != M_NONE && old_stand_in(o->columns[k]) == m &&
            !shape_has(shape, o->columns[k]))
            return (uint16_t)k;
    return NO_COLUMN;
}

static void draw_map(const struct outflow *o, const struct shape *shape, struct outflow_map *to)
{
    *to = (struct outflow_map){.shape = shape->id, .count = shape->count, .unseen = shape->count};
    for (unsigned i = 0; i < shape->count; i++) {
        enum metric m = (enum metric)shape->fields[i].metric;
        uint16_t own = column_of(o, m);
        to->column[i] = own == NO_COLUMN ? other_column(o, shape, m) : own;
    }
}

/* A set without a number of its own (0) is another one for each row. */
static struct outflow_map *map_of(struct outflow *o, const struct shape *shape)
{
    struct outflow_map *more;
    size_t at = o->map_last;

    if (at >= o->map_count || o->maps[at].shape != shape->id)
        for (at = 0; at < o->map_count && o->maps[at].shape != shape->id;)
            at++;
    if (at == o->map_count) {
        more = array_more(o->maps, o->map_count, &o->map_room, sizeof *more);
        if (!more) {
            o->is_short_of_memory = true;
            return NULL;
        }
        o->maps = more;
        o->map_count++;
        draw_map(o, shape, &o->maps[at]);
    } else if (!shape->id) {
        draw_map(o, shape, &o->maps[at]);
    }
    o->map_last = at;
    return &o->maps[at];
}

void outflow_learn(struct outflow *o, const struct record *r)
{
    struct outflow_map *map = map_of(o, r->shape);
    const char *at = r->numbers, *number;
    unsigned length;

    /* Once each of its names has had a number, a set of names has nothing more to tell. */
    if (!map || !map->unseen)
        return;
    for (unsigned i = 0; i < map->count && record_next(&at, &number, &length); i++) {
        enum metric m = (enum metric)r->shape->fields[i].metric;
        if (*number == 'n' || map->is_seen[i])
            continue;
        map->is_seen[i] = true;
        map->unseen--;
        if (m != M_NONE && column_of(o, m) == NO_COLUMN)
            o->columns[o->column_count++] = m;
    }
}

bool outflow_ask(struct outflow *o, const char *name)
{
    enum metric m = metric_find(name);
    bool is_old = m == M_NONE && old_column_find(name, &m);

    if (m == M_NONE)
        return false;
    if (column_of(o, m) == NO_COLUMN)
        o->columns[o->column_count++] = m;
    o->titles[m] = is_old ? name : NULL;
    o->has_stand_in[m] = is_old;
    return true;
}

bool outflow_wants(const struct outflow *o, enum metric m)
{
    bool is_wanted = !o->column_count || column_of(o, m) != NO_COLUMN;

    for (size_t k = 0; k < o->column_count && m != M_NONE; k++)
        is_wanted |= o->has_stand_in[o->columns[k]] && old_stand_in(o->columns[k]) == m;
    return is_wanted;
}

static const char *title(const struct outflow *o, size_t column)
{
    enum metric m = o->columns[column];

    return o->titles[m] ? o->titles[m] : catalogue[m].name;
}

static int by_catalogue(const void *a, const void *b)
{
    return (int)*(const enum metric *)a - (int)*(const enum metric *)b;
}

void outflow_begin(struct outflow *o)
{
    qsort(o->columns, o->column_count, sizeof *o->columns, by_catalogue);
    o->map_count = 0; /* drawn before the columns had their order */
    if (o->is_json)
        return;
    fprintf(o->to, "%s,device", o->is_by_date ? "date" : "time");
    for (size_t i = 0; i < o->column_count; i++)
        fprintf(o->to, ",%s", title(o, i));
    fprintf(o->to, "\r\n");
}

static void moment_text(const struct outflow *o, int64_t at_ms, char to[CLOCK_TEXT])
{
    char site[SITE_TEXT];

    if (o->is_by_date) {
        snprintf(to, CLOCK_TEXT, "%.10s", site_text(at_ms, site));
        return;
    }
    clock_iso(at_ms, to);
    if (at_ms % MS_PER_S) /* 2026-05-02T11:24:05Z gets its milliseconds before the Z */
        snprintf(to + strlen(to) - 1, 8, ".%03dZ", (int)(at_ms % MS_PER_S));
}

/* ---- lines -------------------------------------------------------------------------------- */

static void add_json(const struct outflow *o, struct text *row, const char *when,
                     const char *device, const struct piece *numbers)
{
    struct json j = json_on(row);

    text_format(row, "{\"%s\":\"%s\",", o->is_by_date ? "date" : "time", when);
    json_string(&j, "device", device);
    for (size_t i = 0; i < o->column_count; i++)
        if (numbers[i].length) {
            text_add(row, ",\"");
            text_add(row, title(o, i));
            text_add(row, "\":");
            text_bytes(row, numbers[i].at, numbers[i].length);
        }
    text_add(row, "}\n");
}

static void add_csv(const struct outflow *o, struct text *row, const char *when, const char *device,
                    const struct piece *numbers)
{
    text_add(row, when);
    text_char(row, ',');
    text_csv(row, device);
    for (size_t i = 0; i < o->column_count; i++) {
        text_char(row, ',');
        text_bytes(row, numbers[i].at, numbers[i].length);
    }
    text_add(row, "\r\n");
}

static void put_line(struct outflow *o, int64_t at_ms, const char *device,
                     const struct piece *numbers)
{
    static char line[ROW_TEXT]; /* one export at a time */
    struct text row = text_on(line, sizeof line);
    char when[CLOCK_TEXT];

    moment_text(o, at_ms, when);
    (o->is_json ? add_json : add_csv)(o, &row, when, device, numbers);
    fwrite(line, 1, row.used, o->to); /* whether it came out is asked of the stream, at its end */
    o->lines++;
}

/* ---- steps ------------------------------------------------------------------------------- */

static void flush(struct outflow *o, struct filling *f)
{
    static char texts[METRIC_COUNT][NUMBER_TEXT];
    struct piece numbers[METRIC_COUNT];
    bool is_empty = true;

    for (size_t i = 0; i < o->column_count; i++) {
        struct text text = text_on(texts[i], sizeof texts[i]);
        if (f->slots[i].count)
            text_number(&text, slot_worth(&f->slots[i], o->columns[i]));
        numbers[i] = (struct piece){texts[i], (unsigned)text.used};
        is_empty &= !text.used;
    }
    if (!is_empty)
        put_line(o, f->at_ms, f->from->name, numbers);
    memset(f->slots, 0, o->column_count * sizeof *f->slots);
}

/* Origins are numbered from one on, without many gaps. */
static struct filling *filling_of(struct outflow *o, const struct origin *from)
{
    size_t at = (size_t)from->id;
    struct filling *more = array_reach(o->fillings, at, &o->filling_room, sizeof *more), *f;

    if (!more)
        return NULL;
    o->fillings = more;
    f = &o->fillings[at];
    if (!f->slots)
        *f = (struct filling){.from = from, .slots = calloc(o->column_count + 1, sizeof *f->slots)};
    return f->slots ? f : NULL;
}

static void fill(struct outflow *o, const struct record *r, const struct piece *numbers)
{
    struct filling *f = filling_of(o, r->from);
    int64_t step = r->at_ms - r->at_ms % o->every_ms;

    if (!f) {
        o->is_short_of_memory = true;
        return;
    }
    if (step != f->at_ms)
        flush(o, f);
    f->at_ms = step;
    for (size_t i = 0; i < o->column_count; i++)
        if (numbers[i].length)
            slot_add(&f->slots[i], strtod(numbers[i].at, NULL)); /* ends at what follows */
}

void outflow_row(struct outflow *o, const struct record *r)
{
    const struct outflow_map *map = map_of(o, r->shape);
    struct piece numbers[METRIC_COUNT];
    const char *at = r->numbers, *number;
    unsigned length;
    bool is_empty = true;

    memset(numbers, 0, o->column_count * sizeof *numbers);
    for (unsigned i = 0; map && i < map->count && record_next(&at, &number, &length); i++)
        if (map->column[i] != NO_COLUMN && *number != 'n') {
            numbers[map->column[i]] = (struct piece){number, length};
            is_empty = false;
        }
    if (is_empty)
        return;
    if (o->every_ms)
        fill(o, r, numbers);
    else
        put_line(o, r->at_ms, r->from->name, numbers);
}

void outflow_end(struct outflow *o)
{
    for (size_t i = 0; i < o->filling_room; i++)
        if (o->fillings[i].slots) {
            flush(o, &o->fillings[i]);
            free(o->fillings[i].slots);
        }
    free(o->fillings);
    free(o->maps);
    o->fillings = NULL;
    o->maps = NULL;
    o->filling_room = o->map_count = o->map_room = 0;
}
