/* Reading pages (store/page_file.h). */
#include "store/page_file.h"

#include <unistd.h>

enum { TRIES = 3, PAGE_OLD = 4096, PAGE_SMALL = 1024, SAMPLES = 64 };

bool page_is_ours(uint32_t size)
{
    return size == PAGE_OLD || size == PAGE_SMALL;
}

uint32_t page_number(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_bytes(const struct page_file *f, void *to, int length, sqlite3_int64 at)
{
    for (int i = 0; i < TRIES; i++) /* some cards need to be asked again */
        if (f->file->pMethods->xRead(f->file, to, length, at) == SQLITE_OK)
            return true;
    return false;
}

/* Where small pages begin, within larger ones: does most of it look like the head of a tree's page?
 */
static bool has_small_pages(const struct page_file *f, sqlite3_int64 size)
{
    unsigned seen = 0, alike = 0;
    uint8_t head[8];

    for (sqlite3_int64 n = 1; n < 4 * SAMPLES && n * PAGE_SMALL < size; n++) {
        if (n % 4 == 0 || !read_bytes(f, head, sizeof head, n * PAGE_SMALL))
            continue;
        bool is_kind = head[0] == 2 || head[0] == 5 || head[0] == 10 || head[0] == 13;
        seen++;
        alike += is_kind && head[7] <= 60 && (head[3] << 8 | head[4]) < PAGE_SMALL / 4 &&
                 (head[5] << 8 | head[6]) <= PAGE_SMALL;
    }
    return alike > seen / 4;
}

/* The log knows it for sure. No bit that falls over in the header makes one of the two out of the
 * other; where it says neither, the pages themselves do. */
static uint32_t find_page_size(const struct page_file *f, sqlite3_int64 size)
{
    uint8_t said[2] = {0};

    if (f->log.page)
        return f->log.page;
    if (read_bytes(f, said, sizeof said, 16) && page_is_ours((uint32_t)said[0] << 8 | said[1]))
        return (uint32_t)said[0] << 8 | said[1];
    return has_small_pages(f, size) ? PAGE_SMALL : PAGE_OLD;
}

int page_file_open(struct page_file *f, const char *path)
{
    sqlite3_int64 size = 0;
    int rc;

    *f = (struct page_file){.log = {.fd = -1}};
    if (access(path, F_OK))
        return ERR_INPUT;
    rc = sql_error(sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL));
    if (!rc)
        rc = sql_error(
            sqlite3_file_control(f->db, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&f->file));
    if (!rc)
        rc = f->file && f->file->pMethods &&
                     f->file->pMethods->xFileSize(f->file, &size) == SQLITE_OK
                 ? log_pages_open(&f->log, path)
                 : ERR_IO;
    if (rc) {
        page_file_close(f);
        return rc;
    }
    f->page = find_page_size(f, size);
    f->count = f->log.size ? f->log.size : (uint32_t)(size / f->page);
    return OK;
}

void page_file_close(struct page_file *f)
{
    log_pages_close(&f->log);
    sqlite3_close(f->db);
    f->db = NULL;
    f->file = NULL;
}

bool page_file_read(struct page_file *f, uint32_t n, uint8_t to[PAGE_MOST])
{
    if (n < 1 || n > f->count)
        return false;
    if (log_pages_read(&f->log, n, to))
        return true;
    return read_bytes(f, to, (int)f->page, (sqlite3_int64)(n - 1) * f->page);
}
