/*
 * Which devices have readings since their last closed day? After a start, and after a day is
 * closed, the index by time is gone through from there, a few thousand rows at a time, for all that
 * are asked about at once.
 */
#include "store/days.h"
#include "store/inside.h"

enum { ROWS_A_STEP = 5000 };

void origin_unlook(struct store *s, struct known_origin *k)
{
    s->look.wanted += k->is_looked;
    k->is_looked = false;
    if (k->closed_ms < s->look.at_ms)
        s->look.at_ms = k->closed_ms;
}

static void find_it(struct store *s, struct known_origin *k, int64_t at_ms)
{
    origin_open(k, at_ms);
    k->is_looked = true;
    s->look.wanted--;
}

static bool is_said(struct store *s, int64_t seq)
{
    sqlite3_stmt *kind = s->statements[KIND_OF];
    bool is_it = sql_bind(kind, "i", seq) == OK && sqlite3_step(kind) == SQLITE_ROW &&
                 sqlite3_column_int(kind, 0) < RECORD_UNTIMED;

    sqlite3_reset(kind); /* what cannot be read is not known */
    return is_it;
}

/* Returns how many rows were looked at; -1: they cannot be read. */
static int look_on(struct store *s)
{
    sqlite3_stmt *row = s->statements[LOOK];
    int64_t began_ms = s->look.at_ms;
    int count = 0, code = SQLITE_DONE;

    if (sql_bind(row, "ii", began_ms, (int64_t)ROWS_A_STEP))
        return -1;
    for (; s->look.wanted && (code = sqlite3_step(row)) == SQLITE_ROW; count++) {
        struct known_origin *k = origin_numbered(s, sqlite3_column_int(row, 1));
        s->look.at_ms = sqlite3_column_int64(row, 0);
        if (k && !k->is_looked && s->look.at_ms >= k->closed_ms &&
            is_said(s, sqlite3_column_int64(row, 2)))
            find_it(s, k, s->look.at_ms);
    }
    sqlite3_reset(row);
    if (count == ROWS_A_STEP && s->look.at_ms == began_ms)
        s->look.at_ms++; /* so many at one moment */
    return code == SQLITE_ROW || code == SQLITE_DONE ? count : -1;
}

/* Nothing of it was found: it has no open day. So that this need not be looked for as far back
 * after the next start, what is long over counts as closed. */
static int close_silent(struct store *s, int rolled)
{
    int rc = sql_run(s->db, "BEGIN IMMEDIATE");

    if (rc)
        return rc;
    for (size_t i = 0; i < s->origin_count && !rc; i++) {
        const struct known_origin *k = s->origins[i];
        if (k->is_looked || k->is_double || k->rolled >= rolled || k->open_ms < INT64_MAX)
            continue;
        rc = sql_bind(s->statements[SET_ROLLED], "ii", (int64_t)rolled, (int64_t)k->origin.id);
        if (!rc)
            rc = sql_step_done(s->statements[SET_ROLLED]);
    }
    if (sql_run(s->db, rc ? "ROLLBACK" : "COMMIT"))
        file_close(s);
    return rc;
}

static void end(struct store *s, int64_t now_ms)
{
    int64_t last_ms = s->look.at_ms < now_ms ? s->look.at_ms : now_ms;
    int rolled = day_before(day_before(day_of(last_ms)));
    bool is_kept = last_ms > 0 && close_silent(s, rolled) == OK;

    for (size_t i = 0; i < s->origin_count; i++) {
        struct known_origin *k = s->origins[i];
        if (is_kept && !k->is_looked && k->rolled < rolled && k->open_ms == INT64_MAX)
            origin_closed(k, rolled);
        k->is_looked = true;
    }
    s->look.wanted = 0;
}

bool look_some(struct store *s, int64_t now_ms)
{
    if (!s->look.wanted) {
        s->look.at_ms = INT64_MAX;
        return false;
    }
    int count = look_on(s);
    if (count < 0)
        return false;
    if (s->look.wanted && count < ROWS_A_STEP)
        end(s, now_ms);
    return s->look.wanted > 0;
}
