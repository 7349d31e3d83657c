/* What was stored, one metric after the other: /api/v1/history and energy (web/long.h). */
#include "web/long.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/energy.h"

#include <string.h>

struct sheet;

/* What is said before the metrics, and how one of them is written. */
struct layout {
    const char *csv_head, *list;       /* the key of the list in JSON */
    void (*say_more)(struct sheet *d); /* NULL: nothing more about the span */
    void (*open)(struct sheet *d, struct reader *r, const struct origin *from);
    int (*go_on)(struct sheet *d, struct reader *r, const struct turn *turn);
    void (*close)(struct sheet *d); /* NULL: nothing to end */
};

/* One answer on its way: the metric it is at, and the walk over that. */
struct sheet {
    struct long_answer *answer;
    const struct layout *layout;
    struct json j;
    unsigned metric;
    bool is_open;
    int64_t step_ms;
    union {
        struct history history;
        struct energy energy;
    } at;
};

/* ---- one metric after the other ---------------------------------------------------------------*/

static void say_span(const struct query *q, struct json *j)
{
    char when[CLOCK_TEXT];

    json_string(j, "device", q->device->name);
    json_string(j, "from", clock_iso(q->from_ms, when));
    json_string(j, "to", clock_iso(q->to_ms, when));
}

static int begin(struct sheet *d, struct long_answer *a, const struct layout *l)
{
    const struct query *q = long_query(a);
    struct text *to = long_text(a);

    d->answer = a;
    d->layout = l;
    d->j = json_on(to);
    if (q->form == FORM_CSV)
        text_add(to, l->csv_head);
    if (q->form != FORM_JSON)
        return OK;
    json_open(&d->j, NULL, '{');
    say_span(q, &d->j);
    if (l->say_more)
        l->say_more(d);
    json_open(&d->j, l->list, '[');
    return OK;
}

static int go_on(struct long_answer *a, struct reader *r)
{
    struct sheet *d = long_own(a);
    const struct query *q = long_query(a);
    const struct origin *from = reader_origin(r, q->device->name);

    if (!from)
        return ERR_ABSENT; /* a new store meanwhile, which does not know it */
    for (; d->metric < q->metric_count; d->metric++, d->is_open = false) {
        if (!d->is_open)
            d->layout->open(d, r, from);
        d->is_open = true;
        int rc = d->layout->go_on(d, r, long_turn(a));
        if (rc)
            return rc;
        if (d->layout->close)
            d->layout->close(d);
    }
    if (q->form == FORM_JSON) {
        json_close(&d->j, ']');
        json_close(&d->j, '}');
    }
    return OK;
}

/* What is over stays as it is, unless something is imported into it. */
static enum MHD_Result ask_span(struct exchange *x, const struct long_kind *kind)
{
    enum MHD_Result answered = MHD_NO;
    struct long_answer *a = long_new(x, kind, form_type(x), &answered);

    if (!a)
        return answered;
    if (x->query.to_ms < clock_wall_ms() - MS_PER_S)
        long_mark(a);
    return long_ask(a);
}

/* ---- history --------------------------------------------------------------------------------- */

static void draw(void *who, int64_t at_ms, const struct slot *s)
{
    struct sheet *d = who;
    const struct query *q = long_query(d->answer);
    struct text *to = long_text(d->answer);
    const char *name = catalogue[q->metrics[d->metric]].name;
    char when[CLOCK_TEXT];

    if (q->form == FORM_JSON) { /* [moment in ms, lowest, mean, highest] */
        json_open(&d->j, NULL, '[');
        json_integer(&d->j, NULL, at_ms);
        json_number(&d->j, NULL, s->low);
        json_number(&d->j, NULL, slot_mean(s));
        json_number(&d->j, NULL, s->high);
        json_close(&d->j, ']');
        return;
    }
    clock_iso(at_ms, when);
    if (q->form == FORM_CSV) {
        text_format(to, "%s,", when);
        text_csv(to, q->device->name);
        text_format(to, ",%s,", name);
        text_number(to, s->low);
        text_char(to, ',');
        text_number(to, slot_mean(s));
        text_char(to, ',');
        text_number(to, s->high);
        text_format(to, ",%u\r\n", s->count);
        return;
    }
    struct json j = json_on(to);
    json_open(&j, NULL, '{');
    json_string(&j, "time", when);
    json_string(&j, "device", q->device->name);
    json_string(&j, "metric", name);
    json_number(&j, "low", s->low);
    json_number(&j, "mean", slot_mean(s));
    json_number(&j, "high", s->high);
    json_integer(&j, "count", s->count);
    json_close(&j, '}');
    text_char(to, '\n');
}

static void say_step(struct sheet *d)
{
    json_number(&d->j, "step_s", (double)d->step_ms / (double)MS_PER_S);
}

static void open_history(struct sheet *d, struct reader *r, const struct origin *from)
{
    const struct query *q = long_query(d->answer);
    const struct metric_info *m = &catalogue[q->metrics[d->metric]];
    int64_t begin_ms = q->from_ms - q->from_ms % d->step_ms;

    (void)r;
    d->at.history = history_of(from, m->name, begin_ms, q->to_ms, d->step_ms, draw, d);
    if (q->form != FORM_JSON)
        return;
    json_open(&d->j, NULL, '{');
    json_string(&d->j, "metric", m->name);
    json_string(&d->j, "unit", units[m->unit].symbol);
    json_open(&d->j, "points", '[');
}

static int go_on_history(struct sheet *d, struct reader *r, const struct turn *turn)
{
    return history_on(&d->at.history, r, turn);
}

static void close_history(struct sheet *d)
{
    if (long_query(d->answer)->form != FORM_JSON)
        return;
    json_close(&d->j, ']');
    json_close(&d->j, '}');
}

/* The step is that of what is stored of the span: a chart from the year 1 is one of what there is.
 */
static int begin_history(struct long_answer *a, struct reader *r)
{
    static const struct layout steps = {"time,device,metric,low,mean,high,count\r\n",
                                        "metrics",
                                        say_step,
                                        open_history,
                                        go_on_history,
                                        close_history};
    struct sheet *d = long_own(a);
    const struct query *q = long_query(a);
    const struct origin *from = reader_origin(r, q->device->name);
    int64_t first_ms = INT64_MAX, last_ms = 0;

    if (!from)
        return ERR_ABSENT;
    for (unsigned i = 0; i < q->metric_count; i++) {
        int64_t from_ms = q->from_ms, to_ms = q->to_ms;
        if (!history_clip(r, from, catalogue[q->metrics[i]].name, &from_ms, &to_ms))
            continue;
        first_ms = from_ms < first_ms ? from_ms : first_ms;
        last_ms = to_ms > last_ms ? to_ms : last_ms;
    }
    bool has_some = first_ms < last_ms;
    d->step_ms =
        step_between(has_some ? first_ms : q->from_ms, has_some ? last_ms : q->to_ms, q->points);
    return begin(d, a, &steps);
}

enum MHD_Result api_history(struct exchange *x)
{
    static const struct long_kind kind = {
        .memory = sizeof(struct sheet), .begin = begin_history, .go_on = go_on};

    return ask_span(x, &kind);
}

/* ---- energy ---------------------------------------------------------------------------------- */

static void write_growth(void *who, const struct growth *g)
{
    struct sheet *d = who;
    const struct query *q = long_query(d->answer);
    struct text *to = long_text(d->answer);
    enum metric m = q->metrics[d->metric];
    struct json own = json_on(to);

    if (q->form == FORM_CSV) {
        energy_csv(to, q->device->name, m, q->by, g);
        return;
    }
    energy_json(q->form == FORM_JSON ? &d->j : &own, q->form == FORM_JSON ? NULL : q->device->name,
                m, q->by, g);
    if (q->form == FORM_JSONL)
        text_char(to, '\n');
}

static void open_energy(struct sheet *d, struct reader *r, const struct origin *from)
{
    const struct query *q = long_query(d->answer);

    energy_begin(&d->at.energy, r, from, catalogue[q->metrics[d->metric]].name, q->from_ms,
                 q->to_ms, q->by, write_growth, d);
}

static int go_on_energy(struct sheet *d, struct reader *r, const struct turn *turn)
{
    return energy_on(&d->at.energy, r, turn);
}

static int begin_energy(struct long_answer *a, struct reader *r)
{
    static const struct layout table = {energy_head, "rows", NULL, open_energy, go_on_energy, NULL};

    if (!reader_origin(r, long_query(a)->device->name))
        return ERR_ABSENT;
    return begin(long_own(a), a, &table);
}

/* A span of a hundred years by days is a mistake; a table of ten years is none. */
enum MHD_Result api_energy(struct exchange *x)
{
    static const struct long_kind kind = {
        .memory = sizeof(struct sheet), .begin = begin_energy, .go_on = go_on};
    static const int64_t MOST_MS = INT64_C(86400000) * 366 * 10;
    const struct query *q = &x->query;

    for (unsigned i = 0; i < q->metric_count; i++)
        if (catalogue[q->metrics[i]].kind != COUNTER)
            return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST,
                                  "only lifetime counters grow: pv_energy, not pv_power");
    if (q->to_ms - q->from_ms > MOST_MS)
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, "that is more than ten years");
    return ask_span(x, &kind);
}
