/* SQLite, as far as this room speaks it: every call answers with our own errors. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* What a result code means here: ERR_DATA for a damaged file, ERR_FULL, ERR_DENIED, ERR_IO... */
int sql_error(int code);

/* One or more statements without answers. */
int sql_run(sqlite3 *db, const char *text) MUST_CHECK;

/* "tis": text, int64, real (d), blob is not needed here. The statement is reset first. */
int sql_bind(sqlite3_stmt *s, const char *types, ...) MUST_CHECK;

/* Runs a statement to its end: bound before, reset after. */
int sql_step_done(sqlite3_stmt *s) MUST_CHECK;

/* One number, or `fallback` when there is no row or it cannot be read. */
int64_t sql_number(sqlite3 *db, const char *text, int64_t fallback);

#endif
