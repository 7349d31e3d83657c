/*
 * Tidying, one small step at a time so that no round waits long: days get their rollups (close.c);
 * readings are thinned and pruned, but never before every sink has them; only the cap on
 * the disk may overtake a sink, and then what it lost is counted and told.
 */
#include "store/reader_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum { THIN_MS = 600000 };

int64_t store_number(struct store *s, const char *format, int64_t a, int64_t b)
{
    char text[300];
    struct text t = text_on(text, sizeof text);

    text_format(&t, format, (long long)a, (long long)b);
    return sql_number(s->db, text, -1);
}

/* ---- thinning ---------------------------------------------------------------------------- */

/* Keeps the last reading of each device and set of numbers in each `thin_to`, ten minutes at a
 * time: one that lacks a block must not replace one that has it. */
/* Which of the shape's numbers a row lacks. */
#define LACKS                                                                                      \
    "CASE WHEN instr(fields, 'null') THEN (SELECT group_concat(key) FROM json_each(fields) WHERE " \
    "value IS NULL) END"

/* Imported rows may lie before it, so it is looked for only when there may be one; 0: none. */
static int64_t first_live(struct store *s)
{
    if (s->thin_seq == s->next_seq)
        return 0;
    s->thin_seq = s->next_seq;
    return sql_number(s->db, "SELECT min(at) FROM reading WHERE kind = 0", 0);
}

static bool thin_some(struct store *s, int64_t now_ms)
{
    int64_t until = now_ms - (int64_t)s->keep_fine_h * 3600000, from = s->thinned_ms, end;
    int64_t thin_ms = (int64_t)s->thin_s * MS_PER_S;
    char text[900];
    struct text t = text_on(text, sizeof text);

    if (!s->keep_fine_h)
        return false;
    if (!from)
        from = s->thinned_ms = first_live(s);
    if (from <= 0 || from >= until)
        return false;
    from -= from % thin_ms;
    int64_t step = thin_ms > THIN_MS ? thin_ms : THIN_MS - THIN_MS % thin_ms;
    end = from + step;
    if (end > until)
        return false;
    /* Hours without readings (a night, a year) are stepped over at once. */
    int64_t next =
        store_number(s, "SELECT min(at) FROM reading WHERE at >= %lld AND kind = 0", end, 0);
    text_format(&t,
                "BEGIN IMMEDIATE; DELETE FROM reading WHERE at >= %lld AND at < %lld AND kind = 0 "
                "AND seq <= %lld AND seq NOT IN (SELECT max(seq) FROM reading WHERE at >= %lld AND "
                "at < %lld AND kind = 0 GROUP BY device, shape, " LACKS ", at / %lld);"
                "INSERT OR REPLACE INTO note VALUES ('thinned', %lld); COMMIT",
                (long long)from, (long long)end, (long long)kept_seq(s), (long long)from,
                (long long)end, (long long)thin_ms, (long long)(next > end ? next : end));
    /* A sink that is behind keeps its readings: come again when it has them. */
    if (store_number(s, "SELECT max(seq) FROM reading WHERE at >= %lld AND at < %lld AND kind = 0",
                     from, end) > kept_seq(s))
        return false;
    int before = sqlite3_total_changes(s->db);
    if (sql_run(s->db, text)) {
        if (!sqlite3_get_autocommit(s->db) && sql_run(s->db, "ROLLBACK"))
            file_close(s);
        return false;
    }
    s->counts.thinned += (uint64_t)(sqlite3_total_changes(s->db) - before - 1);
    s->sweep.is_due = true;
    s->thinned_ms = next > end ? next : end;
    return true;
}

bool store_tidy(struct store *s, int64_t now_ms)
{
    bool is_more = false;

    lock_take(&s->lock);
    if (s->db && !s->trouble.count)
        is_more = prune_cap(s, now_ms) || close_some(s, now_ms) || close_again(s, now_ms) ||
                  part_some(s, now_ms) || thin_some(s, now_ms) || prune_old(s, now_ms) ||
                  shapes_sweep(s);
    if (!is_more) {
        reader_close(s->reader);
        s->reader = NULL;
    }
    lock_give(&s->lock);
    return is_more;
}

/* ---- a clock that was not right ------------------------------------------------------------- */

bool store_has_untimed(struct store *s)
{
    lock_take(&s->lock);
    bool has = s->untimed_seq != 0;
    lock_give(&s->lock);
    return has;
}

static int64_t stamp_rows(struct store *s, int64_t offset_ms)
{
    sqlite3_stmt *in = NULL, *out = NULL;
    int64_t count = 0;
    int rc = sql_run(s->db, "BEGIN IMMEDIATE");

    if (rc)
        return -1;
    sqlite3_prepare_v2(s->db,
                       "SELECT seq, at, device, shape, fields FROM reading WHERE seq >= ? AND "
                       "kind = 3",
                       -1, &in, NULL);
    sqlite3_prepare_v2(s->db, "UPDATE reading SET at = ?, kind = 0, sum = ? WHERE seq = ?", -1,
                       &out, NULL);
    rc = sql_bind(in, "i", s->untimed_seq);
    while (!rc && sqlite3_step(in) == SQLITE_ROW) {
        int64_t seq = sqlite3_column_int64(in, 0), at = sqlite3_column_int64(in, 1) + offset_ms;
        const char *numbers = (const char *)sqlite3_column_text(in, 4);
        struct known_origin *k = origin_numbered(s, sqlite3_column_int(in, 2));
        int64_t sum = row_sum(seq, at, sqlite3_column_int(in, 2), RECORD_LIVE,
                              sqlite3_column_int(in, 3), numbers ? numbers : "");
        rc = sql_bind(out, "iii", at, sum, seq);
        if (!rc)
            rc = sql_step_done(out);
        if (!rc && k)
            rc = origin_row(s, k, at);
        count += !rc;
    }
    sqlite3_finalize(in);
    sqlite3_finalize(out);
    if (!rc)
        rc = sql_run(s->db, "DELETE FROM note WHERE key LIKE 'untimed%';"
                            "DELETE FROM rollup WHERE day < 0");
    if (sql_run(s->db, rc ? "ROLLBACK" : "COMMIT"))
        file_close(s);
    return rc ? -1 : count;
}

int64_t store_stamp(struct store *s, int64_t offset_ms)
{
    int64_t count = 0;

    lock_take(&s->lock);
    for (size_t at = 0; at < s->room_used;) { /* those that still wait */
        struct waiting *w = (void *)(s->room + at);
        at += w->size;
        if (w->kind != RECORD_UNTIMED)
            continue;
        w->kind = RECORD_LIVE;
        w->at_ms += offset_ms;
        count++;
    }
    if (s->untimed_seq && s->db) {
        int64_t stored = stamp_rows(s, offset_ms);
        count += stored > 0 ? stored : 0;
        if (stored >= 0)
            s->untimed_seq = 0;
    }
    pthread_cond_broadcast(&s->news);
    lock_give(&s->lock);
    return count;
}
