/* Rows and steps (collector/outflow.h). */
#include "collector/outflow.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "store/days.h"
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

enum { FILLING_MAX = 512 };
static struct filling fillings[FILLING_MAX]; /* one export at a time */
static size_t filling_count;

void outflow_learn(struct outflow *o, const struct record *r)
{
    const char *at = r->numbers, *number;
    unsigned length;

    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++) {
        enum metric m = *number == 'n' ? M_NONE : (enum metric)r->shape->fields[i].metric;
        size_t k = 0;
        while (k < o->column_count && o->columns[k] != m)
            k++;
        if (k == o->column_count && m != M_NONE)
            o->columns[o->column_count++] = m;
    }
}

static int by_catalogue(const void *a, const void *b)
{
    return (int)*(const enum metric *)a - (int)*(const enum metric *)b;
}

void outflow_begin(struct outflow *o)
{
    qsort(o->columns, o->column_count, sizeof *o->columns, by_catalogue);
    if (o->is_json)
        return;
    fprintf(o->to, "%s,device", o->is_by_date ? "date" : "time");
    for (size_t i = 0; i < o->column_count; i++)
        fprintf(o->to, ",%s", catalogue[o->columns[i]].name);
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

static void csv_name(FILE *to, const char *name)
{
    char cell[2 * ORIGIN_NAME + 4];
    struct text t = text_on(cell, sizeof cell);

    text_csv(&t, name);
    fputs(cell, to);
}

/* One line: NULL where there is no number. */
static void put_line(struct outflow *o, int64_t at_ms, const char *device,
                     const char *const *numbers)
{
    char when[CLOCK_TEXT];

    moment_text(o, at_ms, when);
    o->lines++;
    if (o->is_json) {
        char name[200];
        struct text text = text_on(name, sizeof name);
        struct json j = json_on(&text);
        json_string(&j, "device", device);
        fprintf(o->to, "{\"%s\":\"%s\",%s", o->is_by_date ? "date" : "time", when, name);
        for (size_t i = 0; i < o->column_count; i++)
            if (numbers[i])
                fprintf(o->to, ",\"%s\":%s", catalogue[o->columns[i]].name, numbers[i]);
        fprintf(o->to, "}\n");
        return;
    }
    fprintf(o->to, "%s,", when);
    csv_name(o->to, device);
    for (size_t i = 0; i < o->column_count; i++)
        fprintf(o->to, ",%s", numbers[i] ? numbers[i] : "");
    fprintf(o->to, "\r\n");
}

/* ---- steps ------------------------------------------------------------------------------- */

static void flush(struct outflow *o, struct filling *f)
{
    static char texts[METRIC_COUNT][32];
    const char *numbers[METRIC_COUNT] = {NULL};
    bool is_empty = true;

    for (size_t i = 0; i < o->column_count; i++) {
        struct text text = text_on(texts[i], sizeof texts[i]);
        if (!f->slots[i].count)
            continue;
        text_number(&text, slot_worth(&f->slots[i], o->columns[i]));
        numbers[i] = texts[i];
        is_empty = false;
    }
    if (!is_empty)
        put_line(o, f->at_ms, f->from->name, numbers);
    memset(f->slots, 0, o->column_count * sizeof *f->slots);
}

static struct filling *filling_of(struct outflow *o, const struct origin *from)
{
    for (size_t i = 0; i < filling_count; i++)
        if (fillings[i].from == from)
            return &fillings[i];
    if (filling_count == FILLING_MAX)
        return NULL;
    struct filling *f = &fillings[filling_count];
    *f = (struct filling){.from = from};
    f->slots = calloc(o->column_count + 1, sizeof *f->slots);
    filling_count += f->slots != NULL;
    return f->slots ? f : NULL;
}

static void fill(struct outflow *o, const struct record *r, const char *const *numbers)
{
    struct filling *f = filling_of(o, r->from);
    int64_t step = r->at_ms - r->at_ms % o->every_ms;

    if (!f)
        return;
    if (step != f->at_ms)
        flush(o, f);
    f->at_ms = step;
    for (size_t i = 0; i < o->column_count; i++)
        if (numbers[i])
            slot_add(&f->slots[i], strtod(numbers[i], NULL));
}

void outflow_row(struct outflow *o, const struct record *r)
{
    static char texts[READING_MAX * 27];
    const char *numbers[METRIC_COUNT] = {NULL}, *at = r->numbers, *number;
    unsigned length;
    size_t used = 0;
    bool is_empty = true;

    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++)
        for (size_t k = 0; k < o->column_count && *number != 'n'; k++) {
            if (o->columns[k] != (enum metric)r->shape->fields[i].metric ||
                used + length + 1 > sizeof texts)
                continue;
            memcpy(texts + used, number, length);
            texts[used + length] = '\0';
            numbers[k] = texts + used;
            used += length + 1;
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
    for (size_t i = 0; i < filling_count; i++) {
        flush(o, &fillings[i]);
        free(fillings[i].slots);
    }
    filling_count = 0;
}
