/* The inside of a reader, for history and for tidying. */
#ifndef STORE_READER_INSIDE_H
#define STORE_READER_INSIDE_H

#include "store/inside.h"
#include "store/reader.h"

#include <sys/stat.h>

enum range { AFTER, BETWEEN, BETWEEN_ONE, BETWEEN_SOME, SETTINGS_OF, ALL_SETTINGS, RANGES };
enum rolled { DAYS, PART, PARTS, EDGES, NEXT_SAID, ROLLED };
enum { READER_SOME = 8 };

struct reader {
    sqlite3 *db;
    struct stat file; /* as it was when it was opened */
    sqlite3_stmt *ranges[RANGES], *running;
    sqlite3_stmt *rolled[ROLLED]; /* made when history is first asked for */
    struct shape **shapes;        /* sorted by number; each stays as long as the reader */
    size_t shape_count, shape_room;
    struct origin **origins; /* likewise */
    size_t origin_count, origin_room;
    uint64_t damaged;
    int trouble; /* a device or a shape could not be read */
};

/* Gives `rc` back. Damage is for the owner to look at: a mark is left; but not for that of a file
 * which was set aside already. */
int reader_doubt(struct reader *r, int rc);

/* The same as reader_between, of some devices; 0: no device. */
int reader_between_some(struct reader *r, int64_t from_ms, int64_t to_ms,
                        const int devices[READER_SOME]) MUST_CHECK;

sqlite3_stmt *reader_rolled(struct reader *r, enum rolled which); /* NULL: it cannot be made */

/* Names of a row, or NULL: the file has none of that number. */
const struct shape *reader_shape(struct reader *r, int id);
void reader_forget_names(struct reader *r);

#endif
