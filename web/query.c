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

const struct web_device *web_device_named(struct web *w, const char *name)
{
    for (size_t i = 0; i < w->device_count; i++)
        if (!strcmp(w->devices[i].name, name))
            return &w->devices[i];
    return NULL;
}

static void say_nearest(struct asking *a, const struct nearest *n)
{
    if (n->best)
        text_format(&a->why, "; did you mean \"%s\"?", n->best);
}

static enum MHD_Result take_device(struct asking *a, const char *value)
{
    struct web *w = a->x->web;
    struct nearest n = {.word = value};

    a->x->query.device = web_device_named(w, value);
    if (a->x->query.device)
        return MHD_YES;
    for (size_t i = 0; i < w->device_count; i++)
        nearest_try(&n, w->devices[i].name);
    text_format(&a->why, "there is no device \"%.60s\"", value);
    say_nearest(a, &n);
    return refuse(a);
}

static enum MHD_Result take_metrics(struct asking *a, const char *value)
{
    struct query *q = &a->x->query;
    char names[600];
    char *rest = names;
    struct text t = text_on(names, sizeof names);

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

static enum MHD_Result take_moment(struct asking *a, const char *key, const char *value,
                                   int64_t *to)
{
    if (when_read(value, clock_wall_ms(), to))
        return MHD_YES;
    text_format(&a->why, "%s: \"%.60s\" is no time, as 2026-05-02, 2026-05-02T10:00:00Z or -24h",
                key, value);
    return refuse(a);
}

static enum MHD_Result take_count(struct asking *a, const char *key, const char *value,
                                  unsigned *to)
{
    int64_t count;

    if (integer_read(value, &count) && count >= 1 && count <= POINTS_MOST) {
        *to = (unsigned)count;
        return MHD_YES;
    }
    text_format(&a->why, "%s must be a number from 1 to %d", key, POINTS_MOST);
    return refuse(a);
}

static enum MHD_Result take_choice(struct asking *a, const char *key, const char *value,
                                   const char *const *choices, unsigned *to)
{
    for (unsigned i = 0; choices[i]; i++)
        if (!strcmp(choices[i], value)) {
            *to = i;
            return MHD_YES;
        }
    text_format(&a->why, "%s must be one of", key);
    for (unsigned i = 0; choices[i]; i++)
        text_format(&a->why, "%s %s", i ? "," : "", choices[i]);
    return refuse(a);
}

static enum MHD_Result take(void *who, enum MHD_ValueKind kind, const char *key, const char *value)
{
    static const char *const forms[] = {"json", "csv", "jsonl", NULL}, *const spans[] = {
                                                                           "day", "month", "year",
                                                                           NULL};
    struct asking *a = who;
    struct query *q = &a->x->query;
    unsigned may = a->x->route->params, choice = 0;
    enum MHD_Result rc = MHD_YES;

    (void)kind;
    value = value ? value : "";
    if (!strcmp(key, "device") && may & PARAM_DEVICE)
        return take_device(a, value);
    if (!strcmp(key, "metric") && may & PARAM_METRICS)
        return take_metrics(a, value);
    if (!strcmp(key, "from") && may & PARAM_SPAN)
        return take_moment(a, key, value, &q->from_ms);
    if (!strcmp(key, "to") && may & PARAM_SPAN)
        return take_moment(a, key, value, &q->to_ms);
    if (!strcmp(key, "points") && may & PARAM_POINTS)
        return take_count(a, key, value, &q->points);
    if (!strcmp(key, "limit") && may & PARAM_LIMIT)
        return take_count(a, key, value, &q->limit);
    if (!strcmp(key, "format") && may & PARAM_FORMAT) {
        rc = take_choice(a, key, value, forms, &choice);
        q->form = (enum form)choice;
        return rc;
    }
    if (!strcmp(key, "by") && may & PARAM_BY) {
        rc = take_choice(a, key, value, spans, &choice);
        q->by = (enum by)choice;
        return rc;
    }
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

    x->query = (struct query){.from_ms = now - DAY_MS, .to_ms = now, .points = 500, .limit = 100};
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
                    x->route->path, x->web->device_count ? x->web->devices[0].name : "roof");
    else
        return OK;
    return ERR_USAGE;
}
