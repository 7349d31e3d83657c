/* Rollups where there are, readings where not (store/history.h). */
#include "store/history.h"

#include "store/days.h"
#include "store/reader_inside.h"

#include <stdlib.h>
#include <string.h>

/* A piece of readings found by one question: somebody else's rows in it are passed over one by one.
 * And how many rows are read before the turn is looked at. */
static const int64_t PIECE_MS = 6 * 3600000;
enum { ROWS_BETWEEN_LOOKS = 64 };

static void flush(struct history *w)
{
    if (w->step.count)
        w->each(w->to, w->at_ms, &w->step);
    w->step = (struct slot){0};
}

static void take(struct history *w, int64_t at_ms, const struct slot *slot)
{
    int64_t step = at_ms - (at_ms - w->from_ms) % w->step_ms;

    if (at_ms < w->from_ms || at_ms >= w->to_ms)
        return;
    if (step != w->at_ms)
        flush(w);
    w->at_ms = step;
    slot_join(&w->step, slot);
}

static const char *const rolled_texts[ROLLED] = {
    [DAYS] = "SELECT slots, day FROM rollup WHERE device = ? AND metric = ? AND day >= ? AND "
             "day > 0 AND day < ? ORDER BY day",
    [PART] = "SELECT slots FROM rollup WHERE device = ? AND metric = ? AND day = ?",
    [PARTS] = METRICS_OF "SELECT r.metric, r.slots FROM m CROSS JOIN rollup r WHERE r.device = ?1 "
                         "AND r.metric = m.metric AND r.day = ?2",
    [EDGES] = "SELECT (SELECT min(day) FROM rollup WHERE device = ? AND metric = ? AND day > 0), "
              "(SELECT max(day) FROM rollup WHERE device = ? AND metric = ? AND day > 0)",
    [NEXT_SAID] = "SELECT at FROM reading INDEXED BY reading_at WHERE at >= ? ORDER BY at LIMIT 1",
};

sqlite3_stmt *reader_rolled(struct reader *r, enum rolled which)
{
    if (!r->rolled[which] &&
        sqlite3_prepare_v3(r->db, rolled_texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &r->rolled[which], NULL) != SQLITE_OK)
        return NULL;
    return r->rolled[which];
}

static bool is_over(const struct turn *turn)
{
    return turn && turn->is_over(turn->who);
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

/* The first moment from there on at which anybody said something; INT64_MAX: never. */
static int64_t next_said(struct reader *r, int64_t from_ms)
{
    sqlite3_stmt *find = reader_rolled(r, NEXT_SAID);
    int64_t found = INT64_MAX;

    if (sql_bind(find, "i", from_ms) == OK && sqlite3_step(find) == SQLITE_ROW)
        found = sqlite3_column_int64(find, 0);
    sqlite3_reset(find); /* what cannot be read is told by whoever reads it next */
    return found;
}

static int read_piece(struct reader *r, int64_t until_ms, struct history *w,
                      const struct turn *turn)
{
    struct place place = {0};
    struct record record;
    double value;
    unsigned rows = 0;
    int rc = reader_between(r, w->next_ms, until_ms, w->origin);

    while (!rc && !(rc = reader_next(r, &record))) {
        struct slot one = {0};
        /* two rows of one moment are taken together: it is gone on with at a moment */
        if (++rows > ROWS_BETWEEN_LOOKS && record.at_ms > w->next_ms) {
            rows = 0;
            w->next_ms = record.at_ms;
            rc = is_over(turn) ? ERR_STOPPED : OK;
            if (rc)
                break;
        }
        w->next_ms = record.at_ms;
        if (!record_is_said(&record) || !pick(&record, w->metric, &place, &value))
            continue;
        slot_add(&one, value);
        take(w, record.at_ms, &one);
    }
    if (rc == ERR_ABSENT)
        w->next_ms = until_ms;
    return rc == ERR_ABSENT ? OK : rc;
}

/* From where it is up to there, from readings alone. */
static int walk_readings(struct reader *r, int64_t until_ms, struct history *w,
                         const struct turn *turn)
{
    int rc = OK;

    until_ms = until_ms < w->to_ms ? until_ms : w->to_ms;
    while (!rc && w->next_ms < until_ms) {
        int64_t said = next_said(r, w->next_ms), left_ms = until_ms - w->next_ms;
        if (said >= until_ms) {
            w->next_ms = until_ms;
            break;
        }
        w->next_ms = said;
        left_ms = until_ms - said;
        rc = read_piece(r, left_ms > PIECE_MS ? said + PIECE_MS : until_ms, w, turn);
        if (!rc && w->next_ms < until_ms && is_over(turn))
            rc = ERR_STOPPED;
    }
    reader_rest(r);
    return rc;
}

/* ---- rollups ----------------------------------------------------------------------------- */

/* Those that are over by `until_ms`. Returns how many; 0: none, or none that can be trusted. */
static int take_slots(sqlite3_stmt *row, int64_t start_ms, int64_t until_ms, struct history *w)
{
    struct slot slots[SLOTS_MAX];
    int count =
        rollup_read(sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), slots);
    int taken = 0;

    for (; taken < count && start_ms + (int64_t)(taken + 1) * SLOT_MS <= until_ms; taken++)
        take(w, start_ms + (int64_t)taken * SLOT_MS, &slots[taken]);
    return taken;
}

/* The day is not over, or was never closed: what was summed up of it so far, then its readings. A
 * span that begins or ends within a slot gets its own part of it. */
static int walk_open_day(struct reader *r, int day, int64_t end_ms, struct history *w,
                         const struct turn *turn)
{
    sqlite3_stmt *part = reader_rolled(r, PART);
    int64_t start = day_start(day);
    bool is_even = w->from_ms <= start || (w->from_ms - start) % SLOT_MS == 0;
    int slots = 0;

    if (is_even && !w->is_within &&
        sql_bind(part, "iti", (int64_t)w->origin, w->metric, -(int64_t)day) == OK &&
        sqlite3_step(part) == SQLITE_ROW)
        slots = take_slots(part, start, w->to_ms, w);
    /* what cannot be read is summed up again */
    (void)reader_doubt(r, sql_error(sqlite3_reset(part)));
    start += (int64_t)slots * SLOT_MS;
    w->next_ms = start > w->next_ms ? start : w->next_ms;
    w->is_within = true;
    int rc = walk_readings(r, end_ms, w, turn);
    if (!rc) {
        w->next_ms = end_ms;
        w->is_within = false;
    }
    return rc;
}

/* The next day, this one or later, of which there is anything; 0: none. `rolled` 0: none is. */
static int day_with_something(struct reader *r, const struct history *w, int day, int rolled)
{
    if (w->is_within || rolled == day)
        return day;
    int64_t said = next_said(r, w->next_ms);
    int found = said < w->to_ms ? day_of(said) : 0;

    return rolled && (!found || rolled < found) ? rolled : found;
}

static int walk_days(struct reader *r, struct history *w, const struct turn *turn)
{
    sqlite3_stmt *days = reader_rolled(r, DAYS);
    int rc = sql_bind(days, "itii", (int64_t)w->origin, w->metric, (int64_t)day_of(w->next_ms),
                      (int64_t)day_next(day_of(w->to_ms)));
    bool has = !rc && sqlite3_step(days) == SQLITE_ROW;

    while (!rc && w->next_ms < w->to_ms) {
        int rolled = has ? sqlite3_column_int(days, 1) : 0;
        int day = day_with_something(r, w, day_of(w->next_ms), rolled);
        if (!day)
            break;
        int64_t start = day_start(day), end = day_start(day_next(day));
        w->next_ms = start > w->next_ms ? start : w->next_ms;
        if (day == rolled && !w->is_within && take_slots(days, start, INT64_MAX, w))
            w->next_ms = end;
        else
            rc = walk_open_day(r, day, end, w, turn);
        has = day == rolled ? sqlite3_step(days) == SQLITE_ROW : has;
        if (!rc && w->next_ms < w->to_ms && is_over(turn))
            rc = ERR_STOPPED;
    }
    /* days that could not be read were summed up again */
    (void)reader_doubt(r, sql_error(sqlite3_reset(days)));
    return rc;
}

/* ---- the walk ---------------------------------------------------------------------------- */

struct history history_of(const struct origin *from, const char *metric, int64_t from_ms,
                          int64_t to_ms, int64_t step_ms, history_fn *each, void *to)
{
    return (struct history){.origin = from->id,
                            .metric = metric,
                            .from_ms = from_ms,
                            .to_ms = to_ms,
                            .step_ms = step_ms,
                            .each = each,
                            .to = to,
                            .next_ms = from_ms > 0 ? from_ms : 0,
                            .at_ms = INT64_MIN};
}

int history_on(struct history *w, struct reader *r, const struct turn *turn)
{
    int rc = w->step_ms < SLOT_MS ? walk_readings(r, w->to_ms, w, turn) : walk_days(r, w, turn);

    if (rc != ERR_STOPPED)
        flush(w);
    return rc;
}

int history_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                 int64_t to_ms, int64_t step_ms, history_fn *each, void *to)
{
    struct history w = history_of(from, metric, from_ms, to_ms, step_ms, each, to);

    return history_on(&w, r, NULL);
}

/* ---- what there is ----------------------------------------------------------------------- */

bool history_clip(struct reader *r, const struct origin *from, const char *metric, int64_t *from_ms,
                  int64_t *to_ms)
{
    sqlite3_stmt *edges = reader_rolled(r, EDGES);
    int64_t first = INT64_MAX, last = -1, read_first, read_last;

    if (reader_span(r, &read_first, &read_last)) {
        first = read_first;
        last = read_last + 1;
    }
    if (sql_bind(edges, "itit", (int64_t)from->id, metric, (int64_t)from->id, metric) == OK &&
        sqlite3_step(edges) == SQLITE_ROW && sqlite3_column_int(edges, 0) > 0) {
        int64_t begin = day_start(sqlite3_column_int(edges, 0));
        int64_t end = day_start(day_next(sqlite3_column_int(edges, 1)));
        first = begin < first ? begin : first;
        last = end > last ? end : last;
    }
    sqlite3_reset(edges); /* what cannot be read is told by whoever reads it next */
    *from_ms = *from_ms > first ? *from_ms : first;
    *to_ms = *to_ms < last ? *to_ms : last;
    return *from_ms < *to_ms;
}
