/* JSON answers, read by jansson (influx/query.h). */
#include "influx/query.h"

#include "base/log.h"
#include "base/text.h"
#include "influx/line_protocol.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const double TIMEOUT_S = 120;

static const char *quoted(const char *text, char quote, char *to, size_t size)
{
    struct text t = text_on(to, size);

    text_char(&t, quote);
    for (; *text; text++) {
        if (*text == quote || *text == '\\')
            text_char(&t, '\\');
        text_char(&t, *text);
    }
    text_char(&t, quote);
    return to;
}

const char *query_name(const char *name, char *to, size_t size)
{
    return quoted(name, '"', to, size);
}

const char *query_value(const char *value, char *to, size_t size)
{
    return quoted(value, '\'', to, size);
}

const char *query_from(const struct door *d, const char *measurement, char *to, size_t size)
{
    const char *policy = d->api == API_V1 ? section_text(d->section, "retention_policy") : "";
    char name[250];
    struct text t = text_on(to, size);

    if (*policy)
        text_format(&t, "%s.", query_name(policy, name, sizeof name));
    text_add(&t, query_name(measurement, name, sizeof name));
    return to;
}

/* The database of the settings; version 2 maps its bucket to one of the same name. */
static const char *database_of(const struct door *d)
{
    return section_text(d->section, d->api == API_V2 ? "bucket" : "database");
}

static int ask(struct door *d, const char *statement, json_t **to)
{
    char address[8 * ADDRESS_MAX];
    const char *const parameters[] = {"db", database_of(d), "epoch", "ns", "q", statement, NULL};
    struct door_reply reply;
    json_error_t error;
    int rc = door_address(d, "/query", parameters, address, sizeof address);

    *to = NULL;
    /* A body, since some servers want statements that change things to be posted. */
    if (!rc)
        rc = door_ask(d, address, "", NULL, NULL, TIMEOUT_S, &reply);
    if (rc) {
        log_err(d->who, "%s", rc == ERR_GONE ? reply.why : error_text(rc));
        return rc;
    }
    if (reply.status != 200) {
        log_err(d->who, "%ld %s", reply.status, reply.why);
        rc = reply.status == 401 || reply.status == 403 ? ERR_DENIED : ERR_GONE;
    } else {
        *to = json_loads(reply.body ? reply.body : "", 0, &error);
        if (!*to)
            log_err(d->who, "its answer makes no sense: %s", error.text);
        rc = *to ? OK : ERR_DATA;
    }
    door_reply_done(&reply);
    return rc;
}

/* {"results":[{"error":...}]} comes with status 200. */
static int first_result(const char *who, json_t *root, json_t **series)
{
    json_t *result = json_array_get(json_object_get(root, "results"), 0);
    const char *error = json_string_value(json_object_get(result, "error"));

    if (!error)
        error = json_string_value(json_object_get(root, "error"));
    if (error) {
        log_err(who, "%s", error);
        return ERR_DATA;
    }
    if (!json_is_array(json_object_get(root, "results"))) {
        log_err(who, "its answer is none of a database: put the right address into url");
        return ERR_DATA;
    }
    *series = json_object_get(result, "series"); /* NULL: nothing there */
    return OK;
}

static void read_value(json_t *cell, struct point *p, unsigned at)
{
    p->fields[at].is_there = cell && !json_is_null(cell);
    p->fields[at].is_number = json_is_number(cell);
    p->fields[at].is_integer = json_is_integer(cell);
    p->fields[at].is_boolean = json_is_boolean(cell);
    p->fields[at].value = json_number_value(cell);
    p->fields[at].integer = json_is_integer(cell) ? json_integer_value(cell) : 0;
    p->fields[at].text = json_is_string(cell) ? json_string_value(cell)
                         : json_is_true(cell) ? "true"
                                              : "false";
}

static void name_series(const json_t *series, struct point *p, char *key, size_t size)
{
    char escaped[400];
    const char *tag;
    json_t *value;
    struct text t = text_on(key, size);

    p->measurement = json_string_value(json_object_get(series, "name"));
    line_escape(p->measurement ? p->measurement : "", IN_MEASUREMENT, escaped, sizeof escaped);
    text_add(&t, escaped);
    p->tag_count = 0;
    json_object_foreach(json_object_get(series, "tags"), tag, value)
    {
        const char *text = json_string_value(value);
        if (!text || !*text || p->tag_count == QUERY_TAGS)
            continue; /* this series lacks the tag */
        p->tags[p->tag_count].key = tag;
        p->tags[p->tag_count++].value = text;
        line_escape(tag, IN_TAG_OR_KEY, escaped, sizeof escaped);
        text_format(&t, ",%s", escaped);
        line_escape(text, IN_TAG_OR_KEY, escaped, sizeof escaped);
        text_format(&t, "=%s", escaped);
    }
    p->series = key;
}

/* Where a column stands: servers add new ones, and not only behind the old. */
static size_t column_of(const json_t *columns, const char *name)
{
    size_t at = 0;

    for (; at < json_array_size(columns); at++) {
        const char *here = json_string_value(json_array_get(columns, at));
        if (here && !strcmp(here, name))
            break;
    }
    return at;
}

static int walk_series(json_t *series, point_fn *each, void *to)
{
    static char key[4000];
    static struct point p; /* one query at a time; too large for a stack */
    json_t *columns = json_object_get(series, "columns"),
           *values = json_object_get(series, "values");
    size_t time = column_of(columns, "time"), from[QUERY_FIELDS], at;
    json_t *row;
    int rc = OK;

    p = (struct point){0};
    name_series(series, &p, key, sizeof key);
    for (size_t i = 0; i < json_array_size(columns) && p.field_count < QUERY_FIELDS; i++) {
        if (i == time)
            continue;
        p.fields[p.field_count].name = json_string_value(json_array_get(columns, i));
        from[p.field_count++] = i;
    }
    json_array_foreach(values, at, row)
    {
        p.at_ns = json_integer_value(json_array_get(row, time));
        for (unsigned i = 0; i < p.field_count; i++)
            read_value(json_array_get(row, from[i]), &p, i);
        rc = each(to, &p);
        if (rc)
            return rc;
    }
    return rc;
}

int query_points(struct door *d, const char *statement, point_fn *each, void *to)
{
    json_t *root = NULL, *all = NULL, *series;
    size_t at;
    int rc = ask(d, statement, &root);

    if (!rc)
        rc = first_result(d->who, root, &all);
    if (!rc)
        json_array_foreach(all, at, series)
        {
            rc = each ? walk_series(series, each, to) : OK;
            if (rc)
                break;
        }
    json_decref(root);
    return rc;
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* Which columns are wanted, in their order; without a list all but the time. */
static int choose_columns(const char *who, const json_t *columns, const char *const *wanted,
                          size_t from[QUERY_FIELDS], unsigned *count)
{
    size_t all = json_array_size(columns), time = column_of(columns, "time");

    *count = 0;
    for (size_t i = 0; !wanted && i < all && *count < QUERY_FIELDS; i++)
        if (i != time)
            from[(*count)++] = i;
    for (; wanted && wanted[*count] && *count < QUERY_FIELDS; ++*count) {
        from[*count] = column_of(columns, wanted[*count]);
        if (from[*count] < all)
            continue;
        log_err(who, "its answer has no column \"%s\": a newer server than this program knows?",
                wanted[*count]);
        return ERR_DATA;
    }
    return OK;
}

static const char *cell_text(json_t *cell, char number[40])
{
    if (json_is_boolean(cell))
        return json_is_true(cell) ? "true" : "false";
    if (json_is_string(cell))
        return json_string_value(cell);
    snprintf(number, 40, "%lld", (long long)json_number_value(cell));
    return number;
}

static int walk_rows(const char *who, json_t *series, const char *const *wanted, cells_fn *each,
                     void *to)
{
    static char numbers[QUERY_FIELDS][40];
    const char *cells[QUERY_FIELDS], *name = json_string_value(json_object_get(series, "name"));
    size_t from[QUERY_FIELDS], line;
    unsigned count;
    json_t *row;
    int rc = choose_columns(who, json_object_get(series, "columns"), wanted, from, &count);

    json_array_foreach(json_object_get(series, "values"), line, row)
    {
        for (unsigned i = 0; i < count && !rc; i++)
            cells[i] = cell_text(json_array_get(row, from[i]), numbers[i]);
        if (!rc)
            rc = each(to, name ? name : "", cells, count);
    }
    return rc;
}

static int walk_answer(const char *who, json_t *root, const char *const *wanted, cells_fn *each,
                       void *to)
{
    json_t *all = NULL, *series;
    size_t at;
    int rc = first_result(who, root, &all);

    if (!rc)
        json_array_foreach(all, at, series) if (!rc) rc = walk_rows(who, series, wanted, each, to);
    return rc;
}

int query_cells_in(const char *who, const char *answer, const char *const *wanted, cells_fn *each,
                   void *to)
{
    json_t *root = json_loads(answer, 0, NULL);
    int rc = root ? walk_answer(who, root, wanted, each, to) : ERR_DATA;

    json_decref(root);
    return rc;
}

int query_cells(struct door *d, const char *statement, const char *const *wanted, cells_fn *each,
                void *to)
{
    json_t *root = NULL;
    int rc = ask(d, statement, &root);

    if (!rc)
        rc = walk_answer(d->who, root, wanted, each, to);
    json_decref(root);
    return rc;
}
