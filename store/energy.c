/* One walk over a counter, cut into spans (store/energy.h). */
#include "store/energy.h"

#include "base/clock.h"
#include "base/decimals.h"
#include "base/text.h"
#include "metrics/catalogue.h"
#include "store/days.h"
#include "store/history.h"
#include "store/reader_inside.h"

static const int64_t HOUR_MS = 3600000;
/* More than any plant of this kind makes in an hour: another unit's counter, not growth. */
static const double kwh_an_hour_most = 1000;

/* ---- spans -------------------------------------------------------------------------------- */

static int first_of(int day, enum by by)
{
    return by == BY_DAY ? day : by == BY_MONTH ? day / 100 * 100 + 1 : day / 10000 * 10000 + 101;
}

static int next_after(int first, enum by by)
{
    if (by == BY_DAY)
        return day_next(first);
    if (by == BY_YEAR)
        return first + 10000;
    return first % 10000 / 100 == 12 ? first + 10000 - 1100 : first + 100;
}

void energy_date(struct text *to, int first, enum by by)
{
    text_format(to,
                by == BY_YEAR    ? "%04d"
                : by == BY_MONTH ? "%04d-%02d"
                                 : "%04d-%02d-%02d",
                first / 10000, first / 100 % 100, first % 100);
}

static void begin_span(struct energy_tally *t, int first)
{
    t->span = (struct growth){.first = first};
    t->end_ms = day_start(next_after(first, t->by));
}

static void end_span(struct energy_tally *t)
{
    t->span.grown = decimals_cut(t->span.grown);
    t->span.unseen = decimals_cut(t->span.unseen);
    if (t->each)
        t->each(t->to, &t->span);
}

/* ---- counting ----------------------------------------------------------------------------- */

/* Up to where it stood at the end of one step: growth, unless nothing could have grown so fast. */
static double risen(const struct energy_tally *t, double to, int64_t at_ms)
{
    double hours = (double)(at_ms - t->last_ms + SLOT_MS) / (double)HOUR_MS;
    double more = to - t->last;

    return more > 0 && !(t->is_energy && more > kwh_an_hour_most * hours) ? more : 0;
}

/*
 * Inside a step a counter is at its lowest when it began anew and at its highest just before:
 *
 *   last of the step before ──▶ high │ begins anew at low ──▶ last
 *
 * One that ends no lower than it stood before did not begin anew, whatever strays lie between.
 */
static double grown_in(const struct energy_tally *t, const struct slot *s, int64_t at_ms)
{
    if (!t->is_begun)
        return s->last - s->low;
    if (s->last >= t->last)
        return risen(t, s->last, at_ms);
    return (s->high > s->last ? risen(t, s->high, at_ms) : 0) + s->last - s->low;
}

static void count(void *who, int64_t at_ms, const struct slot *s)
{
    struct energy_tally *t = who;

    while (t->each && at_ms >= t->end_ms) {
        end_span(t);
        begin_span(t, next_after(t->span.first, t->by));
    }
    double more = grown_in(t, s, at_ms);
    if (!t->span.is_known && t->is_begun && more > 0 && at_ms - t->last_ms > HOUR_MS) {
        t->span.unseen = s->low > t->last ? risen(t, s->low, at_ms) : 0;
        t->span.since_ms = t->span.unseen > 0 ? t->last_ms : 0;
    }
    t->span.grown += more;
    t->span.is_known = true;
    t->last = s->last;
    t->last_ms = at_ms;
    t->is_begun = true;
}

/* ---- where it stood before ---------------------------------------------------------------- */

static void stand(void *who, int64_t at_ms, const struct slot *s)
{
    struct energy_tally *t = who;

    t->last = s->last;
    t->last_ms = at_ms;
    t->is_begun = true;
}

/* One number about a device; 0: none, or it cannot be read, which is told where it is read next. */
static int64_t number_of(struct reader *r, const char *sql, const struct origin *from)
{
    sqlite3_stmt *find = NULL;
    int64_t found = 0;

    if (sqlite3_prepare_v2(r->db, sql, -1, &find, NULL) == SQLITE_OK &&
        sql_bind(find, "i", (int64_t)from->id) == OK && sqlite3_step(find) == SQLITE_ROW)
        found = sqlite3_column_int64(find, 0);
    sqlite3_finalize(find);
    return found;
}

static const char last_rolled[] = "SELECT rolled FROM device WHERE id = ?";

/* The first day after one and before another that is closed, but got rows since: it has no rollups
 * at the moment; 0: none. */
static int first_reopened(struct reader *r, const struct origin *from, int after, int before)
{
    sqlite3_stmt *find = NULL;
    int day = 0;

    if (sqlite3_prepare_v2(r->db,
                           "SELECT min(day) FROM reopened WHERE device = ? AND day > ? AND day < ?",
                           -1, &find, NULL) == SQLITE_OK &&
        sql_bind(find, "iii", (int64_t)from->id, (int64_t)after, (int64_t)before) == OK &&
        sqlite3_step(find) == SQLITE_ROW)
        day = sqlite3_column_int(find, 0);
    sqlite3_finalize(find);
    return day;
}

/* The newest closed day before `day` in which it was heard. */
static void stand_on_rollup(struct reader *r, const struct origin *from, const char *metric,
                            int day, struct energy_tally *t)
{
    struct slot slots[SLOTS_MAX];
    sqlite3_stmt *find = NULL;

    if (sqlite3_prepare_v2(
            r->db,
            "SELECT day, slots FROM rollup WHERE device = ? AND metric = ? AND day > 0 AND day "
            "< ? ORDER BY day DESC",
            -1, &find, NULL) != SQLITE_OK ||
        sql_bind(find, "iti", (int64_t)from->id, metric, (int64_t)day) != OK) {
        sqlite3_finalize(find);
        return;
    }
    while (!t->is_begun && sqlite3_step(find) == SQLITE_ROW) {
        int64_t start = day_start(sqlite3_column_int(find, 0));
        int count =
            rollup_read(sqlite3_column_blob(find, 1), (size_t)sqlite3_column_bytes(find, 1), slots);
        for (int i = 0; i < count; i++)
            if (slots[i].count)
                stand(t, start + (int64_t)i * SLOT_MS, &slots[i]);
    }
    sqlite3_finalize(find);
}

/* Days after the last closed one are few, and are read; before them rollups say it at once. */
static struct history walk_to_stand(struct reader *r, const struct origin *from, const char *metric,
                                    int64_t before_ms, struct energy_tally *t)
{
    int day = day_of(before_ms), rolled = (int)number_of(r, last_rolled, from);
    int first = energy_first_day(r, from);
    int64_t open_ms = first ? day_start(first) : before_ms;

    stand_on_rollup(r, from, metric, day, t);
    int reopened = first_reopened(r, from, t->is_begun ? day_of(t->last_ms) : 0, day);
    if (rolled && day_start(day_next(rolled)) > open_ms)
        open_ms = day_start(day_next(rolled));
    if (reopened && day_start(reopened) < open_ms)
        open_ms = day_start(reopened);
    if (open_ms > day_start(day))
        open_ms = day_start(day); /* that day itself, when the span begins in it */
    return history_of(from, metric, open_ms, before_ms, SLOT_MS, stand, t);
}

/* ---- what is asked for -------------------------------------------------------------------- */

static struct energy_tally tally_of(const char *metric)
{
    enum metric m = metric_find(metric);

    return (struct energy_tally){.is_energy = catalogue[m].unit == UNIT_KWH};
}

void energy_begin(struct energy *e, struct reader *r, const struct origin *from, const char *metric,
                  int64_t from_ms, int64_t to_ms, enum by by, growth_fn *each, void *to)
{
    int first = first_of(day_of(from_ms), by), after = next_after(first, by);

    while (day_start(after) < to_ms)
        after = next_after(after, by);
    *e = (struct energy){.tally = tally_of(metric), .first = first, .to_ms = day_start(after)};
    e->tally.by = by;
    e->tally.each = each;
    e->tally.to = to;
    e->walk = walk_to_stand(r, from, metric, day_start(first), &e->tally);
}

int energy_on(struct energy *e, struct reader *r, const struct turn *turn)
{
    struct energy_tally *t = &e->tally;
    int rc = history_on(&e->walk, r, turn);

    if (!rc && !e->is_counting) {
        const struct origin from = {.id = e->walk.origin};
        begin_span(t, e->first);
        e->is_counting = true;
        e->walk =
            history_of(&from, e->walk.metric, day_start(e->first), e->to_ms, SLOT_MS, count, t);
        rc = history_on(&e->walk, r, turn);
    }
    if (rc)
        return rc;
    for (end_span(t); t->end_ms < e->to_ms; end_span(t))
        begin_span(t, next_after(t->span.first, t->by));
    return OK;
}

int energy_walk(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                int64_t to_ms, enum by by, growth_fn *each, void *to)
{
    struct energy e;

    energy_begin(&e, r, from, metric, from_ms, to_ms, by, each, to);
    return energy_on(&e, r, NULL);
}

int energy_between(struct reader *r, const struct origin *from, const char *metric, int64_t from_ms,
                   int64_t to_ms, struct growth *to)
{
    struct energy_tally t = tally_of(metric);
    struct history before = walk_to_stand(r, from, metric, from_ms, &t);
    int rc = history_on(&before, r, NULL);

    if (!rc)
        rc = history_walk(r, from, metric, from_ms, to_ms, SLOT_MS, count, &t);
    end_span(&t);
    *to = t.span;
    return rc;
}

/* ---- what there is ------------------------------------------------------------------------ */

int energy_first_day(struct reader *r, const struct origin *from)
{
    int rolled =
        (int)number_of(r,
                       METRICS_OF "SELECT min(day) FROM (SELECT (SELECT min(day) FROM rollup WHERE "
                                  "device = ?1 AND metric = m.metric AND day > 0) AS day FROM m)",
                       from);
    int64_t first_ms = 0, last_ms = 0;
    int read = reader_span(r, &first_ms, &last_ms) ? day_of(first_ms) : 0;

    return !rolled || (read && read < rolled) ? read : rolled;
}

static void see(void *who, int64_t at_ms, const struct slot *s)
{
    (void)at_ms;
    *(bool *)who = s->count > 0;
}

bool energy_is_kept(struct reader *r, const struct origin *from, const char *metric)
{
    struct energy_tally t = tally_of(metric);
    int rolled = (int)number_of(r, last_rolled, from), first = energy_first_day(r, from);
    int64_t now = clock_wall_ms();
    bool is_seen = false;

    stand_on_rollup(r, from, metric, day_next(day_of(now)), &t);
    if (t.is_begun || !first)
        return t.is_begun;
    int reopened = first_reopened(r, from, 0, rolled);
    int64_t open_ms = day_start(reopened ? reopened : rolled ? day_next(rolled) : first);
    return history_walk(r, from, metric, open_ms, now + HOUR_MS, SLOT_MS, see, &is_seen) == OK &&
           is_seen;
}
