/* The tables of a store's file: made, and looked at. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/sql.h"

#include <stdatomic.h>

/* All of them, in a file that has none yet; in one of an older form, those that it lacks, and
 * those that were otherwise. One transaction. */
int tables_make(sqlite3 *db) MUST_CHECK;

/* ERR_DATA: of a file of this form a table, an index or a trigger is not there, or is not as it is
 * made here. */
int tables_check(sqlite3 *db, int form) MUST_CHECK;

/* Do they stand where they stood the last time? If not, every page is looked at (ERR_DATA), since a
 * bit that fell over there would lead into another table; then the places are noted. */
int tables_check_places(sqlite3 *db) MUST_CHECK;

/* ERR_DATA: some page is not as it must be. Looks at all of them. */
int tables_check_pages(sqlite3 *db) MUST_CHECK;

/* Is all of the file as it must be? Looks with a connection of its own. ERR_DATA: it is not;
 * another error: nobody can say now. `stop` may be NULL; ERR_STOPPED when it becomes true,
 * or the program is to end. */
int file_check(const char *path, const atomic_bool *stop) MUST_CHECK;

#endif
