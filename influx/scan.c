/* Measurements, spans, windows (influx/scan.h). */
#include "influx/scan.h"

#include "base/log.h"
#include "base/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t WINDOW_NS = 21600000000000; /* six hours of points at once */
static const double TIMEOUT_S = 120;

bool scan_is_old(const struct door *d)
{
    return !strcmp(section_text(d->section, "layout"), "logtracer");
}

/* ---- which measurements ------------------------------------------------------------------ */

struct wanted {
    const struct door *door;
    const char *only;
    struct scan_list *list;
};

/* solar_1 for solar, when the old program wrote a measurement for each unit. */
static bool is_unit_of(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);

    return !strncmp(name, prefix, length) && name[length] == '_' && name[length + 1] &&
           strspn(name + length + 1, "0123456789") == strlen(name + length + 1);
}

static int take_name(void *to, const char *series, const char *const *cells, unsigned count)
{
    const struct wanted *w = to;
    const char *ours = section_text(w->door->section, "measurement");
    bool is_wanted;

    (void)series;
    (void)count;
    if (strlen(cells[0]) >= QUERY_NAME || w->list->count == SCAN_MEASUREMENTS)
        return OK;
    if (*w->only)
        is_wanted = !strcmp(cells[0], w->only);
    else
        is_wanted = !strcmp(cells[0], ours) || (scan_is_old(w->door) && is_unit_of(cells[0], ours));
    if (is_wanted)
        snprintf(w->list->names[w->list->count++], QUERY_NAME, "%s", cells[0]);
    return OK;
}

int scan_measurements(struct door *d, const char *only, struct scan_list *to)
{
    static const char *const name[] = {"name", NULL};
    struct wanted w = {d, only, to};

    to->count = 0;
    if (d->api != API_VICTORIA)
        return query_cells(d, "SHOW MEASUREMENTS", name, take_name, &w);
    snprintf(to->names[to->count++], QUERY_NAME, "%s",
             *only ? only : section_text(d->section, "measurement"));
    return OK;
}

/* ---- InfluxQL ---------------------------------------------------------------------------- */

static int take_time(void *to, const struct point *p)
{
    *(int64_t *)to = p->at_ns;
    return OK;
}

/* Nothing there: both become equal. */
static int narrow(struct door *d, const char *measurement, int64_t *from_ns, int64_t *to_ns)
{
    static const char *const orders[] = {"ASC", "DESC"};
    int64_t found[2] = {0, 0};
    char statement[900], name[500];
    int rc = OK;

    query_from(d, measurement, name, sizeof name);
    for (int i = 0; i < 2 && !rc; i++) {
        snprintf(statement, sizeof statement,
                 "SELECT * FROM %s WHERE time >= %lld AND time < %lld ORDER BY time %s LIMIT 1",
                 name, (long long)*from_ns, (long long)*to_ns, orders[i]);
        rc = query_points(d, statement, take_time, &found[i]);
    }
    if (rc)
        return rc;
    *from_ns = found[0];
    *to_ns = found[1] ? found[1] + 1 : found[0];
    return OK;
}

static int take_point(void *to, const struct point *p)
{
    judge_point(to, p);
    return ((struct judge *)to)->is_out_of_memory ? ERR_FULL : OK;
}

/* ---- VictoriaMetrics: lines of JSON, one series each ------------------------------------- */

static void name_series(json_t *labels, const char *measurement, char *key, size_t size)
{
    struct text t = text_on(key, size);
    const char *label;
    json_t *value;

    text_add(&t, measurement);
    json_object_foreach(labels, label, value) if (strcmp(label, "__name__") != 0)
        text_format(&t, ",%s=%s", label, json_string_value(value));
}

static void judge_series(struct judge *j, json_t *series, const char *measurement)
{
    static struct point p; /* one scan at a time */
    char key[1000];
    json_t *labels = json_object_get(series, "metric"),
           *times = json_object_get(series, "timestamps"),
           *values = json_object_get(series, "values");
    const char *name = json_string_value(json_object_get(labels, "__name__"));
    size_t prefix = strlen(measurement);

    if (!name || strncmp(name, measurement, prefix) != 0 || name[prefix] != '_')
        return;
    name_series(labels, measurement, key, sizeof key);
    p = (struct point){.measurement = measurement, .series = key, .field_count = 1};
    for (size_t i = 0; i < json_array_size(values); i++) {
        p.at_ns = json_integer_value(json_array_get(times, i)) * 1000000;
        p.fields[0].name = name + prefix + 1;
        p.fields[0].is_there = p.fields[0].is_number = true;
        p.fields[0].value = json_number_value(json_array_get(values, i));
        judge_point(j, &p);
    }
}

static int scan_victoria(struct door *d, const char *measurement, int64_t from_ns, int64_t to_ns,
                         struct judge *j)
{
    char address[ADDRESS_MAX], match[200], from[32], to[32];
    const char *const parameters[] = {"match[]", match, "start", from, "end", to, NULL};
    struct door_reply reply;
    int rc;

    snprintf(match, sizeof match, "{__name__=~\"%s_.+\"}", measurement);
    snprintf(from, sizeof from, "%lld", (long long)(from_ns / 1000000000));
    snprintf(to, sizeof to, "%lld", (long long)(to_ns / 1000000000));
    rc = door_address(d, "/api/v1/export", parameters, address, sizeof address);
    if (!rc)
        rc = door_ask(d, address, NULL, NULL, NULL, TIMEOUT_S, &reply);
    if (rc) {
        log_err(d->who, "%s", rc == ERR_GONE ? reply.why : error_text(rc));
        return rc;
    }
    for (char *rest = reply.body, *line; rest && (line = strsep(&rest, "\n"));) {
        json_t *series = json_loads(line, 0, NULL);
        if (series)
            judge_series(j, series, measurement);
        else if (*line)
            rc = ERR_DATA;
        json_decref(series);
    }
    if (reply.status != 200) {
        log_err(d->who, "%ld %s", reply.status, reply.why);
        rc = ERR_GONE;
    } else if (rc) {
        log_err(d->who, "its answer is none of a database: put the right address into url");
    }
    door_reply_done(&reply);
    return rc;
}

int scan_measurement(struct door *d, const char *measurement, int64_t *from_ns, int64_t *to_ns,
                     struct judge *j)
{
    char statement[900], name[500];
    int rc;

    if (d->api == API_VICTORIA)
        return scan_victoria(d, measurement, *from_ns, *to_ns, j);
    rc = narrow(d, measurement, from_ns, to_ns);
    query_from(d, measurement, name, sizeof name);
    for (int64_t at = *from_ns; at < *to_ns && !rc; at += WINDOW_NS) {
        snprintf(statement, sizeof statement,
                 "SELECT * FROM %s WHERE time >= %lld AND time < %lld GROUP BY *", name,
                 (long long)at, (long long)(at + WINDOW_NS < *to_ns ? at + WINDOW_NS : *to_ns));
        rc = query_points(d, statement, take_point, j);
    }
    return rc;
}
