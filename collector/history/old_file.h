/*
 * A file an older Axpert program left behind, read as the CSV that intake.h takes: so it goes the
 * same way as every history, here or through the daemon.
 */
#ifndef COLLECTOR_OLD_FILE_H
#define COLLECTOR_OLD_FILE_H

#include "collector/history/old_axpert.h"

#include "base/error.h"
#include "store/foreign.h"

#include <stdio.h>

enum old_kind { OLD_NOTHING, OLD_LOG, OLD_SQLITE };

/* What the beginning of a file looks like; it is read from the start afterwards. A pipe, which
 * cannot be gone back in, looks like nothing. */
enum old_kind old_kind_of(FILE *file);

struct old_file {
    struct old_log log; /* the counts */
    int error;          /* why reading ended before the end */
    FILE *lines;        /* of a log; or */
    struct foreign *rows;
    bool is_last_table, is_begun;
    char *line;
    size_t line_room, used, given;
    char csv[1600]; /* a line on its way out */
};

/* Of a log: the open file (borrowed). Of a database: its path, lines NULL. */
int old_file_open(struct old_file *f, FILE *lines, const char *path) MUST_CHECK;
void old_file_close(struct old_file *f);

/* The CSV; close it before the file. NULL: no memory. */
FILE *old_file_csv(struct old_file *f);

/* How many lines of each class, one a line. */
void old_file_say(const struct old_file *f, FILE *to);

#endif
