/* Any numbers at any times as points of a database: what is found was there, and found once. */
#include "influx/judge.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"PVvolt",          "PVamps",         "PVwattfix", "PVwatt",
                                    "PVkwh",           "PVkwh2d",        "BAperc",    "pv_energy",
                                    "pv_energy_today", "battery_current"};
enum { NAMES = sizeof names / sizeof *names, STEP = 6, POINTS_MAX = 4000 };

static const int64_t MINUTE_NS = 60000000000;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Six bytes a point: minutes since the last, two fields, a number for each. */
static void read_point(const uint8_t *b, struct point *p, int64_t *at_ns)
{
    *at_ns += (1 + b[0] % 64 * (b[0] & 128 ? 60 : 1)) * MINUTE_NS;
    p->at_ns = *at_ns;
    p->measurement = p->series = "solar";
    p->field_count = 2;
    for (int i = 0; i < 2; i++) {
        p->fields[i].name = names[b[1 + i] % NAMES];
        p->fields[i].is_there = p->fields[i].is_number = true;
        p->fields[i].value = (b[1 + i] & 128 ? 1 : 100) * (double)(int8_t)b[3 + i] + b[5] / 100.0;
    }
    if (p->fields[0].name == p->fields[1].name)
        p->field_count = 1;
}

static void check_findings(const struct judge *j, int64_t last_ns)
{
    for (size_t i = 0; i < j->count; i++) {
        const struct finding *f = &j->findings[i];
        if (f->at_ns > last_ns || f->field >= j->field_count || f->series >= j->series_count)
            abort(); /* never was there */
        if (i && f->series == f[-1].series && f->at_ns == f[-1].at_ns && f->field == f[-1].field)
            abort(); /* found twice */
    }
    if (j->count > j->values)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct point p;
    struct judge j = {0};
    int64_t at_ns = 0;

    for (size_t i = 1, n = 0; i + STEP <= length && n < POINTS_MAX; i += STEP, n++) {
        read_point(bytes + i, &p, &at_ns);
        judge_point(&j, &p);
    }
    judge_end(&j);
    judge_sort(&j);
    check_findings(&j, at_ns);
    judge_done(&j);
    return 0;
}
