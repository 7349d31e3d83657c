/* /api/v1/openapi.json: made from the table of routes, so it cannot say anything else
 * (web/inside.h). */
#include "web/inside.h"

#include "base/json.h"

#include <ctype.h>
#include <string.h>

static void say_choices(struct json *j, const char *const *choices)
{
    json_open(j, "enum", '[');
    for (; *choices; choices++)
        json_string(j, NULL, *choices);
    json_close(j, ']');
}

static void say_device_of_path(struct json *j)
{
    json_open(j, NULL, '{');
    json_string(j, "name", "device");
    json_string(j, "in", "path");
    json_bool(j, "required", true);
    json_string(j, "description", "A device by its name");
    json_open(j, "schema", '{');
    json_string(j, "type", "string");
    json_integer(j, "minLength", 1);
    json_close(j, '}');
    json_close(j, '}');
}

static void say_params(struct json *j, const struct route *r)
{
    json_open(j, "parameters", '[');
    if (r->has_device)
        say_device_of_path(j);
    for (size_t i = 0; params[i].name; i++) {
        if (!(r->params & params[i].is))
            continue;
        bool is_needed = r->params & PARAM_NEEDS &&
                         (params[i].is == PARAM_DEVICE || params[i].is == PARAM_METRICS);
        json_open(j, NULL, '{');
        json_string(j, "name", params[i].name);
        json_string(j, "in", "query");
        json_bool(j, "required", is_needed);
        json_string(j, "description", params[i].help);
        json_open(j, "schema", '{');
        json_string(j, "type", params[i].type);
        if (params[i].choices)
            say_choices(j, params[i].choices);
        else if (!strcmp(params[i].type, "string"))
            json_integer(j, "minLength", 1);
        if (!strcmp(params[i].type, "integer")) {
            json_integer(j, "minimum", 1);
            json_integer(j, "maximum", POINTS_MOST);
        }
        json_close(j, '}');
        json_close(j, '}');
    }
    json_close(j, ']');
}

// clang-format off
static const struct schema {
    const char *name, *paths, *json;
} schemas[] = {
#define SCHEMA(n, p, j) {n, p, j},
#include "web/schemas.def"
#undef SCHEMA
};
// clang-format on
enum { SCHEMAS = sizeof schemas / sizeof *schemas };

static const struct schema *schema_named(const char *name)
{
    for (size_t i = 0; i < SCHEMAS; i++)
        if (!strcmp(schemas[i].name, name))
            return &schemas[i];
    return NULL;
}

/* What a path answers with, or NULL; paths have blanks between. */
static const struct schema *schema_of(const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 0; i < SCHEMAS; i++)
        for (const char *p = schemas[i].paths; *p; p += strspn(p, " ")) {
            size_t word = strcspn(p, " ");
            if (word == length && !strncmp(p, path, length))
                return &schemas[i];
            p += word;
        }
    return NULL;
}

static void say_type(struct json *j, const char *type, const struct schema *schema)
{
    char where[60];
    struct text t = text_on(where, sizeof where);

    json_open(j, type, '{');
    json_open(j, "schema", '{');
    if (schema) {
        text_format(&t, "#/components/schemas/%s", schema->name);
        json_string(j, "$ref", where);
    } else {
        json_string(j, "type", strcmp(type, "application/json") ? "string" : "object");
    }
    json_close(j, '}');
    json_close(j, '}');
}

static void say_problem(struct json *j, const char *status, const char *what)
{
    json_open(j, status, '{');
    json_string(j, "description", what);
    json_open(j, "content", '{');
    say_type(j, "application/problem+json", &schemas[0]);
    json_close(j, '}');
    json_close(j, '}');
}

static void say_mark(struct json *j)
{
    json_open(j, "headers", '{');
    json_open(j, "ETag", '{');
    json_string(j, "description", "for If-None-Match; only spans that are over have one");
    json_open(j, "schema", '{');
    json_string(j, "type", "string");
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
}

static void say_known(struct json *j)
{
    json_open(j, "304", '{');
    json_string(j, "description", "what If-None-Match names is what there is");
    json_close(j, '}');
}

static void say_answer(struct json *j, const struct route *r)
{
    json_open(j, "200", '{');
    json_string(j, "description", "what was asked for");
    if (r->params & PARAM_KNOWN)
        say_mark(j);
    json_open(j, "content", '{');
    if (!strcmp(r->path, "/metrics"))
        say_type(j, "text/plain", NULL);
    else if (!strcmp(r->path, "/api/v1/live"))
        say_type(j, "text/event-stream", NULL);
    else
        say_type(j, "application/json", r->may_tell ? schema_named("Told") : schema_of(r->path));
    if (r->params & PARAM_FORMAT) {
        say_type(j, "text/csv", NULL);
        say_type(j, "application/jsonl", NULL);
    }
    json_close(j, '}');
    json_close(j, '}');
}

/* What can go wrong only where something is told. */
static void say_telling_problems(struct json *j)
{
    say_problem(j, "401", "the token is missing or wrong");
    say_problem(j, "403", "the settings file does not allow it; detail says what to put there");
    say_problem(j, "409", "the wire is in use; Retry-After says when");
    say_problem(j, "413", "the body is too large");
    say_problem(j, "415", "the body is not application/json");
    say_problem(j, "422", "out of range, or at odds with another setting; or cut_power is needed");
    say_problem(j, "429", "too many wrong tokens, or the day's writes are spent");
    say_problem(j, "500", "the operating system refused");
    say_problem(j, "502", "the device said no, or did not do it");
    say_problem(j, "504", "the device did not answer: look before trying again");
}

/* What generated clients call it: get_devices_device_commands. */
static void say_name(struct json *j, const struct route *r)
{
    char name[80];
    struct text t = text_on(name, sizeof name);
    size_t root = strncmp(r->path, "/api/v1", 7) ? 0 : 7;

    text_add(&t, strcmp(r->method, "GET") ? "post" : "get");
    for (const char *at = r->path + root; *at; at++)
        if (isalnum((unsigned char)*at) || at[1])
            text_char(&t, isalnum((unsigned char)*at) ? *at : '_');
    for (char *at = name; *at; at++) /* "/{" is one step */
        while (at[0] == '_' && at[1] == '_')
            memmove(at, at + 1, strlen(at));
    json_string(j, "operationId", name);
}

/* Only who tells needs the token. */
static void say_lock(struct json *j, const struct route *r)
{
    json_open(j, "security", '[');
    if (r->may_tell) {
        json_open(j, NULL, '{');
        json_open(j, "token", '[');
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void say_body(struct json *j)
{
    json_open(j, "requestBody", '{');
    json_bool(j, "required", true);
    json_open(j, "content", '{');
    say_type(j, "application/json", schema_named("Orders"));
    json_close(j, '}');
    json_close(j, '}');
}

static void say_method(struct json *j, const struct route *r)
{
    json_open(j, strcmp(r->method, "GET") ? "post" : "get", '{');
    json_string(j, "summary", r->summary);
    say_name(j, r);
    say_params(j, r);
    say_lock(j, r);
    if (r->may_tell)
        say_body(j);
    json_open(j, "responses", '{');
    say_answer(j, r);
    if (r->params & PARAM_KNOWN)
        say_known(j);
    say_problem(j, "400", "the question cannot be understood; detail says why");
    if (r->params & PARAM_NEEDS) {
        say_problem(j, "404", "nothing is stored of that device yet");
        say_problem(j, "422", "that is too much at once");
    }
    if (r->has_device)
        say_problem(j, "404", "there is no such device, or it has no such setting");
    if (r->may_tell)
        say_telling_problems(j);
    say_problem(j, "421", "called by a name that is not known here");
    say_problem(j, "503", "not now; Retry-After says when");
    json_close(j, '}');
    json_close(j, '}');
}

static bool is_said_before(const struct route *r)
{
    for (const struct route *other = routes; other < r; other++)
        if (!strcmp(other->path, r->path))
            return true;
    return false;
}

/* All that may be done at a path, at its first row. */
static void say_path(struct json *j, const struct route *first)
{
    if (is_said_before(first))
        return;
    json_open(j, first->path, '{');
    for (const struct route *r = first; r->method; r++)
        if (!strcmp(r->path, first->path))
            say_method(j, r);
    json_close(j, '}');
}

/* They are written as JSON already. */
static void say_schemas(struct json *j)
{
    json_open(j, "components", '{');
    json_open(j, "schemas", '{');
    for (size_t i = 0; i < SCHEMAS; i++)
        text_format(j->to, "%s\"%s\": %s", i ? ", " : "", schemas[i].name, schemas[i].json);
    json_close(j, '}');
    json_open(j, "securitySchemes", '{');
    json_open(j, "token", '{');
    json_string(j, "type", "http");
    json_string(j, "scheme", "bearer");
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
}

static int write_description(struct exchange *x, struct text *to)
{
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    json_string(&j, "openapi", "3.0.3");
    json_open(&j, "info", '{');
    json_string(&j, "title", "Heliograph");
    json_string(&j, "version", x->web->house.front->version);
    json_string(&j, "description",
                "Times are RFC 3339 in UTC, or milliseconds since 1970. Names of metrics are those "
                "of /api/v1/catalogue, which has their units. Errors are RFC 9457.");
    json_open(&j, "license", '{');
    json_string(&j, "name", "MIT");
    json_string(&j, "url", "https://opensource.org/license/mit");
    json_close(&j, '}');
    json_close(&j, '}');
    json_open(&j, "servers", '[');
    json_open(&j, NULL, '{');
    json_string(&j, "url", "/");
    json_close(&j, '}');
    json_close(&j, ']');
    json_open(&j, "paths", '{');
    for (const struct route *r = routes; r->method; r++)
        if (r->summary)
            say_path(&j, r);
    json_close(&j, '}');
    say_schemas(&j);
    json_close(&j, '}');
    return OK;
}

enum MHD_Result api_description(struct exchange *x)
{
    return answer_marked(x, "application/json", write_description);
}
