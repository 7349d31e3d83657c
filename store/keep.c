/* Small texts under a name (store/store.h). */
#include "store/inside.h"

#include <string.h>

int store_keep_text(struct store *s, const char *key, const char *text)
{
    sqlite3_stmt *row = NULL;
    int rc = ERR_IO;

    lock_take(&s->lock);
    if (s->db)
        rc = sql_error(sqlite3_prepare_v2(
            s->db, "INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", -1, &row, NULL));
    if (!rc)
        rc = sql_bind(row, "tt", key, text);
    if (!rc)
        rc = sql_step_done(row);
    sqlite3_finalize(row);
    lock_give(&s->lock);
    return rc;
}

char *store_kept_text(struct store *s, const char *key)
{
    sqlite3_stmt *row = NULL;
    char *text = NULL;

    lock_take(&s->lock);
    int rc = s->db
                 ? sqlite3_prepare_v2(s->db, "SELECT value FROM note WHERE key = ?", -1, &row, NULL)
                 : SQLITE_ERROR;
    if (rc == SQLITE_OK && sql_bind(row, "t", key) == OK) {
        rc = sqlite3_step(row);
        const char *found = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : "";
        text = (rc == SQLITE_ROW || rc == SQLITE_DONE) && found ? strdup(found) : NULL;
    }
    sqlite3_finalize(row);
    lock_give(&s->lock);
    return text;
}
