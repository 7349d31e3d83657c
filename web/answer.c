/* Answers as JSON (web/inside.h). */
#include "web/inside.h"

#include "base/json.h"

#include <string.h>

enum { PROBLEM_BYTES = 600 };

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              const char *body)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body,
                                                             MHD_RESPMEM_MUST_COPY);
    enum MHD_Result rc;

    if (!r)
        return MHD_NO;
    bool is_made = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
                   MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES;
    if (is_made && status == MHD_HTTP_UNAUTHORIZED)
        is_made = MHD_add_response_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer") == MHD_YES;
    if (is_made && status == MHD_HTTP_SERVICE_UNAVAILABLE)
        is_made = MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "5") == MHD_YES;
    rc = is_made ? MHD_queue_response(c, status, r) : MHD_NO;
    MHD_destroy_response(r);
    return rc;
}

enum MHD_Result answer_json(struct MHD_Connection *c, unsigned status, const char *json)
{
    return answer(c, status, "application/json", json);
}

enum MHD_Result answer_problem(struct MHD_Connection *c, unsigned status, const char *detail)
{
    char body[PROBLEM_BYTES];
    struct text t = text_on(body, sizeof body);
    struct json j = json_on(&t);

    json_open(&j, NULL, '{');
    json_integer(&j, "status", status);
    json_string(&j, "title", MHD_get_reason_phrase_for(status));
    json_string(&j, "detail", detail);
    json_close(&j, '}');
    return answer(c, status, "application/problem+json", body);
}
