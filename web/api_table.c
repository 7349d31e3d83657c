/*
 * /api/v1/table: a row a step, a column a metric, as spreadsheets want it and as helio export
 * --every has it (web/inside.h). However long it is, only some rows are held at a time.
 */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/history.h"

#include <string.h>

enum { ROWS = 512, ROWS_MOST = 200000 };

struct table {
    const struct query *q;
    struct text *to;
    struct json *j;
    int64_t step_ms, from_ms; /* of the rows held */
    unsigned column;
    double values[ROWS][QUERY_METRICS];
    bool has[ROWS][QUERY_METRICS];
};

static struct table table; /* one request at a time */

static int64_t step_of(const struct query *q)
{
    return (int64_t)q->every_s * MS_PER_S;
}

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

static void json_row(const struct table *t, unsigned row, int64_t at_ms)
{
    json_open(t->j, NULL, '[');
    json_integer(t->j, NULL, at_ms);
    for (unsigned i = 0; i < t->q->metric_count; i++)
        if (t->has[row][i])
            json_number(t->j, NULL, t->values[row][i]);
        else
            json_null(t->j, NULL);
    json_close(t->j, ']');
}

static void write_rows(const struct table *t)
{
    char when[CLOCK_TEXT];

    for (unsigned row = 0; row < ROWS; row++) {
        int64_t at_ms = t->from_ms + row * t->step_ms;
        if (!memchr(t->has[row], true, sizeof t->has[row]))
            continue; /* nothing was said then */
        clock_iso(at_ms, when);
        if (t->q->form == FORM_CSV)
            csv_row(t, row, when);
        else if (t->q->form == FORM_JSONL)
            line_row(t, row, when);
        else
            json_row(t, row, at_ms);
    }
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void write_head(const struct table *t)
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
    json_open(t->j, NULL, '{');
    json_string(t->j, "device", q->device->name);
    json_string(t->j, "from", clock_iso(q->from_ms, when));
    json_string(t->j, "to", clock_iso(q->to_ms, when));
    json_integer(t->j, "step_s", q->every_s);
    json_open(t->j, "metrics", '[');
    for (unsigned i = 0; i < q->metric_count; i++)
        json_string(t->j, NULL, catalogue[q->metrics[i]].name);
    json_close(t->j, ']');
    json_open(t->j, "rows", '[');
}

static int fill(struct table *t, struct reader *reader, const struct origin *o)
{
    int64_t to_ms = t->from_ms + ROWS * t->step_ms;
    int rc = OK;

    memset(t->has, 0, sizeof t->has);
    to_ms = to_ms < t->q->to_ms ? to_ms : t->q->to_ms;
    for (t->column = 0; !rc && t->column < t->q->metric_count; t->column++)
        rc = history_walk(reader, o, catalogue[t->q->metrics[t->column]].name, t->from_ms, to_ms,
                          t->step_ms, put, t);
    return rc;
}

static int write_table(struct exchange *x, struct text *to)
{
    struct json j = json_on(to);
    struct table *t = &table;
    struct reader *reader;
    int rc = web_reader(x->web, &reader);
    const struct origin *o = rc ? NULL : reader_origin(reader, x->query.device->name);

    if (rc || !o)
        return rc ? rc : ERR_ABSENT;
    t->q = &x->query;
    t->to = to;
    t->j = &j;
    t->step_ms = step_of(t->q);
    t->from_ms = t->q->from_ms - t->q->from_ms % t->step_ms;
    write_head(t);
    for (; !rc && t->from_ms < t->q->to_ms; t->from_ms += ROWS * t->step_ms) {
        rc = fill(t, reader, o);
        write_rows(t);
    }
    reader_rest(reader);
    if (t->q->form == FORM_JSON) {
        json_close(&j, ']');
        json_close(&j, '}');
    }
    return rc;
}

enum MHD_Result api_table(struct exchange *x)
{
    const struct query *q = &x->query;

    if ((q->to_ms - q->from_ms) / step_of(q) > ROWS_MOST)
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST,
                              "that is more than 200000 rows: ask for less, or for a longer every");
    return answer_form(x, write_table);
}
