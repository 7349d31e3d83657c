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

/* ---- rollups ----------------------------------------------------------------------------- */

static const char *const rolled_texts[ROLLED] = {
    [DAYS] = "SELECT slots, day FROM rollup WHERE device = ? AND metric = ? AND day >= ? AND "
             "day < ? ORDER BY day",
    [PART] = "SELECT slots FROM rollup WHERE device = ? AND metric = ? AND day = ?",
};

static sqlite3_stmt *rolled(struct reader *r, enum rolled which)
{
    if (!r->rolled[which] &&
        sqlite3_prepare_v3(r->db, rolled_texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &r->rolled[which], NULL) != SQLITE_OK)
        return NULL;
    return r->rolled[which];
}

/* Those that are over by `until_ms`. Returns how many; 0: none, or none that can be trusted. */
static int take_slots(sqlite3_stmt *row, int64_t start_ms, int64_t until_ms, struct walk *w)
{
    struct slot slots[SLOTS_MAX];
    int count =
        rollup_read(sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), slots);
    int taken = 0;

    for (; taken < count && start_ms + (int64_t)(taken + 1) * SLOT_MS <= until_ms; taken++)
        take(w, start_ms + (int64_t)taken * SLOT_MS, &slots[taken]);
    return taken;
}

/* The day is not over, or was never closed: what was reckoned of it so far, then its readings. A
 * span that begins or ends within a slot gets its own part of it. */
static int walk_open_day(struct reader *r, const struct origin *from, const char *metric, int day,
                         int64_t end_ms, struct walk *w)
{
    sqlite3_stmt *part = rolled(r, PART);
    int64_t start = day_start(day);
    bool is_even = w->from_ms <= start || (w->from_ms - start) % SLOT_MS == 0;
    int slots = 0;

    if (is_even && sql_bind(part, "iti", (int64_t)from->id, metric, -(int64_t)day) == OK &&
        sqlite3_step(part) == SQLITE_ROW)
        slots = take_slots(part, start, w->to_ms, w);
    /* what cannot be read is reckoned anew */
    (void)reader_doubt(r, sql_error(sqlite3_reset(part)));
    start += (int64_t)slots * SLOT_MS;
    return walk_readings(r, from, metric, start > w->from_ms ? start : w->from_ms,
                         end_ms < w->to_ms ? end_ms : w->to_ms, w);
}

static int walk_days(struct reader *r, const struct origin *from, const char *metric,
                     struct walk *w)
{
    sqlite3_stmt *days = rolled(r, DAYS);
    int day = day_of(w->from_ms);
    int64_t start = day_start(day);
    int rc = sql_bind(days, "itii", (int64_t)from->id, metric, (int64_t)day,
                      (int64_t)day_next(day_of(w->to_ms)));
    bool has = !rc && sqlite3_step(days) == SQLITE_ROW;

    while (!rc && start < w->to_ms) {
        int next = day_next(day);
        int64_t end = day_start(next);
        bool is_it = has && sqlite3_column_int(days, 1) == day;
        if (!is_it || !take_slots(days, start, INT64_MAX, w))
            rc = walk_open_day(r, from, metric, day, end, w);
        has = is_it ? sqlite3_step(days) == SQLITE_ROW : has;
        day = next;
        start = end;
    }
    /* days that could not be read were reckoned anew */
    (void)reader_doubt(r, sql_error(sqlite3_reset(days)));
    return rc;
}

int history_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                 int64_t to_ms, int64_t step_ms, history_fn *each, void *to)
{
    struct walk w = {from_ms, to_ms, step_ms, INT64_MIN, {0}, each, to};
    int rc = step_ms < SLOT_MS ? walk_readings(r, from, metric, from_ms, to_ms, &w)
                               : walk_days(r, from, metric, &w);

    flush(&w);
    return rc;
}
