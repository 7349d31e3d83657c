/* A second, temporary cursor over history (store/store.h). */
#include "store/inside.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const int64_t PUT_EVERY_US = 2000000;

/* What is between two moments, as numbers of the log. */
static int64_t find_range(struct store *s, int64_t from_ms, int64_t to_ms, struct resend *r)
{
    sqlite3_stmt *row = NULL;
    int64_t count = ERR_IO;

    if (sqlite3_prepare_v2(s->db,
                           "SELECT count(*), min(seq), max(seq) FROM reading WHERE at >= ? AND at "
                           "< ? AND kind <> 3",
                           -1, &row, NULL) == SQLITE_OK &&
        sql_bind(row, "ii", from_ms, to_ms) == OK && sqlite3_step(row) == SQLITE_ROW) {
        count = sqlite3_column_int64(row, 0);
        r->seq = sqlite3_column_int64(row, 1) - 1;
        r->last = sqlite3_column_int64(row, 2);
    }
    sqlite3_finalize(row);
    return count;
}

static int put(struct store *s, const char *sink, const struct resend *r)
{
    sqlite3_stmt *row = NULL;
    int rc = sql_error(sqlite3_prepare_v2(
        s->db,
        "INSERT OR REPLACE INTO resend (sink, seq, last, from_at, to_at, id) VALUES "
        "(?, ?, ?, ?, ?, ?)",
        -1, &row, NULL));

    if (!rc)
        rc = sql_bind(row, "tiiiii", sink, r->seq, r->last, r->from_ms, r->to_ms, r->id);
    if (!rc)
        rc = sql_step_done(row);
    sqlite3_finalize(row);
    return rc;
}

int64_t store_resend_add(struct store *s, const char *sink, int64_t from_ms, int64_t to_ms)
{
    struct resend r = {.from_ms = from_ms, .to_ms = to_ms};
    int64_t count = ERR_FULL;

    lock_take(&s->lock);
    if (s->room_rows)
        count = commit_locked(s); /* what waits belongs to history too */
    if (s->db && s->resend_count < STORE_RESENDS)
        count = find_range(s, from_ms, to_ms, &r);
    if (count > 0) {
        r.id = sql_number(s->db, "SELECT max(id) FROM resend", 0) + 1;
        int rc = put(s, sink, &r);
        if (rc) {
            count = rc;
        } else {
            s->resends[s->resend_count] = r;
            snprintf(s->resend_sinks[s->resend_count++], ORIGIN_NAME, "%s", sink);
        }
    }
    pthread_cond_broadcast(&s->news);
    lock_give(&s->lock);
    return count;
}

bool store_resend_next(struct store *s, const char *sink, struct resend *to)
{
    bool is_found = false;

    lock_take(&s->lock);
    for (size_t i = 0; i < s->resend_count && !is_found; i++)
        if (!strcmp(s->resend_sinks[i], sink)) {
            *to = s->resends[i];
            is_found = true;
        }
    lock_give(&s->lock);
    return is_found;
}

void store_resend_move(struct store *s, const struct resend *r)
{
    char text[80];
    struct text t = text_on(text, sizeof text);
    int rc = OK;

    lock_take(&s->lock);
    for (size_t i = 0; i < s->resend_count; i++) {
        if (s->resends[i].id != r->id)
            continue;
        s->resends[i].seq = r->seq;
        if (r->seq < r->last) { /* written down now and then: at worst a little is sent twice */
            bool is_due = clock_us() - s->resend_put_us > PUT_EVERY_US;
            rc = is_due && s->db ? put(s, s->resend_sinks[i], r) : OK;
            s->resend_put_us = is_due ? clock_us() : s->resend_put_us;
            break;
        }
        text_format(&t, "DELETE FROM resend WHERE id = %lld", (long long)r->id);
        rc = s->db ? sql_run(s->db, text) : OK;
        s->resend_count--;
        memmove(&s->resends[i], &s->resends[i + 1], (s->resend_count - i) * sizeof *s->resends);
        memmove(s->resend_sinks[i], s->resend_sinks[i + 1],
                (s->resend_count - i) * sizeof *s->resend_sinks);
        break;
    }
    if (rc) /* at worst some of it is sent twice after a restart, which changes nothing there */
        s->retry_us = 0;
    lock_give(&s->lock);
}
