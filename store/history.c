/* Rollups where there are, readings where not (store/history.h). */
#include "store/history.h"

#include "store/days.h"
#include "store/reader_inside.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    int64_t from_ms, to_ms, step_ms;
    int64_t at_ms; /* of the step being filled */
    struct slot step;
    history_fn *each;
    void *to;
};

static void flush(struct walk *w)
{
    if (w->step.count)
        w->each(w->to, w->at_ms, &w->step);
    w->step = (struct slot){0};
}

static void take(struct walk *w, int64_t at_ms, const struct slot *slot)
{
    int64_t step = at_ms - (at_ms - w->from_ms) % w->step_ms;

    if (at_ms < w->from_ms || at_ms >= w->to_ms)
        return;
    if (step != w->at_ms)
        flush(w);
    w->at_ms = step;
    slot_join(&w->step, slot);
}

/* The number a row has for this metric; its place is remembered as long as the shape stays. */
struct place {
    const struct shape *shape;
    int index; /* -1: this shape has none */
};

static bool pick(const struct record *r, const char *metric, struct place *p, double *value)
{
    const char *at = r->numbers, *number = NULL;
    unsigned length;

    if (p->shape != r->shape) {
        *p = (struct place){r->shape, -1};
        for (unsigned i = 0; i < r->shape->count; i++)
            if (!strcmp(r->shape->fields[i].name, metric))
                p->index = (int)i;
    }
    for (int i = 0; i <= p->index; i++)
        if (!record_next(&at, &number, &length))
            return false;
    if (p->index < 0 || *number == 'n')
        return false;
    *value = strtod(number, NULL);
    return true;
}

static int walk_readings(struct reader *r, const struct origin *from, const char *metric,
                         int64_t from_ms, int64_t to_ms, struct walk *w)
{
    struct place place = {0};
    struct record record;
    double value;
    int rc = reader_between(r, from_ms, to_ms, from->id);

    while (!rc && !(rc = reader_next(r, &record))) {
        struct slot one = {0};
        if (!record_is_said(&record) || !pick(&record, metric, &place, &value))
            continue;
        slot_add(&one, value);
        take(w, record.at_ms, &one);
    }
    return rc == ERR_ABSENT ? OK : rc;
}

static int walk_day(struct reader *r, sqlite3_stmt *rollups, const struct origin *from,
                    const char *metric, int day, struct walk *w)
{
    struct slot slots[SLOTS_MAX];
    int64_t start = day_start(day), end = day_start(day_next(day));
    int count = -1;

    if (sql_bind(rollups, "iti", (int64_t)from->id, metric, (int64_t)day) == OK &&
        sqlite3_step(rollups) == SQLITE_ROW)
        count = rollup_read(sqlite3_column_blob(rollups, 0),
                            (size_t)sqlite3_column_bytes(rollups, 0), slots);
    sqlite3_reset(rollups); /* a row that cannot be read is reckoned anew below */
    for (int i = 0; i < count; i++)
        take(w, start + (int64_t)i * SLOT_MS, &slots[i]);
    if (count >= 0)
        return OK;
    return walk_readings(r, from, metric, start > w->from_ms ? start : w->from_ms,
                         end < w->to_ms ? end : w->to_ms, w);
}

int history_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                 int64_t to_ms, int64_t step_ms, history_fn *each, void *to)
{
    struct walk w = {from_ms, to_ms, step_ms, INT64_MIN, {0}, each, to};
    sqlite3_stmt *rollups = NULL;
    int rc;

    if (step_ms < SLOT_MS) {
        rc = walk_readings(r, from, metric, from_ms, to_ms, &w);
        flush(&w);
        return rc;
    }
    rc = sql_error(sqlite3_prepare_v2(
        r->db, "SELECT slots FROM rollup WHERE device = ? AND metric = ? AND day = ?", -1, &rollups,
        NULL));
    for (int day = day_of(from_ms); !rc && day_start(day) < to_ms; day = day_next(day))
        rc = walk_day(r, rollups, from, metric, day, &w);
    sqlite3_finalize(rollups);
    flush(&w);
    return rc;
}
