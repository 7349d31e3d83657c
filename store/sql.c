/* Result codes, bindings (store/sql.h). */
#include "store/sql.h"

#include <stdarg.h>
#include <stddef.h>

int sql_error(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return OK;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_ERROR: /* what is asked is always the same: so the tables are not ours */
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return ERR_DATA;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
        return ERR_DENIED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_IOERR:
        return ERR_IO;
    default:
        return ERR_SYSTEM;
    }
}

int sql_run(sqlite3 *db, const char *text)
{
    return sql_error(sqlite3_exec(db, text, NULL, NULL, NULL));
}

int sql_bind(sqlite3_stmt *s, const char *types, ...)
{
    va_list values;
    int rc = SQLITE_OK;

    if (!s)
        return ERR_SYSTEM;
    sqlite3_reset(s); /* repeats the last error, which was told when it happened */
    va_start(values, types);
    for (int i = 0; types[i] && rc == SQLITE_OK; i++) {
        if (types[i] == 't')
            rc = sqlite3_bind_text(s, i + 1, va_arg(values, const char *), -1, SQLITE_STATIC);
        else if (types[i] == 'd')
            rc = sqlite3_bind_double(s, i + 1, va_arg(values, double));
        else
            rc = sqlite3_bind_int64(s, i + 1, va_arg(values, int64_t));
    }
    va_end(values);
    return sql_error(rc);
}

int sql_step_done(sqlite3_stmt *s)
{
    int rc = sqlite3_step(s);

    sqlite3_reset(s); /* its answer is the step's, known already */
    return sql_error(rc);
}

int64_t sql_number(sqlite3 *db, const char *text, int64_t fallback)
{
    sqlite3_stmt *s = NULL;
    int64_t value = fallback;

    if (sqlite3_prepare_v2(db, text, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
        sqlite3_column_type(s, 0) != SQLITE_NULL)
        value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}
