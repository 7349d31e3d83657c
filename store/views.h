/* What others read of the store's file in SQL, under the names of an older datalogger. */
#ifndef STORE_VIEWS_H
#define STORE_VIEWS_H

#include "store/sql.h"

/* `stats` and `last_stats`, whatever stood there before; within the caller's transaction. */
int views_make(sqlite3 *db) MUST_CHECK;

/* The same in a file that is in use, where they are other than this program makes them. */
void views_follow(sqlite3 *db);

#endif
