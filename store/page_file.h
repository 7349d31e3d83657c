/*
 * The pages of a store's file as they stand there, the log's newer ones before the file's. The file
 * is read through SQLite's own handle: whoever closes another one takes the locks of every
 * connection of this process away, and then somebody else's sqlite3 may throw the log away under
 * us.
 */
#ifndef STORE_PAGE_FILE_H
#define STORE_PAGE_FILE_H

#include "store/log_pages.h"
#include "store/sql.h"

enum { PAGE_MOST = 4096 };

struct page_file {
    sqlite3 *db;
    sqlite3_file *file;
    struct log_pages log;
    uint32_t page; /* its size, which differs from file to file (form.h) */
    uint32_t count;
};

/* ERR_INPUT: there is no such file. ERR_IO: it, or its log, cannot be read now. */
int page_file_open(struct page_file *f, const char *path) MUST_CHECK;
void page_file_close(struct page_file *f);

/* Page `n`, counted from 1. False: there is none, or it cannot be read. */
bool page_file_read(struct page_file *f, uint32_t n, uint8_t to[PAGE_MOST]);

/* Is it a size of pages that files of ours have? */
bool page_is_ours(uint32_t size);

/* Four bytes, the high one first. */
uint32_t page_number(const uint8_t *p);

#endif
