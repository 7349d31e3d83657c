/* Reading pages (store/page_file.h). */
#include "store/page_file.h"

#include <unistd.h>

enum { TRIES = 3 };

uint32_t page_number(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
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
    f->count = f->log.size ? f->log.size : (uint32_t)(size / STORE_PAGE);
    return OK;
}

void page_file_close(struct page_file *f)
{
    log_pages_close(&f->log);
    sqlite3_close(f->db);
    f->db = NULL;
    f->file = NULL;
}

bool page_file_read(struct page_file *f, uint32_t n, uint8_t to[STORE_PAGE])
{
    if (n < 1 || n > f->count)
        return false;
    if (log_pages_read(&f->log, n, to))
        return true;
    for (int i = 0; i < TRIES; i++) /* some cards need to be asked again */
        if (f->file->pMethods->xRead(f->file, to, STORE_PAGE,
                                     (sqlite3_int64)(n - 1) * STORE_PAGE) == SQLITE_OK)
            return true;
    return false;
}
