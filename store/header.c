/*
 * The first hundred bytes of the file. One bit that falls over in them makes SQLite refuse all of
 * it, as if it were no file of ours; but what must stand there is known.
 *
 *   0  "SQLite format 3"   16 page size (form.h)   18 versions 2 2 (WAL)   20 nothing reserved
 *   21 64 32 32            28 pages                44 schema format 4      56 encoding 1   60 ours
 */
#include "store/inside.h"
#include "store/page_file.h"

#include <string.h>

/* The first page as it stands now, in the log or in the file. */
static bool read_first(const char *path, uint8_t page[PAGE_MOST], struct page_file *file)
{
    if (page_file_open(file, path))
        return false; /* nobody can say */
    bool is_read = page_file_read(file, 1, page);
    page_file_close(file);
    return is_read;
}

bool header_hides_pages(const char *path)
{
    uint8_t is[PAGE_MOST];
    struct page_file file;

    return read_first(path, is, &file) && page_number(is + 28) < file.count;
}

bool header_is_wrong(const char *path)
{
    static const struct {
        size_t at;
        uint32_t number;
    } numbers[] = {{44, 4}, {56, 1}, {60, 1}};
    uint8_t is[PAGE_MOST];
    struct page_file file;

    if (!read_first(path, is, &file))
        return false;
    const uint8_t fixed[] = {(uint8_t)(file.page >> 8), 0, 2, 2, 0, 64, 32, 32};
    bool is_wrong = page_number(is + 28) != file.count || memcmp(is, "SQLite format 3", 16) != 0 ||
                    memcmp(is + 16, fixed, sizeof fixed) != 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        is_wrong |= page_number(is + numbers[i].at) != numbers[i].number;
    return is_wrong;
}
