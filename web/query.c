/* What stands behind the question mark, checked at one place (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"
#include "base/section.h"
#include "store/days.h"

#include <stdlib.h>
#include <string.h>

static const int64_t DAY_MS = 86400000;

struct asking {
    struct exchange *x;
    struct text why;
    bool is_wrong;
};

static enum MHD_Result refuse(struct asking *a)
{
    a->is_wrong = true;
    return MHD_NO;
}

const struct view_device *web_device_named(struct web *w, const char *name)
{
    for (size_t i = 0; i < w->devices.count; i++)
        if (!strcmp(w->devices.all[i].name, name))
            return &w->devices.all[i];
    return NULL;
}

const struct view_device *query_device_of_path(struct exchange *x)
{
    char name[WISH_NAME];
    struct text t = text_on(name, sizeof name);
    const char *from = x->path + strcspn(x->route->path, "{");

    text_bytes(&t, from, strcspn(from, "/"));
    x->query.device = t.is_cut ? NULL : web_device_named(x->web, name);
    return x->query.device;
}

static void say_nearest(struct asking *a, const struct nearest *n)
{
    if (n->best)
        text_format(&a->why, "; did you mean \"%s\"?", n->best);
}

static enum MHD_Result take_device(struct asking *a, const struct param_row *row, const char *value)
{
    struct web *w = a->x->web;
    struct nearest n = {.word = value};

    (void)row;
    a->x->query.device = web_device_named(w, value);
    if (a->x->query.device)
        return MHD_YES;
    for (size_t i = 0; i < w->devices.count; i++)
        nearest_try(&n, w->devices.all[i].name);
    text_format(&a->why, "there is no device \"%.60s\"", value);
    say_nearest(a, &n);
    return refuse(a);
}

static enum MHD_Result take_metrics(struct asking *a, const struct param_row *row,
                                    const char *value)
{
    struct query *q = &a->x->query;
    char names[600];
    char *rest = names;
    struct text t = text_on(names, sizeof names);

    (void)row;
    text_add(&t, value);
    for (char *name = strsep(&rest, ", "); name; name = strsep(&rest, ", ")) {
        struct nearest n = {.word = name};
        enum metric m = metric_find(name);
        if (!*name)
            continue;
        for (int i = 1; m == M_NONE && i < METRIC_COUNT; i++)
            nearest_try(&n, catalogue[i].name);
        if (m == M_NONE) {
            text_format(&a->why, "\"%.60s\" is no metric", name);
            say_nearest(a, &n);
            return refuse(a);
        }
        if (q->metric_count == QUERY_METRICS) {
            text_format(&a->why, "more than %d metrics at once", QUERY_METRICS);
            return refuse(a);
        }
        q->metrics[q->metric_count++] = m;
    }
    return MHD_YES;
}

static enum MHD_Result take_moment(struct asking *a, const struct param_row *row, const char *value)
{
    struct query *q = &a->x->query;

    if (when_read(value, clock_wall_ms(), strcmp(row->name, "to") ? &q->from_ms : &q->to_ms))
        return MHD_YES;
    text_format(&a->why, "%s: \"%.60s\" is no time, as 2026-05-02, 2026-05-02T10:00:00Z or -24h",
                row->name, value);
    return refuse(a);
}

static enum MHD_Result take_count(struct asking *a, const struct param_row *row, const char *value)
{
    struct query *q = &a->x->query;
    int64_t count;

    if (!integer_read(value, &count) || count < 1 || count > POINTS_MOST) {
        text_format(&a->why, "%s must be a number from 1 to %d", row->name, POINTS_MOST);
        return refuse(a);
    }
    *(row->is == PARAM_POINTS ? &q->points : &q->limit) = (unsigned)count;
    return MHD_YES;
}

static enum MHD_Result take_every(struct asking *a, const struct param_row *row, const char *value)
{
    enum { YEAR_S = 31622400 };
    int64_t seconds;

    if (!integer_read(value, &seconds) || seconds < 1 || seconds > YEAR_S) {
        text_format(&a->why, "%s must be a number of seconds from 1 to %d", row->name, YEAR_S);
        return refuse(a);
    }
    a->x->query.every_s = (unsigned)seconds;
    return MHD_YES;
}

static enum MHD_Result take_choice(struct asking *a, const struct param_row *row, const char *value)
{
    struct query *q = &a->x->query;
    unsigned at = 0;

    while (row->choices[at] && strcmp(row->choices[at], value) != 0)
        at++;
    if (row->choices[at]) {
        q->by = row->is == PARAM_BY ? (enum by)at : q->by;
        q->form = row->is == PARAM_FORMAT ? (enum form)at : q->form;
        return MHD_YES;
    }
    text_format(&a->why, "%s must be one of", row->name);
    for (unsigned i = 0; row->choices[i]; i++)
        text_format(&a->why, "%s %s", i ? "," : "", row->choices[i]);
    return refuse(a);
}

static const char *const forms[] = {"json", "csv", "jsonl", NULL};
static const char *const spans[] = {"day", "month", "year", NULL};

// clang-format off
const struct param_row params[] = {
    { PARAM_DEVICE,  "device", "string",  "One device or group, by its name", NULL, take_device },
    { PARAM_METRICS, "metric", "string",  "Metrics by the catalogue's names, with commas between", NULL, take_metrics },
    { PARAM_SPAN,    "from",   "string",  "From when on: 2026-05-02, 2026-05-02T10:00:00Z, -24h, yesterday; without a zone in the site's time", NULL, take_moment },
    { PARAM_SPAN,    "to",     "string",  "Until when (not with it); else now", NULL, take_moment },
    { PARAM_POINTS,  "points", "integer", "So many steps at most; the step is then a round one", NULL, take_count },
    { PARAM_EVERY,   "every",  "integer", "So many seconds from one row to the next; else 300", NULL, take_every },
    { PARAM_LIMIT,   "limit",  "integer", "So many lines at most", NULL, take_count },
    { PARAM_BY,      "by",     "string",  "How long each row of the table is", spans, take_choice },
    { PARAM_FORMAT,  "format", "string",  "The form of the answer; else what Accept asks for", forms, take_choice },
    { .name = NULL },
};
// clang-format on

static enum MHD_Result take(void *who, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct asking *a = who;

    (void)kind;
    for (const struct param_row *row = params; row->name; row++)
        if (a->x->route->params & row->is && !strcmp(key, row->name))
            return row->take(a, row, value ? value : "");
    text_format(&a->why,
                "\"%.40s\" is nothing that can be asked here; /api/v1/openapi.json says "
                "what is",
                key);
    return refuse(a);
}

/* ?format= is the word of who types it; Accept that of programs. */
static enum form accepted(struct MHD_Connection *c)
{
    const char *accept = MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);

    if (accept && strstr(accept, "text/csv"))
        return FORM_CSV;
    if (accept && (strstr(accept, "application/jsonl") || strstr(accept, "application/x-ndjson")))
        return FORM_JSONL;
    return FORM_JSON;
}

int query_read(struct exchange *x, char *why, size_t size)
{
    struct asking a = {.x = x, .why = text_on(why, size)};
    int64_t now = clock_wall_ms();

    x->query = (struct query){
        .from_ms = now - DAY_MS, .to_ms = now, .points = 500, .limit = 100, .every_s = 300};
    x->query.form = accepted(x->connection);
    if (x->route->params & PARAM_BY)
        x->query.from_ms = now - 31 * DAY_MS;
    (void)MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, take, &a);
    if (a.is_wrong)
        return ERR_USAGE;
    if (x->query.from_ms >= x->query.to_ms)
        text_format(&a.why, "\"from\" must be before \"to\"");
    else if (x->route->params & PARAM_NEEDS && (!x->query.device || !x->query.metric_count))
        text_format(&a.why, "\"device\" and \"metric\" must be said: %s?device=%s&metric=pv_power",
                    x->route->path, x->web->devices.count ? x->web->devices.all[0].name : "roof");
    else
        return OK;
    return ERR_USAGE;
}
