/* Damaged files that were set aside, beside the store: two at most, each under a name of its own.
 */
#ifndef STORE_COPIES_H
#define STORE_COPIES_H

#include "base/error.h"

#include <stddef.h>

/* The store's file, its log and its shared memory: "", "-wal", "-shm". */
extern const char *const file_endings[3];

/* Moves the file at `path` away, and what belongs to it; `aside` gets its new name. It is fine when
 * there is none. */
int copies_add(const char *path, char *aside, size_t size) MUST_CHECK;

/* Takes the oldest away, until two are left; told. */
void copies_tidy(const char *path);

/* Is there room for another file as large as that one? Copies go first, the oldest before others.
 * ERR_FULL: there is not; told. `has` says how much of it is there already. */
int copies_find_room(const char *path, long long has) MUST_CHECK;

/* Makes sure that files keep the names they have now, whatever happens to the power. */
void copies_sync(const char *path);

#endif
