/*
 * /metrics: text format 0.0.4 (web/inside.h). Values in base units, as Prometheus wants them; a
 * device that is not heard has no values, and `helio_device_up` says so.
 */
#include "web/inside.h"

#include "base/clock.h"
#include "store/lookup.h"
#include "store/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct view *front_of(const struct exchange *x)
{
    return x->web->house.front;
}

static void head(struct text *to, const char *name, const char *type, const char *help)
{
    text_format(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void label(struct text *to, const char *key, const char *value)
{
    text_format(to, "%s=\"", key);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            text_char(to, '\\');
        if (*value == '\n')
            text_add(to, "\\n");
        else
            text_char(to, *value);
    }
    text_char(to, '"');
}

static void number(struct text *to, double value)
{
    text_char(to, ' ');
    text_number(to, value);
    text_char(to, '\n');
}

/* One series of one label. */
static void series(struct text *to, const char *name, const char *key, const char *value, double n)
{
    text_format(to, "%s{", name);
    label(to, key, value);
    text_char(to, '}');
    number(to, n);
}

static void single(struct text *to, const char *name, const char *type, const char *help, double n)
{
    head(to, name, type, help);
    text_add(to, name);
    number(to, n);
}

/* ---- what devices say --------------------------------------------------------------------------
 */

/* "helio_pv_energy_joules_total"; counters of a day are gauges here: they fall every night. */
static void series_name(enum metric m, char *to, size_t size)
{
    const struct metric_info *info = &catalogue[m];
    const char *unit = units[info->unit].prometheus;
    struct text t = text_on(to, size);

    text_format(&t, "helio_%s%s%s%s", info->name, *unit ? "_" : "", unit,
                info->kind == COUNTER ? "_total" : "");
}

/* A settings row of a device, or of words, is no time series: words go by their code. */
static bool is_shown(enum metric m)
{
    return catalogue[m].kind != SETTING;
}

static void values_of(struct exchange *x, enum metric m, struct text *to)
{
    bool has_head = false;
    int64_t now = clock_us();
    char name[120];

    series_name(m, name, sizeof name);
    for (size_t i = 0; i < x->web->devices.count; i++) {
        const struct view_device *d = &x->web->devices.all[i];
        double value;
        if (board_state(front_of(x)->board, d->desk, now, NULL, NULL) != HEARD ||
            !board_get(front_of(x)->board, d->desk, m, now, &value))
            continue;
        if (!has_head)
            head(to, name, catalogue[m].kind == COUNTER ? "counter" : "gauge", catalogue[m].help);
        has_head = true;
        series(to, name, "device", d->name, value * units[catalogue[m].unit].to_base);
    }
}

static void device_series(struct exchange *x, struct text *to)
{
    int64_t now = clock_us(), age;
    double wall_s = (double)clock_wall_ms() / (double)MS_PER_S;

    head(to, "helio_device_up", "gauge", "1 while the device is heard");
    for (size_t i = 0; i < x->web->devices.count; i++)
        series(to, "helio_device_up", "device", x->web->devices.all[i].name,
               board_state(front_of(x)->board, x->web->devices.all[i].desk, now, NULL, NULL) ==
                   HEARD);
    head(to, "helio_device_state", "gauge", "1 for the state it is in");
    for (size_t i = 0; i < x->web->devices.count; i++) {
        const struct view_device *d = &x->web->devices.all[i];
        enum board_state is = board_state(front_of(x)->board, d->desk, now, NULL, NULL);
        for (int state = 0; state < BOARD_STATES; state++) {
            text_add(to, "helio_device_state{");
            label(to, "device", d->name);
            text_char(to, ',');
            label(to, "state", board_state_names[state]);
            text_format(to, "} %d\n", (int)is == state);
        }
    }
    head(to, "helio_device_last_success_timestamp_seconds", "gauge", "When it was heard last");
    for (size_t i = 0; i < x->web->devices.count; i++) {
        const struct view_device *d = &x->web->devices.all[i];
        (void)board_state(front_of(x)->board, d->desk, now, &age, NULL);
        if (age >= 0)
            series(to, "helio_device_last_success_timestamp_seconds", "device", d->name,
                   (double)(int64_t)(wall_s - (double)age / 1e6));
    }
}

/* ---- the collector itself ----------------------------------------------------------------------
 */

static void bus_series(struct exchange *x, struct text *to)
{
    size_t count = 0, room = 0;
    struct view_bus *buses = NULL, *more;

    while (count == room && (more = array_reach(buses, room, &room, sizeof *more)) != NULL) {
        buses = more;
        count = front_of(x)->buses(front_of(x)->who, buses, room);
    }

    head(to, "helio_frames_total", "counter", "Questions asked on a bus, by what became of them");
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < ERROR_KINDS; k++) {
            const char *result = error_word(-k);
            uint64_t count_k = k ? buses[i].failed[k] : buses[i].answered;
            if (k && !count_k)
                continue;
            text_add(to, "helio_frames_total{");
            label(to, "bus", buses[i].name);
            text_char(to, ',');
            label(to, "result", result);
            text_char(to, '}');
            number(to, (double)count_k);
        }
    head(to, "helio_retries_total", "counter", "Questions asked once more: collisions, mostly");
    for (size_t i = 0; i < count; i++)
        series(to, "helio_retries_total", "bus", buses[i].name, (double)buses[i].retried);
    head(to, "helio_stray_bytes_total", "counter", "Bytes on a bus that were for nobody");
    for (size_t i = 0; i < count; i++)
        series(to, "helio_stray_bytes_total", "bus", buses[i].name, (double)buses[i].stray_bytes);
    free(buses);
}

static void sink_series(struct exchange *x, struct text *to)
{
    struct pump_state sinks[VIEW_SINKS];
    size_t count = front_of(x)->sinks(front_of(x)->who, sinks, VIEW_SINKS);
    static const char *const names[][2] = {
        {"helio_sink_backlog", "Readings that a sink has not had yet"},
        {"helio_sink_delivered_total", "Readings delivered"},
        {"helio_sink_failures_total", "Deliveries that must be tried again"},
    };

    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        head(to, names[n][0], n ? "counter" : "gauge", names[n][1]);
        for (size_t i = 0; i < count; i++)
            series(to, names[n][0], "sink", sinks[i].name,
                   n == 0   ? (double)sinks[i].backlog
                   : n == 1 ? (double)sinks[i].delivered
                            : (double)sinks[i].failures);
    }
    head(to, "helio_points_dropped_total", "counter", "Readings that a sink will never have");
    for (size_t i = 0; i < count; i++) {
        const struct {
            const char *why;
            uint64_t n;
        } all[] = {
            {"aside", sinks[i].aside}, {"dropped", sinks[i].dropped}, {"lost", sinks[i].lost}};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            text_add(to, "helio_points_dropped_total{");
            label(to, "sink", sinks[i].name);
            text_char(to, ',');
            label(to, "reason", all[k].why);
            text_char(to, '}');
            number(to, (double)all[k].n);
        }
    }
}

/* When the oldest reading was made that a sink has not had; nothing for who has them all. */
static void oldest_series(struct exchange *x, struct text *to)
{
    static const char name[] = "helio_queue_oldest_timestamp_seconds";
    struct pump_state sinks[VIEW_SINKS];
    size_t count = front_of(x)->sinks(front_of(x)->who, sinks, VIEW_SINKS);
    struct reader *reader;
    struct record oldest;

    head(to, name, "gauge", "When the oldest reading was made that a sink has not had yet");
    if (web_reader(x->web, &reader))
        return;
    for (size_t i = 0; i < count; i++)
        if (sinks[i].backlog > 0 && !reader_after(reader, sinks[i].cursor, INT64_MAX) &&
            !reader_next(reader, &oldest))
            series(to, name, "sink", sinks[i].name, (double)oldest.at_ms / (double)MS_PER_S);
    reader_rest(reader);
}

static void own_series(struct exchange *x, struct text *to)
{
    struct view_health h = {0};

    front_of(x)->health(front_of(x)->who, &h);
    head(to, "helio_build_info", "gauge", "Which helio this is");
    series(to, "helio_build_info", "version", front_of(x)->version, 1);
    single(to, "helio_up_seconds", "gauge", "Since it was started", h.up_s);
    single(to, "helio_rounds_total", "counter", "Rounds made", (double)h.rounds);
    head(to, "helio_round_late_seconds", "gauge",
         "How late rounds begin: that share of them is under");
    series(to, "helio_round_late_seconds", "share", "0.5", h.late_p50_ms / 1000);
    series(to, "helio_round_late_seconds", "share", "0.99", h.late_p99_ms / 1000);
    single(to, "helio_store_committed_total", "counter", "Readings kept on the disk",
           (double)h.store.committed);
    single(to, "helio_store_waiting", "gauge", "Readings that wait in memory for the disk",
           (double)h.store.waiting);
    single(to, "helio_store_lost_total", "counter", "Readings lost for want of room",
           (double)(h.store.lost_waiting + h.store.lost_cap));
    single(to, "helio_queue_bytes", "gauge", "Size of the store, which is the queue of every sink",
           (double)h.store.bytes);
}

static int write_all(struct exchange *x, struct text *to)
{
    own_series(x, to);
    device_series(x, to);
    bus_series(x, to);
    sink_series(x, to);
    oldest_series(x, to);
    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        if (is_shown((enum metric)m))
            values_of(x, (enum metric)m, to);
    return OK;
}

enum MHD_Result prometheus(struct exchange *x)
{
    return answer_sheet(x, "text/plain; version=0.0.4; charset=utf-8", write_all);
}
