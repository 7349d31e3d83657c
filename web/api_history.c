/* What was stored: /api/v1/history, energy, events (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "store/history.h"

#include <string.h>

int web_reader(struct web *w, struct reader **to)
{
    const char *path = w->house.front->store_path;

    if (w->reader && reader_is_left(w->reader, path)) {
        reader_close(w->reader);
        w->reader = NULL;
    }
    int rc = w->reader ? OK : reader_open(&w->reader, path);

    *to = w->reader;
    return rc;
}

/* What is over stays as it is, unless something is imported into it. */
static enum MHD_Result answer_span(struct exchange *x, sheet_fn *write)
{
    bool is_over = x->query.to_ms < clock_wall_ms() - MS_PER_S;

    return is_over ? answer_marked(x, form_type(x), write) : answer_form(x, write);
}

/* ---- history --------------------------------------------------------------------------------- */

/* How many steps of that length a span touches; the first of them begins at a round moment. */
static int64_t steps_touched(const struct query *q, int64_t step_ms)
{
    return (q->to_ms - 1) / step_ms - q->from_ms / step_ms + 1;
}

/* Steps people can read on an axis. */
static int64_t step_for(const struct query *q)
{
    static const int64_t steps_s[] = {1,    5,    10,   30,    60,    120,   300,   600,    900,
                                      1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800, 604800};
    const size_t count = sizeof steps_s / sizeof *steps_s;

    for (size_t i = 0; i < count; i++)
        if (steps_touched(q, steps_s[i] * MS_PER_S) <= q->points)
            return steps_s[i] * MS_PER_S;
    return INT64_MAX / 2; /* one step for all of it */
}

struct drawing {
    struct exchange *x;
    struct text *to;
    struct json *j;
    enum metric metric;
};

static void draw(void *who, int64_t at_ms, const struct slot *s)
{
    struct drawing *d = who;
    const char *name = catalogue[d->metric].name;
    char when[CLOCK_TEXT];

    if (d->x->query.form == FORM_JSON) { /* [moment in ms, lowest, mean, highest] */
        json_open(d->j, NULL, '[');
        json_integer(d->j, NULL, at_ms);
        json_number(d->j, NULL, s->low);
        json_number(d->j, NULL, slot_mean(s));
        json_number(d->j, NULL, s->high);
        json_close(d->j, ']');
        return;
    }
    clock_iso(at_ms, when);
    if (d->x->query.form == FORM_CSV) {
        text_format(d->to, "%s,", when);
        text_csv(d->to, d->x->query.device->name);
        text_format(d->to, ",%s,", name);
        text_number(d->to, s->low);
        text_char(d->to, ',');
        text_number(d->to, slot_mean(s));
        text_char(d->to, ',');
        text_number(d->to, s->high);
        text_format(d->to, ",%u\r\n", s->count);
        return;
    }
    struct json j = json_on(d->to);
    json_open(&j, NULL, '{');
    json_string(&j, "time", when);
    json_string(&j, "device", d->x->query.device->name);
    json_string(&j, "metric", name);
    json_number(&j, "low", s->low);
    json_number(&j, "mean", slot_mean(s));
    json_number(&j, "high", s->high);
    json_integer(&j, "count", s->count);
    json_close(&j, '}');
    text_char(d->to, '\n');
}

static void say_span(const struct query *q, struct json *j)
{
    char when[CLOCK_TEXT];

    json_string(j, "device", q->device->name);
    json_string(j, "from", clock_iso(q->from_ms, when));
    json_string(j, "to", clock_iso(q->to_ms, when));
}

/* A page of one device's metrics: what is said before them, and how one of them is written. */
struct layout {
    const char *csv_head, *list;                             /* the key of the list in JSON */
    void (*say_more)(const struct query *q, struct json *j); /* NULL: nothing more about the span */
    int (*write_one)(struct reader *reader, const struct origin *o, struct drawing *d);
};

static int write_metrics(struct exchange *x, struct text *to, const struct layout *l)
{
    const struct query *q = &x->query;
    struct json j = json_on(to);
    struct reader *reader;
    int rc = web_reader(x->web, &reader);
    const struct origin *o = rc ? NULL : reader_origin(reader, q->device->name);

    if (rc || !o)
        return rc ? rc : ERR_ABSENT;
    if (q->form == FORM_CSV)
        text_add(to, l->csv_head);
    if (q->form == FORM_JSON) {
        json_open(&j, NULL, '{');
        say_span(q, &j);
        if (l->say_more)
            l->say_more(q, &j);
        json_open(&j, l->list, '[');
    }
    for (unsigned i = 0; i < q->metric_count && !rc; i++) {
        struct drawing d = {x, to, &j, q->metrics[i]};
        rc = l->write_one(reader, o, &d);
    }
    reader_rest(reader);
    if (q->form == FORM_JSON) {
        json_close(&j, ']');
        json_close(&j, '}');
    }
    return rc;
}

static void say_step(const struct query *q, struct json *j)
{
    json_number(j, "step_s", (double)step_for(q) / (double)MS_PER_S);
}

static int draw_one(struct reader *reader, const struct origin *o, struct drawing *d)
{
    const struct metric_info *m = &catalogue[d->metric];
    const struct query *q = &d->x->query;
    int64_t step = step_for(q);

    if (q->form == FORM_JSON) {
        json_open(d->j, NULL, '{');
        json_string(d->j, "metric", m->name);
        json_string(d->j, "unit", units[m->unit].symbol);
        json_open(d->j, "points", '[');
    }
    int rc =
        history_walk(reader, o, m->name, q->from_ms - q->from_ms % step, q->to_ms, step, draw, d);
    if (q->form == FORM_JSON) {
        json_close(d->j, ']');
        json_close(d->j, '}');
    }
    return rc;
}

static int write_history(struct exchange *x, struct text *to)
{
    static const struct layout steps = {"time,device,metric,low,mean,high,count\r\n", "metrics",
                                        say_step, draw_one};

    return write_metrics(x, to, &steps);
}

enum MHD_Result api_history(struct exchange *x)
{
    return answer_span(x, write_history);
}

/* ---- energy ---------------------------------------------------------------------------------- */

static void write_growth(void *who, const struct growth *g)
{
    struct drawing *d = who;
    const struct query *q = &d->x->query;
    struct json own = json_on(d->to);

    if (q->form == FORM_CSV) {
        energy_csv(d->to, q->device->name, d->metric, q->by, g);
        return;
    }
    energy_json(q->form == FORM_JSON ? d->j : &own, q->form == FORM_JSON ? NULL : q->device->name,
                d->metric, q->by, g);
    if (q->form == FORM_JSONL)
        text_char(d->to, '\n');
}

static int grow_one(struct reader *reader, const struct origin *o, struct drawing *d)
{
    const struct query *q = &d->x->query;

    return energy_walk(reader, o, catalogue[d->metric].name, q->from_ms, q->to_ms, q->by,
                       write_growth, d);
}

static int write_energy(struct exchange *x, struct text *to)
{
    const struct layout table = {energy_head, "rows", NULL, grow_one};

    return write_metrics(x, to, &table);
}

/* A span of a hundred years by days is a mistake; a table of ten years is none. */
enum MHD_Result api_energy(struct exchange *x)
{
    static const int64_t MOST_MS = INT64_C(86400000) * 366 * 10;
    const struct query *q = &x->query;

    for (unsigned i = 0; i < q->metric_count; i++)
        if (catalogue[q->metrics[i]].kind != COUNTER)
            return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST,
                                  "only lifetime counters grow: pv_energy, not pv_power");
    if (q->to_ms - q->from_ms > MOST_MS)
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, "that is more than ten years");
    return answer_span(x, write_energy);
}

/* ---- events ---------------------------------------------------------------------------------- */

struct event_list {
    struct exchange *x;
    struct text *to;
    struct json *j;
};

static void write_event(void *who, const struct event *e)
{
    struct event_list *l = who;
    char when[CLOCK_TEXT];

    clock_iso(e->at_ms, when);
    if (l->x->query.form == FORM_CSV) {
        text_format(l->to, "%s,%s,", when, log_level_name((enum log_level)e->level));
        text_csv(l->to, e->who);
        text_char(l->to, ',');
        text_csv(l->to, e->text);
        text_add(l->to, "\r\n");
        return;
    }
    struct json own = json_on(l->to), *j = l->x->query.form == FORM_JSON ? l->j : &own;
    json_open(j, NULL, '{');
    json_string(j, "time", when);
    json_string(j, "level", log_level_name((enum log_level)e->level));
    json_string(j, "who", e->who);
    json_string(j, "text", e->text);
    json_close(j, '}');
    if (l->x->query.form == FORM_JSONL)
        text_char(l->to, '\n');
}

static int write_events(struct exchange *x, struct text *to)
{
    const struct query *q = &x->query;
    struct json j = json_on(to);
    struct event_list l = {x, to, &j};
    struct reader *reader;
    int rc = web_reader(x->web, &reader);

    if (q->form == FORM_CSV)
        text_add(to, "time,level,who,text\r\n");
    if (q->form == FORM_JSON)
        json_open(&j, NULL, '[');
    if (!rc)
        rc = reader_events(reader, q->from_ms, q->to_ms, q->limit, write_event, &l);
    if (q->form == FORM_JSON)
        json_close(&j, ']');
    return rc;
}

enum MHD_Result api_events(struct exchange *x)
{
    return answer_form(x, write_events);
}
