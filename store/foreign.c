/* Reading what another program has kept (store/foreign.h). */
#include "store/foreign.h"

#include "base/text.h"
#include "store/sql.h"

#include <stdlib.h>

enum { BUSY_MS = 5000, QUERY_BYTES = 4000 };

struct foreign {
    sqlite3 *db;
    sqlite3_stmt *rows;
};

int foreign_open(struct foreign **to, const char *path)
{
    struct foreign *f = calloc(1, sizeof *f);
    int rc = f ? OK : ERR_FULL;

    if (!rc)
        rc = sql_error(
            sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL));
    if (!rc) {
        sqlite3_busy_timeout(f->db, BUSY_MS); /* the other program may still be writing */
        if (sql_number(f->db, "SELECT count(*) FROM sqlite_master", -1) < 0)
            rc = ERR_DATA;
    }
    if (rc) {
        foreign_close(f);
        return rc;
    }
    *to = f;
    return OK;
}

void foreign_close(struct foreign *f)
{
    if (!f)
        return;
    sqlite3_finalize(f->rows);
    sqlite3_close(f->db);
    free(f);
}

bool foreign_has(struct foreign *f, const char *table, const char *column)
{
    static const char question[] = "SELECT 1 FROM pragma_table_info(?) WHERE name = ?";
    sqlite3_stmt *ask = NULL;
    bool is_there = sqlite3_prepare_v2(f->db, question, -1, &ask, NULL) == SQLITE_OK &&
                    sql_bind(ask, "tt", table, column) == OK && sqlite3_step(ask) == SQLITE_ROW;

    sqlite3_finalize(ask);
    return is_there;
}

int foreign_begin(struct foreign *f, const char *table, const char *const *columns, size_t count,
                  const char *beside)
{
    char query[QUERY_BYTES];
    struct text t = text_on(query, sizeof query);

    for (size_t i = 0; i < count; i++)
        text_format(&t, "%s%s", i ? ", " : "SELECT ",
                    foreign_has(f, table, columns[i]) ? columns[i] : "NULL");
    text_format(&t, " FROM %s", table);
    if (beside)
        text_format(&t, " WHERE %s NOT IN (SELECT %s FROM %s WHERE %s IS NOT NULL)", columns[0],
                    columns[0], beside, columns[0]);
    text_format(&t, " ORDER BY %s", columns[0]);
    sqlite3_finalize(f->rows);
    f->rows = NULL;
    if (t.is_cut)
        return ERR_FULL;
    return sql_error(sqlite3_prepare_v2(f->db, query, -1, &f->rows, NULL));
}

int foreign_next(struct foreign *f)
{
    int code = f->rows ? sqlite3_step(f->rows) : SQLITE_DONE;

    return code == SQLITE_ROW ? OK : code == SQLITE_DONE ? ERR_ABSENT : sql_error(code);
}

const char *foreign_text(struct foreign *f, size_t column)
{
    return (const char *)sqlite3_column_text(f->rows, (int)column);
}
