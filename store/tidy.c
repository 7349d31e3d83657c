/*
 * Tidying, one small step at a time so that no round waits long: days get their rollups (close.c);
 * readings are thinned and pruned, but never before every sink has them; only the cap on
 * the disk may overtake a sink, and then what it lost is counted and told.
 */
#include "store/days.h"
#include "store/reader_inside.h"
#include "store/rollup.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRUNE_ROWS = 500, THIN_MS = 600000, LOST_A_NOTE = 5000, FINE_LEAST_MS = 2 * 86400000 };

/* ---- thinning ---------------------------------------------------------------------------- */

/* Keeps the last reading of each device and shape in each `thin_to`, ten minutes at a time. */
static bool thin_some(struct store *s, int64_t now_ms)
{
    int64_t until = now_ms - (int64_t)s->keep_fine_h * 3600000, from = s->thinned_ms, end;
    int64_t thin_ms = (int64_t)s->thin_s * MS_PER_S;
    char text[700];
    struct text t = text_on(text, sizeof text);

    if (!s->keep_fine_h)
        return false;
    if (!from)
        from = sql_number(s->db, "SELECT min(at) FROM reading WHERE kind = 0", -1);
    if (from < 0 || from >= until)
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
                "at < %lld AND kind = 0 GROUP BY device, shape, at / %lld);"
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
    s->thinned_ms = next > end ? next : end;
    return true;
}

/* ---- pruning ----------------------------------------------------------------------------- */

static bool prune_old(struct store *s, int64_t now_ms)
{
    int64_t before = now_ms - (int64_t)s->keep_days * 86400000;
    char text[300];
    struct text t = text_on(text, sizeof text);
    int changes;

    if (!s->keep_days)
        return false;
    text_format(&t,
                "DELETE FROM reading WHERE seq IN (SELECT seq FROM reading WHERE at < %lld AND "
                "kind = 0 AND seq <= %lld ORDER BY at LIMIT %d)",
                (long long)before, (long long)kept_seq(s), PRUNE_ROWS);
    if (sql_run(s->db, text))
        return false;
    changes = sqlite3_changes(s->db);
    s->counts.pruned += (uint64_t)changes;
    s->oldest_seq = sql_number(s->db, "SELECT min(seq) FROM reading", s->next_seq);
    return changes == PRUNE_ROWS;
}

static int64_t used_bytes(struct store *s)
{
    return (sql_number(s->db, "PRAGMA page_count", 0) -
            sql_number(s->db, "PRAGMA freelist_count", 0)) *
           sql_number(s->db, "PRAGMA page_size", 4096);
}

bool tidy_tells_lost(uint64_t all, uint64_t now)
{
    return all == now || all / LOST_A_NOTE != (all - now) / LOST_A_NOTE;
}

static void tell_lost(struct store *s, struct known_cursor *c, uint64_t lost)
{
    struct waiting_note n = {.level = LOG_LEVEL_WARN, .at_ms = clock_wall_ms()};

    if (!c->lost)
        log_warn(c->sink, "the store is at its cap, and this sink is behind: the oldest readings "
                          "are lost to it (raise cap_mb, or mend the sink)");
    c->lost += lost;
    c->is_dirty = true;
    snprintf(n.who, sizeof n.who, "%s", c->sink);
    snprintf(n.text, sizeof n.text,
             "%llu readings were pruned by the cap before they were delivered; %llu in all",
             (unsigned long long)lost, (unsigned long long)c->lost);
    if (tidy_tells_lost(c->lost, lost))
        note_locked(s, &n);
}

/* Rollups grow, too, if slowly. What was said these two days is worth more than the curve of a day
 * long past: the oldest of those goes first then. False: there is none. */
static bool drop_oldest_day(struct store *s, int64_t now_ms)
{
    int64_t day = sql_number(s->db, "SELECT min(day) FROM rollup WHERE day > 0", 0);
    int64_t oldest_ms = sql_number(s->db, "SELECT at FROM reading ORDER BY seq LIMIT 1", now_ms);
    char text[80];
    struct text t = text_on(text, sizeof text);

    if (!day || oldest_ms < now_ms - FINE_LEAST_MS)
        return false;
    text_format(&t, "DELETE FROM rollup WHERE day = %lld", (long long)day);
    if (sql_run(s->db, text))
        return false;
    if (day / 100 != s->curves_gone / 100) /* a line a month of them is enough */
        log_note("store", "at its cap: the curves of %lld are gone (raise cap_mb to keep more)",
                 (long long)day);
    s->curves_gone = day;
    return true;
}

static bool prune_cap(struct store *s, int64_t now_ms)
{
    char text[200];
    struct text t = text_on(text, sizeof text);

    if (!s->cap_bytes || used_bytes(s) <= s->cap_bytes)
        return false;
    if (drop_oldest_day(s, now_ms))
        return true;
    int64_t first = sql_number(s->db, "SELECT min(seq) FROM reading", 0);
    int64_t last = store_number(s,
                                "SELECT max(seq) FROM (SELECT seq FROM reading WHERE seq >= %lld "
                                "ORDER BY seq LIMIT %lld)",
                                first, PRUNE_ROWS);
    if (last < first || last >= s->visible_seq)
        return false; /* never the newest */
    text_format(&t, "DELETE FROM reading WHERE seq <= %lld", (long long)last);
    for (size_t i = 0; i < s->cursor_count; i++) {
        struct known_cursor *c = &s->cursors[i];
        int64_t behind = c->seq > first - 1 ? c->seq : first - 1;
        if (!c->is_kept || c->seq >= last)
            continue;
        int64_t lost = store_number(s,
                                    "SELECT count(*) FROM reading WHERE seq > %lld AND seq <= "
                                    "%lld AND kind IN (0, 1, 4)",
                                    behind, last);
        tell_lost(s, c, lost > 0 ? (uint64_t)lost : 0);
        c->seq = last;
    }
    if (sql_run(s->db, text))
        return false;
    s->counts.lost_cap += (uint64_t)sqlite3_changes(s->db);
    s->oldest_seq = last + 1;
    return true;
}

bool store_tidy(struct store *s, int64_t now_ms)
{
    bool is_more = false;

    pthread_mutex_lock(&s->lock);
    if (s->db && !s->trouble.count)
        is_more = prune_cap(s, now_ms) || close_one(s, now_ms) || part_one(s, now_ms) ||
                  thin_some(s, now_ms) || prune_old(s, now_ms);
    pthread_mutex_unlock(&s->lock);
    return is_more;
}

/* ---- a clock that was not right ------------------------------------------------------------- */

bool store_has_untimed(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    bool has = s->untimed_seq != 0;
    pthread_mutex_unlock(&s->lock);
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
        int64_t sum = row_sum(seq, at, sqlite3_column_int(in, 2), RECORD_LIVE,
                              sqlite3_column_int(in, 3), numbers ? numbers : "");
        rc = sql_bind(out, "iii", at, sum, seq);
        if (!rc)
            rc = sql_step_done(out);
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

    pthread_mutex_lock(&s->lock);
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
    pthread_mutex_unlock(&s->lock);
    return count;
}
