/*
 * /api/v1/table: a row a step, a column a metric, as spreadsheets want it and as helio export
 * --every has it (web/long.h). However long it is, only some rows are held at a time.
 */
#include "web/long.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/history.h"

#include <string.h>

enum { ROWS = 256, ROWS_MOST = 200000 };

struct table {
    const struct query *q;
    struct text *to;
    struct json j;
    int64_t step_ms, from_ms; /* of the rows held */
    int64_t first_ms, to_ms;  /* of all */
    struct history walk;      /* over the column being filled */
    bool is_walking;
    unsigned column, row; /* filled, and written, so far */
    double values[ROWS][QUERY_METRICS];
    bool has[ROWS][QUERY_METRICS];
};

static void put(void *who, int64_t at_ms, const struct slot *s)
{
    struct table *t = who;
    int64_t row = (at_ms - t->from_ms) / t->step_ms;

    if (row < 0 || row >= ROWS)
        return;
    t->values[row][t->column] = slot_worth(s, t->q->metrics[t->column]);
    t->has[row][t->column] = true;
}

/* ---- rows in three forms ------------------------------------------------------------------- */

static void csv_row(const struct table *t, unsigned row, const char *when)
{
    text_format(t->to, "%s,", when);
    text_csv(t->to, t->q->device->name);
    for (unsigned i = 0; i < t->q->metric_count; i++) {
        text_char(t->to, ',');
        if (t->has[row][i])
            text_number(t->to, t->values[row][i]);
    }
    text_add(t->to, "\r\n");
}

static void line_row(const struct table *t, unsigned row, const char *when)
{
    struct json j = json_on(t->to);

    json_open(&j, NULL, '{');
    json_string(&j, "time", when);
    json_string(&j, "device", t->q->device->name);
    for (unsigned i = 0; i < t->q->metric_count; i++)
        if (t->has[row][i])
            json_number(&j, catalogue[t->q->metrics[i]].name, t->values[row][i]);
    json_close(&j, '}');
    text_char(t->to, '\n');
}

static void json_row(struct table *t, unsigned row, int64_t at_ms)
{
    json_open(&t->j, NULL, '[');
    json_integer(&t->j, NULL, at_ms);
    for (unsigned i = 0; i < t->q->metric_count; i++)
        if (t->has[row][i])
            json_number(&t->j, NULL, t->values[row][i]);
        else
            json_null(&t->j, NULL);
    json_close(&t->j, ']');
}

static void write_row(struct table *t, unsigned row)
{
    char when[CLOCK_TEXT];
    int64_t at_ms = t->from_ms + row * t->step_ms;

    if (!memchr(t->has[row], true, sizeof t->has[row]))
        return; /* nothing was said then */
    clock_iso(at_ms, when);
    if (t->q->form == FORM_CSV)
        csv_row(t, row, when);
    else if (t->q->form == FORM_JSONL)
        line_row(t, row, when);
    else
        json_row(t, row, at_ms);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void write_head(struct table *t)
{
    char when[CLOCK_TEXT];
    const struct query *q = t->q;

    if (q->form == FORM_CSV) {
        text_add(t->to, "time,device");
        for (unsigned i = 0; i < q->metric_count; i++)
            text_format(t->to, ",%s", catalogue[q->metrics[i]].name);
        text_add(t->to, "\r\n");
    }
    if (q->form != FORM_JSON)
        return;
    json_open(&t->j, NULL, '{');
    json_string(&t->j, "device", q->device->name);
    json_string(&t->j, "from", clock_iso(q->from_ms, when));
    json_string(&t->j, "to", clock_iso(q->to_ms, when));
    json_integer(&t->j, "step_s", q->every_s);
    json_open(&t->j, "metrics", '[');
    for (unsigned i = 0; i < q->metric_count; i++)
        json_string(&t->j, NULL, catalogue[q->metrics[i]].name);
    json_close(&t->j, ']');
    json_open(&t->j, "rows", '[');
}

static int fill(struct table *t, struct reader *r, const struct origin *from,
                const struct turn *turn)
{
    int64_t end_ms = t->from_ms + ROWS * t->step_ms;
    int rc = OK;

    end_ms = end_ms < t->to_ms ? end_ms : t->to_ms;
    while (!rc && t->column < t->q->metric_count) {
        if (!t->is_walking)
            t->walk = history_of(from, catalogue[t->q->metrics[t->column]].name, t->from_ms, end_ms,
                                 t->step_ms, put, t);
        rc = history_on(&t->walk, r, turn);
        t->is_walking = rc == ERR_STOPPED;
        t->column += !rc;
    }
    return rc;
}

/* What is held is written, a piece at a time; then the next rows are filled. */
static int write_table(struct long_answer *a, struct reader *r)
{
    struct table *t = long_own(a);
    const struct origin *from = reader_origin(r, t->q->device->name);
    int rc = from ? OK : ERR_ABSENT;

    while (!rc && t->from_ms < t->to_ms) {
        rc = fill(t, r, from, long_turn(a));
        for (; !rc && t->row < ROWS; t->row++) {
            if (long_is_full(a))
                return ERR_STOPPED;
            write_row(t, t->row);
        }
        if (rc)
            break;
        memset(t->has, 0, sizeof t->has);
        t->row = t->column = 0;
        t->from_ms += ROWS * t->step_ms;
    }
    if (!rc && t->q->form == FORM_JSON) {
        json_close(&t->j, ']');
        json_close(&t->j, '}');
    }
    return rc;
}

/* Rows are counted of what is stored: the rest of the span has none. */
static int begin_table(struct long_answer *a, struct reader *r)
{
    struct table *t = long_own(a);
    const struct query *q = long_query(a);
    const struct origin *from = reader_origin(r, q->device->name);
    int64_t step_ms = (int64_t)q->every_s * MS_PER_S;

    if (!from)
        return ERR_ABSENT;
    *t = (struct table){
        .q = q, .to = long_text(a), .step_ms = step_ms, .first_ms = INT64_MAX, .to_ms = 0};
    for (unsigned i = 0; i < q->metric_count; i++) {
        int64_t from_ms = q->from_ms, to_ms = q->to_ms;
        if (!history_clip(r, from, catalogue[q->metrics[i]].name, &from_ms, &to_ms))
            continue;
        t->first_ms = from_ms < t->first_ms ? from_ms : t->first_ms;
        t->to_ms = to_ms > t->to_ms ? to_ms : t->to_ms;
    }
    if ((t->to_ms - t->first_ms) / step_ms > ROWS_MOST)
        return long_refuse(a, "that is more than 200000 rows: ask for less, or for a longer every");
    t->from_ms = t->first_ms - t->first_ms % step_ms;
    t->j = json_on(t->to);
    write_head(t);
    return OK;
}

enum MHD_Result api_table(struct exchange *x)
{
    static const struct long_kind kind = {
        .memory = sizeof(struct table), .begin = begin_table, .go_on = write_table};
    enum MHD_Result answered = MHD_NO;
    struct long_answer *a = long_new(x, &kind, form_type(x), &answered);

    return a ? long_ask(a) : answered;
}
