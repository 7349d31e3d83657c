/* Readings that go: those older than they are to be kept, and the oldest when the file is at its
 * cap. */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>

enum { PRUNE_ROWS = 500, LOST_A_NOTE = 5000, FINE_LEAST_MS = 2 * 86400000 };

/* Looks at the next rows by time, and deletes those that may go. `held`: one must stay for a sink.
 * Returns how many rows were looked at, or an error. */
static int prune_step(struct store *s, int64_t before, bool *held)
{
    sqlite3_stmt *row = s->statements[OLDEST], *drop = s->statements[DROP_READING];
    int64_t kept = kept_seq(s), at_ms = s->pruned_ms;
    int seen = 0, code = SQLITE_DONE;
    int rc = sql_bind(row, "iii", s->pruned_ms, before, (int64_t)PRUNE_ROWS);

    while (!rc && (code = sqlite3_step(row)) == SQLITE_ROW) {
        int64_t seq = sqlite3_column_int64(row, 1);
        bool is_live = sqlite3_column_int(row, 2) == RECORD_LIVE;
        seen++;
        *held |= is_live && seq > kept;
        at_ms = *held ? at_ms : sqlite3_column_int64(row, 0);
        if (!is_live || seq > kept)
            continue;
        rc = sql_bind(drop, "i", seq);
        if (!rc)
            rc = sql_step_done(drop);
        s->counts.pruned += !rc;
        s->sweep.is_due = true;
    }
    sqlite3_reset(row);
    s->pruned_ms = at_ms > s->pruned_ms || seen < PRUNE_ROWS ? at_ms : s->pruned_ms + 1;
    return rc ? rc : code == SQLITE_DONE ? seen : sql_error(code);
}

/* Imported rows and settings stay, so what was looked through is remembered. */
bool prune_old(struct store *s, int64_t now_ms)
{
    int64_t before = now_ms - (int64_t)s->keep_days * 86400000;
    uint64_t pruned = s->counts.pruned;
    bool held = false;

    if (!s->keep_days || before <= s->pruned_ms || sql_run(s->db, "BEGIN IMMEDIATE"))
        return false;
    int seen = prune_step(s, before, &held);
    if (sql_run(s->db, seen < 0 ? "ROLLBACK" : "COMMIT"))
        file_close(s);
    if (seen < 0 || !s->db) {
        s->pruned_ms = 0;
        return false;
    }
    if (s->counts.pruned > pruned)
        s->oldest_seq = sql_number(s->db, "SELECT min(seq) FROM reading", s->next_seq);
    return seen == PRUNE_ROWS && !held;
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

bool prune_cap(struct store *s, int64_t now_ms)
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
    s->sweep.is_due = true;
    s->oldest_seq = last + 1;
    return true;
}
