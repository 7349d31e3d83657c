/* One request, from its head to its end (web/inside.h). */
#include "web/long.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WHY_BYTES = 400 };

// clang-format off
const struct route routes[] = {
#define API(p, handler, what, why)                                                                 \
    { .method = "GET", .path = p, .serve = handler, .params = what, .summary = why },
#define ROUTE(m, p, most, key, what, handler, later)                                               \
    { .method = m, .path = p, .most_body = most, .token_key = key, .detail = what,                 \
      .serve = handler, .settled = later },
#define CALL(m, p, most, key, handler, later, why)                                                 \
    { .method = m, .path = p, .most_body = most, .token_key = key, .serve = handler,               \
      .settled = later, .summary = why,                                                           \
      .has_device = true, .may_tell = (most) > 0 },
#define OLD(p, handler) { .method = "GET", .path = p, .serve = handler, .is_old = true },
#include "web/routes.def"
#undef OLD
#undef CALL
#undef ROUTE
#undef API
    { .method = NULL },
};
// clang-format on

/* ---- who may, and where to ----------------------------------------------------------------- */

/* A star at the end stands for anything, {device} for one name. */
bool route_is(const struct route *r, const char *path)
{
    const char *brace = strchr(r->path, '{');
    size_t length = strlen(r->path);

    if (brace) {
        size_t before = (size_t)(brace - r->path);
        if (strncmp(r->path, path, before) != 0 || !path[before] || path[before] == '/')
            return false;
        return !strcmp(strchr(brace, '}') + 1, path + before + strcspn(path + before, "/"));
    }
    return r->path[length - 1] == '*' ? !strncmp(r->path, path, length - 1)
                                      : !strcmp(r->path, path);
}

/* The route, or what else there is: 404, or 405. The library leaves the body out for HEAD. */
static const struct route *find_route(const struct web *w, const char *method, const char *path,
                                      bool *has_path)
{
    bool has_old = section_yes(w->section, "old_addresses");

    *has_path = false;
    if (!strcmp(method, "HEAD"))
        method = "GET";
    for (const struct route *r = routes; r->method; r++) {
        if (!route_is(r, path) || (r->is_old && !has_old))
            continue;
        *has_path = true;
        if (!strcmp(r->method, method))
            return r;
    }
    return NULL;
}

static bool is_announced_too_large(const struct exchange *x)
{
    const char *length =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length && strtoull(length, NULL, 10) > x->route->most_body;
}

static bool is_json(struct MHD_Connection *c)
{
    static const char wanted[] = "application/json";
    const char *type =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    size_t length = strlen(wanted);

    return type && !strncasecmp(type, wanted, length) &&
           (!type[length] || type[length] == ';' || type[length] == ' ');
}

/* Before a token is looked at, and after it: what a page of somebody else could send is nothing. */
static int check_telling(const struct exchange *x, enum MHD_Result *answered)
{
    const char *closed = tell_is_closed(x->web);

    if (closed)
        *answered = answer_problem(x->connection, MHD_HTTP_FORBIDDEN, closed);
    else if (!guard_is_own_page(x))
        *answered = answer_problem(x->connection, MHD_HTTP_FORBIDDEN,
                                   "a page from elsewhere may change nothing here");
    else if (token_check(x, answered))
        return ERR_DENIED;
    else if (!is_json(x->connection))
        *answered = answer_problem(x->connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                   "the body must be application/json");
    else
        return OK;
    return ERR_DENIED;
}

struct head {
    unsigned hosts;
    bool has_odd_name;
};

static enum MHD_Result look_at_field(void *who, enum MHD_ValueKind kind, const char *key,
                                     const char *value)
{
    struct head *h = who;

    (void)kind;
    (void)value;
    h->hosts += !strcasecmp(key, MHD_HTTP_HEADER_HOST);
    h->has_odd_name |= !guard_is_field(key);
    return MHD_YES;
}

/* One, and a plain one: what stands before us might take another than we do. A line that goes on in
 * the next one is glued to its name by some versions of the library, so that nobody sees a Host
 * there; HTTP/1.1 is never without. */
static bool has_bad_head(struct MHD_Connection *c, const char *version)
{
    struct head h = {0};

    (void)MHD_get_connection_values(c, MHD_HEADER_KIND, look_at_field, &h);
    const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    bool may_lack_it = !strcmp(version, MHD_HTTP_VERSION_1_0);
    return h.has_odd_name || h.hosts > 1 || (host ? !guard_is_host(host) : !may_lack_it);
}

/* The head of a request is there: whoever may not is told so before a body is read. */
static enum MHD_Result begin(struct web *w, struct MHD_Connection *c, const char *path,
                             const char *method, const char *version, void **memory)
{
    enum MHD_Result answered = MHD_NO;
    bool has_path;
    const struct route *route = find_route(w, method, path, &has_path);

    visitor_has_head(w->visitors, c);
    if (has_bad_head(c, version))
        return answer_problem(c, MHD_HTTP_BAD_REQUEST, "Host must be there once, and be a name");
    if (!guard_knows_host(w, MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
        return answer_problem(c, MHD_HTTP_MISDIRECTED_REQUEST,
                              "this name is not known here: name it as hosts in [web]");
    if (has_path && !route)
        return answer_methods(
            c, strcmp(method, "OPTIONS") ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NO_CONTENT, path);
    if (!route)
        return answer_problem(c, MHD_HTTP_NOT_FOUND, "there is no such path");
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return MHD_NO;
    *x = (struct exchange){.web = w, .route = route, .path = path, .connection = c};
    *memory = x;
    if (route->may_tell ? check_telling(x, &answered) : token_check(x, &answered))
        return answered;
    if (is_announced_too_large(x))
        return answer_problem(c, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
    return MHD_YES;
}

/* ---- its body, and its answer -----------------------------------------------------------------
 */

static void take_body(struct exchange *x, const char *bytes, size_t length)
{
    if (x->length + length > x->route->most_body)
        x->is_too_large = true;
    if (!x->body && !x->is_too_large)
        x->body = malloc(x->route->most_body);
    if (!x->body || x->is_too_large) {
        x->is_too_large = true; /* the rest is read and thrown away */
        return;
    }
    memcpy(x->body + x->length, bytes, length);
    x->length += length;
}

/* Devices may have come since the last request. */
static enum MHD_Result serve_api(struct exchange *x)
{
    const struct view *front = x->web->house.front;
    char why[WHY_BYTES];

    if (!front)
        return answer_problem(x->connection, MHD_HTTP_NOT_FOUND, "there is no such path");
    view_look(front, &x->web->devices);
    if (query_read(x, why, sizeof why))
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, why);
    return x->route->serve(x);
}

static enum MHD_Result serve_request(void *who, struct MHD_Connection *c, const char *path,
                                     const char *method, const char *version, const char *bytes,
                                     size_t *length, void **memory)
{
    struct exchange *x = *memory;

    if (!x)
        return begin(who, c, path, method, version, memory);
    if (*length) {
        take_body(x, bytes, *length);
        *length = 0;
        return MHD_YES;
    }
    visitor_has_all(x->web->visitors, c);
    if (x->stage == STAGE_LONG)
        return long_settled(x);
    if (x->stage == STAGE_WAITING)
        return x->route->settled(x);
    if (x->is_too_large)
        return answer_problem(c, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
    return x->route->summary ? serve_api(x) : x->route->serve(x);
}

enum MHD_Result request_serve(void *who, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *bytes,
                              size_t *length, void **memory)
{
    struct web *w = who;

    lock_take(&w->lock);
    enum MHD_Result rc = serve_request(w, c, path, method, version, bytes, length, memory);
    lock_give(&w->lock);
    return rc;
}

void request_end(void *who, struct MHD_Connection *c, void **memory,
                 enum MHD_RequestTerminationCode why)
{
    const struct web *w = who;
    struct exchange *x = *memory;

    (void)why;
    visitor_is_done(w->visitors, c);
    if (!x)
        return;
    long_free(x->answer);
    free(x->body);
    free(x->wish);
    free(x);
    *memory = NULL;
}

void web_settle(struct web_upload *upload, int result)
{
    struct exchange *x = (struct exchange *)(void *)upload;

    upload->result = result;
    MHD_resume_connection(x->connection);
}

size_t request_unescape(void *who, struct MHD_Connection *c, char *text)
{
    char *to = text;

    (void)who;
    (void)c;
    for (const char *from = text; *from;) {
        uint8_t byte = 0;
        char pair[3] = "";
        if (*from == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2]))
            memcpy(pair, from + 1, 2);
        if (*pair && hex_read(pair, &byte, 1) == 1 && byte) {
            *to++ = (char)byte;
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}
