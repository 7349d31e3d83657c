/* helio repair: find what cannot be true in a database, and mend it. */
#include "collector/cli/verb.h"
#include "collector/run/deliver.h"

#ifdef HELIO_HAS_INFLUX

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "influx/mend.h"
#include "influx/scan.h"
#include "store/days.h"
#include "store/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"from", 'f', "TIME", "from when on (else the beginning)"},
    {"to", 't', "TIME", "until when (else a minute ago)"},
    {"measurement", 'm', "NAME", "only this one"},
    {"apply", 'a', NULL, "mend what was found, after a backup that is counted"},
    {"json", 'j', NULL, "one JSON object a finding"},
    {.name = NULL},
};

static const int64_t NS_PER_MS = 1000000;

struct repair {
    struct call *call;
    struct door door;
    int64_t from_ns, to_ns;
    struct reader *reader; /* of the local store; NULL: there is none */
    char folder[500];
    uint64_t found, overwritten, removed, points, left, anew;
    int lock;
};

/* ---- what the store knows ----------------------------------------------------------------- */

static const char *tag_of(const struct point *p, const char *key)
{
    for (unsigned i = 0; i < p->tag_count; i++)
        if (!strcmp(p->tags[i].key, key))
            return p->tags[i].value;
    return NULL;
}

/* What the device truly said at that very time. */
static bool find_truth(void *who, const struct point *p, const char *field, double *value)
{
    struct repair *r = who;
    const char *device = tag_of(p, "device");
    const struct origin *from = device && r->reader ? reader_origin(r->reader, device) : NULL;
    int64_t at_ms = p->at_ns / NS_PER_MS;
    enum metric m = metric_find(field);
    struct record record;
    bool is_found = false;

    if (!from || m == M_NONE || p->at_ns % NS_PER_MS ||
        reader_between(r->reader, at_ms, at_ms + 1, from->id))
        return false;
    while (!is_found && reader_next(r->reader, &record) == OK) {
        struct reading reading;
        record_reading(&record, &reading);
        is_found = reading_get(&reading, m, value) && metric_is_possible(m, *value);
    }
    reader_rest(r->reader);
    return is_found;
}

/* ---- the report --------------------------------------------------------------------------- */

struct sum {
    uint32_t field;
    enum judge_reason reason;
    int day;
    uint64_t count;
    double example;
};

static int by_field(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;

    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    if (x->reason != y->reason)
        return x->reason < y->reason ? -1 : 1;
    return x->day < y->day ? -1 : x->day > y->day;
}

static size_t sum_up(const struct judge *j, struct sum *sums)
{
    size_t count = 0;

    for (size_t i = 0; i < j->count; i++) {
        const struct finding *f = &j->findings[i];
        int day = day_of(f->at_ns / NS_PER_MS);
        size_t k = count;
        while (k > 0 && (sums[k - 1].field != f->field || sums[k - 1].reason != f->reason ||
                         sums[k - 1].day != day))
            k--;
        if (!k)
            sums[k = count++] = (struct sum){f->field, f->reason, day, 0, f->value};
        else
            k--;
        sums[k].count++;
    }
    qsort(sums, count, sizeof *sums, by_field);
    return count;
}

static void print_table(const struct judge *j, const char *measurement)
{
    struct sum *sums = calloc(j->count + 1, sizeof *sums);
    size_t count = sums ? sum_up(j, sums) : 0;

    printf("%s: %llu points, %llu numbers looked at, %zu cannot be true\n", measurement,
           (unsigned long long)j->points, (unsigned long long)j->values, j->count);
    if (count)
        printf("  %-24s %-18s %-10s %8s  %s\n", "field", "why", "day", "count", "as");
    for (size_t i = 0; i < count; i++)
        printf("  %-24s %-18s %04d-%02d-%02d %8llu  %g\n", j->fields[sums[i].field],
               judge_words[sums[i].reason], sums[i].day / 10000, sums[i].day / 100 % 100,
               sums[i].day % 100, (unsigned long long)sums[i].count, sums[i].example);
    if (j->anew)
        printf("  %llu counters began anew (a replaced unit, or a wrap at 655.36): not touched\n",
               (unsigned long long)j->anew);
    free(sums);
}

static void print_json(const struct judge *j)
{
    for (size_t i = 0; i < j->count; i++) {
        const struct finding *f = &j->findings[i];
        char line[2000], when[CLOCK_TEXT];
        struct text t = text_on(line, sizeof line);
        struct json json = json_on(&t);
        json_open(&json, NULL, '{');
        json_string(&json, "series", j->series[f->series]);
        json_string(&json, "time", clock_iso(f->at_ns / NS_PER_MS, when));
        json_integer(&json, "time_ns", f->at_ns);
        json_string(&json, "field", j->fields[f->field]);
        json_number(&json, "value", f->value);
        json_string(&json, "why", judge_words[f->reason]);
        json_close(&json, '}');
        puts(line);
    }
}

/* ---- one measurement ---------------------------------------------------------------------- */

static int apply(struct repair *r, const struct judge *j, const char *measurement, int64_t from_ns,
                 int64_t to_ns)
{
    struct mend m = {.door = &r->door,
                     .folder = r->folder,
                     .truth = {find_truth, r},
                     .judge = j,
                     .from_ns = from_ns,
                     .to_ns = to_ns};
    char file[700];
    int rc = mend_backup(&m, measurement, file, sizeof file);

    if (rc)
        return rc;
    printf("  backup: %s\n", file);
    rc = mend_measurement(&m, measurement);
    r->overwritten += m.overwritten;
    r->removed += m.removed;
    r->points += m.points;
    r->left += m.left;
    return rc;
}

static int repair_one(struct repair *r, const char *measurement)
{
    struct judge j = {0};
    int64_t from_ns = r->from_ns, to_ns = r->to_ns;
    int rc = scan_measurement(&r->door, measurement, &from_ns, &to_ns, &j);

    judge_end(&j);
    judge_sort(&j);
    if (!rc && j.is_out_of_memory)
        rc = ERR_FULL;
    if (!rc && call_has(r->call, "json"))
        print_json(&j);
    else if (!rc)
        print_table(&j, measurement);
    r->found += j.count;
    r->anew += j.anew;
    if (!rc && j.count && call_has(r->call, "apply"))
        rc = apply(r, &j, measurement, from_ns, to_ns);
    judge_done(&j);
    return rc;
}

/* ---- the verb ----------------------------------------------------------------------------- */

static int may_apply(struct repair *r)
{
    if (!call_has(r->call, "apply"))
        return OK;
    if (r->door.api == API_V1 || r->door.api == API_V2)
        return OK;
    log_err("repair", "%s is only looked at: a single number cannot be taken out of it safely",
            section_text(r->door.section, "api"));
    return ERR_REFUSED;
}

static int finish_journal(struct repair *r)
{
    struct mend m = {.door = &r->door, .folder = r->folder, .lock = -1};
    int points, rc;

    if (!call_has(r->call, "apply"))
        return OK;
    rc = mend_lock(&m);
    r->lock = m.lock;
    if (rc)
        return rc;
    points = mend_finish(&m);
    if (points > 0)
        printf("an earlier repair was cut off: %d points of it are mended now\n", points);
    return points < 0 ? points : OK;
}

static int repair_all(struct repair *r)
{
    struct scan_list list;
    int rc = may_apply(r);

    if (!rc)
        rc = finish_journal(r);
    if (!rc)
        rc = scan_measurements(&r->door, call_text(r->call, "measurement", ""), &list);
    if (!rc && !list.count)
        log_warn("repair", "there is no such measurement in the database");
    for (size_t i = 0; !rc && i < list.count; i++)
        rc = repair_one(r, list.names[i]);
    if (rc || call_has(r->call, "json"))
        return rc;
    if (call_has(r->call, "apply"))
        printf("%llu found; %llu overwritten from the local store, %llu taken out of %llu points\n",
               (unsigned long long)r->found, (unsigned long long)r->overwritten,
               (unsigned long long)r->removed, (unsigned long long)r->points);
    if (r->left)
        printf(
            "%llu points were left as they are: a tag they lack cannot be named in this database\n",
            (unsigned long long)r->left);
    if (!call_has(r->call, "apply") && r->found)
        printf("%llu found; nothing was changed. To mend them: helio repair %s --apply\n",
               (unsigned long long)r->found, r->call->words[0]);
    return OK;
}

static int run_repair(struct call *c)
{
    static struct repair r;
    bool wanted[PLAN_SINKS];
    char path[400];
    int64_t now = clock_wall_ms(), from = 0, to = now - 60000;
    int rc;

    r = (struct repair){.call = c, .lock = -1};
    if (c->count != 1)
        return bad_call(c, "one sink of kind influx is needed");
    if (deliver_only(c->plan, c->words[0], wanted))
        return ERR_USAGE;
    const struct plan_sink *sink = plan_sink_named(c->plan, c->words[0]);
    if (strcmp(sink->sink->name, "influx") != 0)
        return bad_call(c, "[sink %s] is no database", sink->name);
    if ((call_has(c, "from") && !when_read(call_text(c, "from", ""), now, &from)) ||
        (call_has(c, "to") && !when_read(call_text(c, "to", ""), now, &to)))
        return bad_call(c, "--from and --to want a time, as 2026-05-02 or \"2026-05-02 10:00\"");
    r.from_ns = from * NS_PER_MS;
    r.to_ns = to * NS_PER_MS;
    plan_store_path(c->plan, path, sizeof path);
    snprintf(r.folder, sizeof r.folder, "%s.repair", path);
    if (reader_open(&r.reader, path))
        r.reader = NULL; /* no local truth: then points lose only what is wrong */
    rc = door_open(&r.door, sink->name, sink->section);
    if (!rc)
        rc = repair_all(&r);
    struct mend m = {.lock = r.lock};
    mend_unlock(&m);
    door_close(&r.door);
    reader_close(r.reader);
    return rc;
}

const struct verb verb_repair = {
    .name = "repair",
    .synopsis = "SINK [--apply]",
    .about = "find what cannot be true in a database: error codes, impossible values, counters\n\n"
             "Without --apply it only shows. With it, a backup is written and counted first; then\n"
             "each wrong number is overwritten where the local store knows the truth, and taken\n"
             "out of its point elsewhere. It can be stopped at any moment and run again, beside a\n"
             "running daemon. InfluxDB 1.x is proven; 2.x only against a stand-in; 3 and\n"
             "VictoriaMetrics are looked at, not changed. docs/repair.md says more.",
    .examples = "  helio repair influx\n"
                "  helio repair influx --from 2026-05-01 --measurement solar_1\n"
                "  helio repair influx --apply\n",
    .options = options,
    .needs_plan = true,
    .run = run_repair,
};

#else

static int run_repair(struct call *c)
{
    return bad_call(c, "this helio was built without InfluxDB");
}

const struct verb verb_repair = {
    .name = "repair",
    .synopsis = "SINK",
    .about = "find what cannot be true in a database (not in this build)",
    .examples = "",
    .needs_plan = true,
    .run = run_repair,
};

#endif
