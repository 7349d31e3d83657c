/* What happened: /api/v1/events (web/long.h). */
#include "web/long.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

struct event_list {
    enum form form;
    struct text *to;
    struct json *j;
};

static void write_event(void *who, const struct event *e)
{
    struct event_list *l = who;
    char when[CLOCK_TEXT];

    clock_iso(e->at_ms, when);
    if (l->form == FORM_CSV) {
        text_format(l->to, "%s,%s,", when, log_level_name((enum log_level)e->level));
        text_csv(l->to, e->who);
        text_char(l->to, ',');
        text_csv(l->to, e->text);
        text_add(l->to, "\r\n");
        return;
    }
    struct json own = json_on(l->to), *j = l->form == FORM_JSON ? l->j : &own;
    json_open(j, NULL, '{');
    json_string(j, "time", when);
    json_string(j, "level", log_level_name((enum log_level)e->level));
    json_string(j, "who", e->who);
    json_string(j, "text", e->text);
    json_close(j, '}');
    if (l->form == FORM_JSONL)
        text_char(l->to, '\n');
}

/* In one go: there are 5000 at most. */
static int write_events(struct long_answer *a, struct reader *r)
{
    const struct query *q = long_query(a);
    struct text *to = long_text(a);
    struct json j = json_on(to);
    struct event_list l = {q->form, to, &j};

    if (q->form == FORM_CSV)
        text_add(to, "time,level,who,text\r\n");
    if (q->form == FORM_JSON)
        json_open(&j, NULL, '[');
    int rc = reader_events(r, q->from_ms, q->to_ms, q->limit, write_event, &l);
    if (q->form == FORM_JSON)
        json_close(&j, ']');
    return rc;
}

enum MHD_Result api_events(struct exchange *x)
{
    static const struct long_kind kind = {.go_on = write_events};
    enum MHD_Result answered = MHD_NO;
    struct long_answer *a = long_new(x, &kind, form_type(x), &answered);

    return a ? long_ask(a) : answered;
}
