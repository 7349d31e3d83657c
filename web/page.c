/* The page for people, and the files it is made of (web/inside.h, web/page.h). */
#include "web/page.h"

#include "web/inside.h"

#include <stdio.h>
#include <string.h>

enum { MARK_BYTES = 80 };

/* Whatever is shown comes from here; what runs is ours, in files of its own. */
#define POLICY                                                                                     \
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "            \
    "object-src 'none'"
static const struct manners of_home = {"no-cache", POLICY};
static const struct manners of_part = {"public, max-age=31536000, immutable", POLICY};

/* An unchanged page is only confirmed. */
static enum MHD_Result give(struct exchange *x, const struct page_file *f, const struct manners *m)
{
    bool is_packed = pack_wanted(x->connection);
    char mark[MARK_BYTES];

    snprintf(mark, sizeof mark, "\"%s%s\"", f->mark, is_packed ? "-gz" : "");
    bool is_known = answer_is_known(x->connection, mark);
    struct MHD_Response *r = MHD_create_response_from_buffer(
        is_known    ? 0
        : is_packed ? f->packed_size
                    : f->plain_size,
        (void *)(uintptr_t)(is_packed ? f->packed : f->plain), MHD_RESPMEM_PERSISTENT);
    bool is_made = r && MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, mark) == MHD_YES &&
                   MHD_add_response_header(r, MHD_HTTP_HEADER_VARY,
                                           MHD_HTTP_HEADER_ACCEPT_ENCODING) == MHD_YES;

    if (is_made && is_packed && !is_known)
        is_made = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip") == MHD_YES;
    if (r && !is_made) {
        MHD_destroy_response(r);
        r = NULL;
    }
    return answer_response(x->connection, is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, f->type,
                           r, m);
}

static enum MHD_Result find(struct exchange *x, const struct manners *m)
{
    for (const struct page_file *f = page_files; f->path && x->web->house.front; f++)
        if (!strcmp(f->path, x->path))
            return give(x, f, m);
    return answer_problem(x->connection, MHD_HTTP_NOT_FOUND, "there is no such path");
}

enum MHD_Result page_home(struct exchange *x)
{
    return find(x, &of_home);
}

enum MHD_Result page_part(struct exchange *x)
{
    return find(x, &of_part);
}
