/* helio export: history as CSV, JSON Lines or line protocol. */
#include "collector/cli/verb.h"
#include "collector/history/energy_out.h"
#include "collector/history/outflow.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/days.h"
#include "store/store.h"

#ifdef HELIO_HAS_INFLUX
#include "influx/line_protocol.h"
#endif

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"from", 'f', "TIME", "from when on (2026-05-02, \"2026-05-02 10:00\", yesterday, -7d)"},
    {"to", 't', "TIME", "until when (else now)"},
    {"columns", 0, "NAME,...",
     "only these metrics, in the catalogue's order; or columns of an older datalogger (batt_volt)"},
    {"every", 'e', "SECONDS",
     "one line a step: gauges averaged, counters and states as at its end"},
    {"by", 0, "SPAN", "what counters grew by: a row a day, month or year of the site"},
    {"days", 0, NULL, "finished days, as devices themselves kept them, and nothing else"},
    {"as", 0, "FORM", "csv (else), jsonl, or line (InfluxDB line protocol)"},
    {.name = NULL},
};

struct extract {
    struct call *call;
    int64_t from, to;
};

static bool is_named(const struct call *c, const char *device)
{
    for (int i = 0; i < c->count; i++)
        if (!strcmp(c->words[i], device))
            return true;
    return c->count == 0;
}

static bool is_wanted(const struct call *c, const struct record *r)
{
    if (!record_is_said(r))
        return false;
    return is_named(c, r->from->name);
}

static int walk(struct reader *reader, const struct extract *w, struct outflow *o,
                void (*each)(struct outflow *o, const struct record *r))
{
    struct record r;
    int rc = reader_between(reader, w->from, w->to, 0);

    while (!rc && !(rc = reader_next(reader, &r)))
        if (is_wanted(w->call, &r))
            each(o, &r);
    return rc == ERR_ABSENT ? OK : rc;
}

static int choose_columns(struct call *c, const char *text, struct outflow *o)
{
    static char names[2000]; /* one export at a time: titles are parts of it */
    char *rest = names;

    snprintf(names, sizeof names, "%s", text);
    for (char *name = strsep(&rest, ", "); name; name = strsep(&rest, ", ")) {
        struct nearest n = {.word = name};
        if (!*name || outflow_ask(o, name))
            continue;
        for (int i = 1; i < METRIC_COUNT; i++)
            nearest_try(&n, catalogue[i].name);
        return bad_call(c, "\"%s\" is no metric%s%s%s", name, n.best ? "; did you mean \"" : "",
                        n.best ? n.best : "", n.best ? "\"?" : "");
    }
    return OK;
}

#ifdef HELIO_HAS_INFLUX
static const char *site; /* of the settings; for one export */

/* What was not asked for is as if it had not been said. */
static void leave_out(const struct outflow *o, struct record *r, char *numbers, size_t size)
{
    struct text t = text_on(numbers, size);
    const char *at = r->numbers, *number;
    unsigned length;

    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++) {
        bool is_wanted = outflow_wants(o, (enum metric)r->shape->fields[i].metric);
        text_char(&t, i ? ',' : '[');
        text_bytes(&t, is_wanted ? number : "null", is_wanted ? length : 4);
    }
    text_char(&t, ']');
    r->numbers = numbers;
}

static void put_line_protocol(struct outflow *o, const struct record *said)
{
    static char line[65536], numbers[READING_MAX * 26];
    struct record some = *said, *r = &some;

    if (o->column_count)
        leave_out(o, r, numbers, sizeof numbers);
    if (line_of_record(r, site, line, sizeof line) > 0) {
        fputs(line, o->to);
        o->lines++;
    }
}
#endif

static int export_lines(struct reader *reader, const struct extract *w, struct outflow *o)
{
#ifdef HELIO_HAS_INFLUX
    site = plan_site_name(w->call->plan);
    return walk(reader, w, o, put_line_protocol);
#else
    (void)reader;
    (void)o;
    return bad_call(w->call, "this helio was built without InfluxDB's line protocol");
#endif
}

static int export_rows(struct reader *reader, const struct extract *w, struct outflow *o)
{
    int rc = o->column_count ? OK : walk(reader, w, o, outflow_learn);

    outflow_begin(o);
    if (!rc)
        rc = walk(reader, w, o, outflow_row);
    outflow_end(o);
    return !rc && o->is_short_of_memory ? ERR_FULL : rc;
}

/* ---- finished days ------------------------------------------------------------------------ */

struct day_walk {
    const struct call *call;
    struct outflow *o;
    void (*each)(struct outflow *o, const struct record *r);
    struct shape shape;
};

/* As a row of the log has it: numbers, and the names they stand under. */
static void pass_day(void *to, const struct origin *from, int date, const struct reading *day)
{
    char numbers[READING_MAX * 26];
    struct text t = text_on(numbers, sizeof numbers);
    struct day_walk *w = to;
    struct record r = {.kind = RECORD_DAY, .from = from, .shape = &w->shape, .numbers = numbers};

    if (!is_named(w->call, from->name))
        return;
    w->shape.count = day->count;
    for (unsigned i = 0; i < day->count; i++) {
        w->shape.fields[i].metric = day->fields[i].metric;
        text_char(&t, i ? ',' : '[');
        text_number(&t, day->fields[i].value);
    }
    r.at_ms = day_noon(date);
    r.seq = date;
    w->each(w->o, &r);
}

static int export_days(struct reader *reader, const struct extract *w, struct outflow *o)
{
    static struct day_walk days;
    int from = day_of(w->from), to = day_next(day_of(w->to - 1)), rc = OK;

    days = (struct day_walk){.call = w->call, .o = o, .each = outflow_learn};
    o->is_by_date = true;
    if (!o->column_count)
        rc = reader_days(reader, from, to, pass_day, &days);
    outflow_begin(o);
    days.each = outflow_row;
    if (!rc)
        rc = reader_days(reader, from, to, pass_day, &days);
    outflow_end(o);
    return rc;
}

/* ---- energy -------------------------------------------------------------------------------- */

static int read_by(struct call *c, enum by *to)
{
    static const char *const spans[] = {[BY_DAY] = "day", [BY_MONTH] = "month", [BY_YEAR] = "year"};
    const char *text = call_text(c, "by", "day");

    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (!strcmp(text, spans[i])) {
            *to = (enum by)i;
            return OK;
        }
    return bad_call(c, "--by: \"%s\" is not one of day, month, year", text);
}

static int export_energy(struct reader *reader, const struct extract *w, struct outflow *o)
{
    struct energy_out e = {.to = o->to,
                           .is_json = o->is_json,
                           .from_ms = w->from,
                           .to_ms = w->to,
                           .columns = o->columns,
                           .column_count = o->column_count};
    const struct origin *from;
    int rc = read_by(w->call, &e.by);

    for (size_t i = 0; i < o->column_count && !rc; i++)
        if (catalogue[o->columns[i]].kind != COUNTER)
            rc = bad_call(w->call, "--by: only lifetime counters grow: pv_energy, not %s",
                          catalogue[o->columns[i]].name);
    if (!rc)
        energy_out_begin(&e);
    for (size_t i = 0; !rc && (from = reader_origin_at(reader, i)) != NULL; i++)
        if (is_named(w->call, from->name))
            rc = energy_out_device(&e, reader, from);
    return rc;
}

static int check_devices(struct call *c, struct reader *reader)
{
    for (int i = 0; i < c->count; i++) {
        struct nearest n = {.word = c->words[i]};
        const struct origin *o;
        if (reader_origin(reader, c->words[i]))
            continue;
        for (size_t k = 0; (o = reader_origin_at(reader, k)) != NULL; k++)
            nearest_try(&n, o->name);
        return bad_call(c, "the store knows no device \"%s\"%s%s%s", c->words[i],
                        n.best ? "; did you mean \"" : "", n.best ? n.best : "",
                        n.best ? "\"?" : "");
    }
    return OK;
}

static int run_export(struct call *c)
{
    static const char *const tables[] = {"by", "days"};
    static const char is_damaged[] = "it is damaged; the next helio once or run sets it aside and "
                                     "carries over what can be read: then export again";
    static struct outflow o;
    struct extract w = {.call = c};
    struct reader *reader = NULL;
    int64_t now = clock_wall_ms();
    const char *form = call_text(c, "as", "csv");
    char path[400];
    double every = 0;
    int rc;

    o = (struct outflow){.to = stdout, .is_json = !strcmp(form, "jsonl")};
    if (strcmp(form, "csv") != 0 && strcmp(form, "line") != 0 && !o.is_json)
        return bad_call(c, "--as: \"%s\" is not one of csv, jsonl, line", form);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (call_has(c, tables[i]) && (call_has(c, "every") || !strcmp(form, "line")))
            return bad_call(c, "--%s goes with csv and jsonl, and has no steps", tables[i]);
    if (call_has(c, "by") && call_has(c, "days"))
        return bad_call(c, "--by is reckoned here, --days is what devices kept: one of them");
    if (!when_read(call_text(c, "from", "1970-01-01"), now, &w.from) ||
        !when_read(call_text(c, "to", "now"), now + 1, &w.to))
        return bad_call(c, "--from and --to want a time, as 2026-05-02 or \"2026-05-02 10:00\"");
    if (!call_number(c, "every", 0.1, 31622400, &every) ||
        (call_has(c, "columns") && choose_columns(c, call_text(c, "columns", ""), &o)))
        return ERR_USAGE;
    o.every_ms = (int64_t)(every * (double)MS_PER_S);
    rc = reader_open(&reader, plan_store_path(c->plan, path, sizeof path));
    if (rc) {
        log_err("export", "%s: %s", path,
                rc == ERR_INPUT  ? "nothing is stored yet"
                : rc == ERR_DATA ? is_damaged
                                 : error_text(rc));
        return rc;
    }
    rc = check_devices(c, reader);
    if (!rc)
        rc = call_has(c, "by")       ? export_energy(reader, &w, &o)
             : call_has(c, "days")   ? export_days(reader, &w, &o)
             : !strcmp(form, "line") ? export_lines(reader, &w, &o)
                                     : export_rows(reader, &w, &o);
    if (rc == ERR_DATA)
        log_err("export", "%s: %s", path, is_damaged);
    if (!rc && reader_damaged(reader))
        log_err("export", "%llu damaged readings were passed over",
                (unsigned long long)reader_damaged(reader));
    reader_close(reader);
    return rc;
}

const struct verb verb_export = {
    .name = "export",
    .synopsis = "[DEVICE...]",
    .about = "history from the local store, as CSV, JSON Lines or line protocol\n\n"
             "A line for each reading, times in UTC. Runs beside a daemon.",
    .examples = "  helio export --from yesterday --to today > yesterday.csv\n"
                "  helio export south --columns pv_power,battery_voltage --every 300\n"
                "  helio export house --from -30d --as jsonl\n"
                "  helio export roof --days --from -365d\n"
                "  helio export house --by month --columns pv_energy,load_energy\n",
    .options = options,
    .needs_plan = true,
    .run = run_export,
};
