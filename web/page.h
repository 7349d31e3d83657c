/* The page's files, as the build made them out of web/page (web/page.cmake). */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stddef.h>

struct page_file {
    const char *path, *type, *mark; /* mark: a sum of what is in it */
    const unsigned char *plain, *packed;
    size_t plain_size, packed_size;
};

/* The first is the page itself. Of the others each has its path for ever: it holds a sum of all of
 * them. path NULL ends it. */
extern const struct page_file page_files[];

#endif
