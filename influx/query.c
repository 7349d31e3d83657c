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
static int first_result(struct door *d, json_t *root, json_t **series)
{
    json_t *result = json_array_get(json_object_get(root, "results"), 0);
    const char *error = json_string_value(json_object_get(result, "error"));

    if (!error)
        error = json_string_value(json_object_get(root, "error"));
    if (error) {
        log_err(d->who, "%s", error);
        return ERR_DATA;
    }
    if (!json_is_array(json_object_get(root, "results"))) {
        log_err(d->who, "its answer is none of a database: put the right address into url");
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

static int walk_series(json_t *series, point_fn *each, void *to)
{
    static char key[4000];
    static struct point p; /* one query at a time; too large for a stack */
    json_t *columns = json_object_get(series, "columns"),
           *values = json_object_get(series, "values");
    size_t count = json_array_size(columns), at;
    json_t *row;
    int rc = OK;

    p = (struct point){0};
    name_series(series, &p, key, sizeof key);
    p.field_count = count - 1 < QUERY_FIELDS ? (unsigned)count - 1 : QUERY_FIELDS;
    for (unsigned i = 0; i < p.field_count; i++)
        p.fields[i].name = json_string_value(json_array_get(columns, i + 1));
    json_array_foreach(values, at, row)
    {
        p.at_ns = json_integer_value(json_array_get(row, 0));
        for (unsigned i = 0; i < p.field_count; i++)
            read_value(json_array_get(row, i + 1), &p, i);
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
        rc = first_result(d, root, &all);
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

int query_cells(struct door *d, const char *statement, cells_fn *each, void *to)
{
    json_t *root = NULL, *all = NULL, *series, *row;
    size_t at, line;
    int rc = ask(d, statement, &root);

    if (!rc)
        rc = first_result(d, root, &all);
    if (!rc)
        json_array_foreach(all, at, series)
            json_array_foreach(json_object_get(series, "values"), line, row)
        {
            static char numbers[QUERY_FIELDS][40];
            const char *cells[QUERY_FIELDS];
            const char *name = json_string_value(json_object_get(series, "name"));
            unsigned count = 0;
            for (; count < json_array_size(row) && count < QUERY_FIELDS && !rc; count++) {
                json_t *cell = json_array_get(row, count);
                cells[count] = json_is_boolean(cell) ? (json_is_true(cell) ? "true" : "false")
                                                     : json_string_value(cell);
                if (cells[count])
                    continue;
                snprintf(numbers[count], sizeof numbers[count], "%lld",
                         (long long)json_number_value(cell));
                cells[count] = numbers[count];
            }
            if (!rc)
                rc = each(to, name ? name : "", cells, count);
        }
    json_decref(root);
    return rc;
}
