/* Answers, whole and with the headers that every one of them has (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* A sign of a stranger's word may need six to be said in JSON. */
enum { PROBLEM_BYTES = 3000, SHEET_FIRST = 16 * 1024 };

/* Nothing of ours runs in another's page, and nothing of another's in ours. */
static const char *const headers[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
};
const struct manners manners_live = {"no-store", "default-src 'none'; frame-ancestors 'none'"};

static bool add(struct MHD_Response *r, const char *name, const char *value)
{
    return MHD_add_response_header(r, name, value) == MHD_YES;
}

bool answer_dress(struct MHD_Response *r, const char *type, const struct manners *m)
{
    bool is_made = (!type || add(r, MHD_HTTP_HEADER_CONTENT_TYPE, type)) &&
                   add(r, MHD_HTTP_HEADER_CACHE_CONTROL, m->cache) &&
                   add(r, "Content-Security-Policy", m->policy);

    for (size_t i = 0; is_made && i < sizeof headers / sizeof *headers; i++)
        is_made = add(r, headers[i][0], headers[i][1]);
    return is_made;
}

enum MHD_Result answer_response(struct MHD_Connection *c, unsigned status, const char *type,
                                struct MHD_Response *r, const struct manners *m)
{
    bool is_made = r && answer_dress(r, type, m);
    enum MHD_Result rc = MHD_NO;

    if (is_made && status == MHD_HTTP_UNAUTHORIZED)
        is_made = add(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (is_made && status == MHD_HTTP_SERVICE_UNAVAILABLE)
        is_made = add(r, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    if (is_made)
        rc = MHD_queue_response(c, status, r);
    if (r)
        MHD_destroy_response(r);
    return rc;
}

static enum MHD_Result queue(struct MHD_Connection *c, unsigned status, const char *type,
                             struct MHD_Response *r)
{
    return answer_response(c, status, type, r, &manners_live);
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              const char *body)
{
    return queue(c, status, type,
                 MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body,
                                                 MHD_RESPMEM_MUST_COPY));
}

enum MHD_Result answer_json(struct MHD_Connection *c, unsigned status, const char *json)
{
    return answer(c, status, "application/json", json);
}

enum MHD_Result answer_json_aged(struct MHD_Connection *c, const char *json, int64_t age_us)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(json), (void *)(uintptr_t)json,
                                                             MHD_RESPMEM_MUST_COPY);
    char age[24];
    struct text t = text_on(age, sizeof age);

    text_format(&t, "%lld", (long long)(age_us / US_PER_MS / MS_PER_S));
    if (r && !add(r, MHD_HTTP_HEADER_AGE, age)) {
        MHD_destroy_response(r);
        return MHD_NO;
    }
    return queue(c, MHD_HTTP_OK, "application/json", r);
}

enum MHD_Result answer_stream(struct MHD_Connection *c, struct MHD_Response *r)
{
    return queue(c, MHD_HTTP_OK, "text/event-stream", r);
}

enum MHD_Result answer_packed(struct MHD_Connection *c, const char *type, struct MHD_Response *r,
                              bool is_packed)
{
    if ((!is_packed || add(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip")) &&
        add(r, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING))
        return queue(c, MHD_HTTP_OK, type, r);
    MHD_destroy_response(r);
    return MHD_NO;
}

enum MHD_Result answer_problem(struct MHD_Connection *c, unsigned status, const char *detail)
{
    return answer_problem_as(c, status, detail, NULL);
}

enum MHD_Result answer_problem_as(struct MHD_Connection *c, unsigned status, const char *detail,
                                  const char *key)
{
    return answer_trouble(c, &(struct problem){.status = status, .detail = detail, .key = key});
}

static struct MHD_Response *problem_response(const struct problem *p)
{
    char body[PROBLEM_BYTES];
    struct text t = text_on(body, sizeof body);
    struct json j = json_on(&t);

    json_open(&j, NULL, '{');
    json_integer(&j, "status", p->status);
    json_string(&j, "title", MHD_get_reason_phrase_for(p->status));
    json_string(&j, "detail", p->detail);
    if (p->key)
        json_string(&j, p->key, p->detail);
    if (p->reason)
        json_string(&j, "reason", p->reason);
    if (p->has_range) {
        json_number(&j, "min", p->least);
        json_number(&j, "max", p->most);
    }
    json_close(&j, '}');
    return MHD_create_response_from_buffer(t.used, body, MHD_RESPMEM_MUST_COPY);
}

enum MHD_Result answer_trouble(struct MHD_Connection *c, const struct problem *p)
{
    struct MHD_Response *r = problem_response(p);
    char seconds[16];

    snprintf(seconds, sizeof seconds, "%u", p->retry_s);
    if (r && p->retry_s && !add(r, MHD_HTTP_HEADER_RETRY_AFTER, seconds)) {
        MHD_destroy_response(r);
        return MHD_NO;
    }
    return queue(c, p->status, "application/problem+json", r);
}

/* "GET, HEAD, OPTIONS" */
static void list_methods(const char *path, struct text *t)
{
    for (const struct route *r = routes; r->method; r++)
        if (route_is(r, path))
            text_format(t, "%s, %s", r->method, !strcmp(r->method, "GET") ? "HEAD, " : "");
    text_add(t, "OPTIONS");
}

enum MHD_Result answer_methods(struct MHD_Connection *c, unsigned status, const char *path)
{
    static const char body[] = "{\"status\": 405, \"title\": \"Method Not Allowed\", "
                               "\"detail\": \"this path takes another method\"}";
    bool is_problem = status == MHD_HTTP_METHOD_NOT_ALLOWED;
    struct MHD_Response *r = MHD_create_response_from_buffer(
        is_problem ? sizeof body - 1 : 0, (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
    char methods[120];
    struct text t = text_on(methods, sizeof methods);

    list_methods(path, &t);
    if (r && !add(r, MHD_HTTP_HEADER_ALLOW, methods)) {
        MHD_destroy_response(r);
        return MHD_NO;
    }
    return queue(c, status, is_problem ? "application/problem+json" : NULL, r);
}

/* ---- pages of any length ------------------------------------------------------------------- */

/* What it comes to for who asked; whatever else is ours. */
static const struct {
    int rc;
    unsigned status;
    const char *detail;
} errors[] = {
    {ERR_BUSY, MHD_HTTP_SERVICE_UNAVAILABLE, "not now: try again"},
    {ERR_FULL, MHD_HTTP_SERVICE_UNAVAILABLE,
     "too much is asked for at the same time: try again in a few seconds"},
    {ERR_INPUT, MHD_HTTP_NOT_FOUND, "nothing is stored of that yet"},
    {ERR_ABSENT, MHD_HTTP_NOT_FOUND, "nothing is stored of that yet"},
    {ERR_USAGE, MHD_HTTP_UNPROCESSABLE_CONTENT, "that is too much at once: ask for less"},
    {ERR_TIMEOUT, MHD_HTTP_UNPROCESSABLE_CONTENT,
     "that takes too long: ask for less, or for longer steps"},
};

enum MHD_Result answer_error(struct exchange *x, int rc)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].rc == rc)
            return answer_problem(x->connection, errors[i].status, errors[i].detail);
    return answer_problem(x->connection, MHD_HTTP_INTERNAL_SERVER_ERROR, error_text(rc));
}

int sheet_write(struct exchange *x, sheet_fn *write, char **bytes, size_t *length)
{
    struct text t;

    if (!memory_text(&x->web->memory, &t, SHEET_FIRST))
        return ERR_FULL;
    int rc = write(x, &t);
    if (!rc && t.is_cut)
        rc = t.size < TEXT_MOST ? ERR_FULL : ERR_USAGE;
    if (rc) {
        memory_free(t.to);
        return rc;
    }
    memory_fit(&t);
    *bytes = t.to;
    *length = t.used;
    return OK;
}

enum MHD_Result answer_bytes(struct exchange *x, const char *type, char *bytes, size_t length)
{
    return queue(x->connection, MHD_HTTP_OK, type, pack_response(x->connection, bytes, length));
}

enum MHD_Result answer_sheet(struct exchange *x, const char *type, sheet_fn *write)
{
    char *bytes;
    size_t length;
    int rc = sheet_write(x, write, &bytes, &length);

    return rc ? answer_error(x, rc) : answer_bytes(x, type, bytes, length);
}

const char *form_type(const struct exchange *x)
{
    static const char *const types[] = {
        [FORM_JSON] = "application/json",
        [FORM_CSV] = "text/csv; charset=utf-8; header=present",
        [FORM_JSONL] = "application/jsonl",
    };

    return types[x->query.form];
}

enum MHD_Result answer_form(struct exchange *x, sheet_fn *write)
{
    return answer_sheet(x, form_type(x), write);
}
