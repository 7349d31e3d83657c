/*
 * The form of the file: which tables there are. The number stands in the table `note` and in the
 * header (application_id), since one bit that fell over must not lock everybody out. user_version
 * is 1 for ever: programs from before the second form hold any other for damage. They are kept off
 * by a trigger that calls a function they do not know.
 */
#ifndef STORE_FORM_H
#define STORE_FORM_H

#include "store/sql.h"

enum { FORM_NOW = 3, FORM_USER_VERSION = 1 };

/* The page size of a new file. A round is a few hundred bytes to a few kilobytes, and each commit
 * writes whole pages, of the rows, of their index and of what leads there: small ones spare the
 * card. */
#define FORM_PAGE "1024"

/* 0: there are no tables yet; -1: it cannot be read. */
int form_version(sqlite3 *db);

/* What the schema cannot add to tables that are there: before it such a table is put away, behind
 * it its rows come into the new one. Both in the schema's transaction. */
int form_put_away(sqlite3 *db) MUST_CHECK;
int form_bring_back(sqlite3 *db) MUST_CHECK;
/* Gives rows of older forms, which are marked until then, the meaning of today's. It needs all rows
 * of devices and meters. */
int form_settle(sqlite3 *db) MUST_CHECK;

int form_write(sqlite3 *db) MUST_CHECK; /* today's, in the transaction that makes the tables */

/* Is there room on the disk to make today's out of this one? Tells when not. */
bool form_has_room(const char *path, int from);

void form_tell_newer(const char *path, int form);

/* All connections of this process know the function from now on. */
void form_teach(void);

#endif
