/*
 * The first hundred bytes of the file. One bit that falls over in them makes SQLite refuse all of
 * it; but what must stand there is known, so it can be put right.
 *
 *   0  "SQLite format 3"   16 page size 1024, in older files 4096   18 versions 2 2 (WAL)   20
 * nothing reserved 21 64 32 32            28 pages            44 schema format 4      56 encoding 1
 * 60 ours
 */
#include "store/inside.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 100, PAGE_OLD = 4096, PAGE_SMALL = 1024 };

static void put_number(uint8_t *to, uint32_t number)
{
    to[0] = (uint8_t)(number >> 24);
    to[1] = (uint8_t)(number >> 16);
    to[2] = (uint8_t)(number >> 8);
    to[3] = (uint8_t)number;
}

/* No bit that falls over makes one of the two out of the other. Where it is neither, the second
 * page says it: it is a leaf or an inner page of a tree. */
static unsigned page_size(const uint8_t header[HEADER], int fd)
{
    unsigned said = (unsigned)header[16] << 8 | header[17];
    uint8_t kind = 0;

    if (said == PAGE_OLD || said == PAGE_SMALL)
        return said;
    if (pread(fd, &kind, 1, PAGE_SMALL) != 1)
        return PAGE_OLD;
    return kind == 2 || kind == 5 || kind == 10 || kind == 13 ? PAGE_SMALL : PAGE_OLD;
}

/* What must stand there, over what does. */
static void right(uint8_t header[HEADER], off_t size, unsigned page)
{
    const uint8_t fixed[] = {(uint8_t)(page >> 8), 0, 2, 2, 0, 64, 32, 32};

    memcpy(header, "SQLite format 3", 16);
    memcpy(header + 16, fixed, sizeof fixed);
    put_number(header + 28, (uint32_t)(size / page));
    put_number(header + 44, 4);
    put_number(header + 56, 1);
    put_number(header + 60, 1);
}

bool header_heal(const char *path, bool may_write)
{
    uint8_t is[HEADER], should[HEADER];
    struct stat st;
    bool was_wrong = false;
    int fd = open(path, (may_write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && st.st_size >= PAGE_SMALL && pread(fd, is, HEADER, 0) == HEADER) {
        memcpy(should, is, HEADER);
        right(should, st.st_size, page_size(is, fd));
        if (!may_write) /* the size may lag behind the log: only a healed file must have it */
            memcpy(should + 28, is + 28, 4);
        was_wrong = memcmp(is, should, HEADER) != 0;
        if (was_wrong && may_write && pwrite(fd, should, HEADER, 0) != HEADER)
            was_wrong = false;
    }
    close(fd);
    return was_wrong;
}
