/* The event log, read (store/reader.h). */
#include "store/reader_inside.h"

static const char *words(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    return text ? (const char *)text : "";
}

int reader_events(struct reader *r, int64_t from_ms, int64_t to_ms, unsigned most, event_fn *each,
                  void *to)
{
    sqlite3_stmt *row = NULL;
    int step = SQLITE_DONE;
    int rc = sql_error(sqlite3_prepare_v2(r->db,
                                          "SELECT at, level, who, text FROM event WHERE at >= ? "
                                          "AND at < ? ORDER BY at DESC, rowid DESC LIMIT ?",
                                          -1, &row, NULL));

    if (!rc)
        rc = sql_bind(row, "iii", from_ms, to_ms, (int64_t)most);
    while (!rc && (step = sqlite3_step(row)) == SQLITE_ROW)
        each(to, &(struct event){.at_ms = sqlite3_column_int64(row, 0),
                                 .level = sqlite3_column_int(row, 1),
                                 .who = words(row, 2),
                                 .text = words(row, 3)});
    if (!rc && step != SQLITE_DONE)
        rc = sql_error(step);
    sqlite3_finalize(row);
    return rc;
}
