/* The event log, read (store/reader.h). */
#include "store/reader_inside.h"

static const char *words(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    return text ? (const char *)text : "";
}

static int walk(struct reader *r, const char *question, int64_t a, int64_t b, unsigned most,
                event_fn *each, void *to)
{
    sqlite3_stmt *row = NULL;
    int step = SQLITE_DONE;
    int rc = sql_error(sqlite3_prepare_v2(r->db, question, -1, &row, NULL));

    if (!rc)
        rc = sql_bind(row, "iii", a, b, (int64_t)most);
    while (!rc && (step = sqlite3_step(row)) == SQLITE_ROW)
        each(to, &(struct event){.seq = sqlite3_column_int64(row, 0),
                                 .at_ms = sqlite3_column_int64(row, 1),
                                 .level = sqlite3_column_int(row, 2),
                                 .who = words(row, 3),
                                 .text = words(row, 4)});
    if (!rc && step != SQLITE_DONE)
        rc = sql_error(step);
    sqlite3_finalize(row);
    return reader_doubt(r, rc);
}

int reader_events(struct reader *r, int64_t from_ms, int64_t to_ms, unsigned most, event_fn *each,
                  void *to)
{
    return walk(r,
                "SELECT seq, at, level, who, text FROM event WHERE at >= ? AND at < ? "
                "ORDER BY at DESC, seq DESC LIMIT ?",
                from_ms, to_ms, most, each, to);
}

int reader_events_after(struct reader *r, int64_t seq, unsigned most, event_fn *each, void *to)
{
    return walk(r,
                "SELECT seq, at, level, who, text FROM event WHERE seq > ? AND seq <= ? "
                "ORDER BY seq LIMIT ?",
                seq, INT64_MAX, most, each, to);
}

int64_t reader_last_event(struct reader *r)
{
    int64_t last = sql_number(r->db, "SELECT max(seq) FROM event", 0);

    return last > 0 ? last : 0;
}
