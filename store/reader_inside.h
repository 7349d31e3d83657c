/* The inside of a reader, for history and for tidying. */
#ifndef STORE_READER_INSIDE_H
#define STORE_READER_INSIDE_H

#include "store/inside.h"
#include "store/reader.h"

enum range { AFTER, BETWEEN, BETWEEN_ONE, ALL_SETTINGS, RANGES };

struct reader {
    sqlite3 *db;
    sqlite3_stmt *ranges[RANGES], *running;
    struct shape *shapes[STORE_SHAPES];
    size_t shape_count;
    struct origin *origins[STORE_ORIGINS];
    size_t origin_count;
    uint64_t damaged;
};

#endif
