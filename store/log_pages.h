/*
 * The write-ahead log beside a store's file: which of its pages are newer than the file's. SQLite
 * reads it by itself, but not where it refuses the file; a salvage then looks here.
 */
#ifndef STORE_LOG_PAGES_H
#define STORE_LOG_PAGES_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct log_pages {
    int fd;        /* -1: there is none */
    int64_t bytes; /* how long it is */
    uint32_t page; /* its size of a page; 0: there is no log, or none that makes sense */
    int64_t *at;   /* where a page stands in it; 0: only in the file. By number, from 1 */
    uint32_t most; /* the largest page number in `at` */
    uint32_t size; /* pages of the whole store after the last commit in it; 0: no commit */
};

/* Looks at the log beside `path`: only what was committed, and whose check sums are right. ERR_IO:
 * it cannot be read now. */
int log_pages_open(struct log_pages *l, const char *path) MUST_CHECK;
void log_pages_close(struct log_pages *l);

/* False: not in the log, or it cannot be read there. */
bool log_pages_read(const struct log_pages *l, uint32_t page, uint8_t *to);

#endif
