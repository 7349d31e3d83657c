/* The inside of a reader, for history and for tidying. */
#ifndef STORE_READER_INSIDE_H
#define STORE_READER_INSIDE_H

#include "store/inside.h"
#include "store/reader.h"

#include <sys/stat.h>

enum range { AFTER, BETWEEN, BETWEEN_ONE, SETTINGS_OF, ALL_SETTINGS, RANGES };
enum rolled { DAYS, PART, ROLLED };

struct reader {
    sqlite3 *db;
    struct stat file; /* as it was when it was opened */
    sqlite3_stmt *ranges[RANGES], *running;
    sqlite3_stmt *rolled[ROLLED]; /* made when history is first asked for */
    struct shape *shapes[STORE_SHAPES];
    size_t shape_count;
    struct origin *origins[STORE_ORIGINS];
    size_t origin_count;
    uint64_t damaged;
    int trouble; /* a device or a shape could not be read */
};

/* Gives `rc` back. Damage is for the owner to look at: a mark is left; but not for that of a file
 * which was set aside already. */
int reader_doubt(struct reader *r, int rc);

#endif
