/* Answers made small for who can unpack them: a phone far away asks every few seconds
 * (web/inside.h). */
#include "web/inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

/* Less is not worth it. Level 4 costs a small computer half of what level 6 does. */
enum { WORTH_BYTES = 1000, LEVEL = 4, WINDOW_GZIP = 15 + 16, MEMORY = 8 };

/* A weight of 0 means no; no browser says so, but somebody may. */
static bool is_refused(const char *weight)
{
    weight += strspn(weight, " ;");
    return !strncasecmp(weight, "q=", 2) && strspn(weight + 2, "0.") == strcspn(weight + 2, ", ");
}

bool pack_is_accepted(const char *encodings)
{
    static const char word[] = "gzip";
    const char *at = encodings ? encodings + strspn(encodings, ", ") : "";

    for (; *at; at += strcspn(at, ","), at += strspn(at, ", ")) {
        size_t length = strcspn(at, ",; ");
        if (length == strlen(word) && !strncasecmp(at, word, length))
            return !is_refused(at + length);
    }
    return false;
}

bool pack_wanted(struct MHD_Connection *c)
{
    return pack_is_accepted(
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING));
}

/* NULL: no memory. */
static void *pack(const char *from, size_t length, size_t *packed)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)from, .avail_in = (uInt)length};
    void *to = NULL;
    bool is_whole = false;

    if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    uLong room = deflateBound(&z, (uLong)length);
    to = malloc(room);
    if (to) {
        z.next_out = to;
        z.avail_out = (uInt)room;
        is_whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
        *packed = z.total_out;
    }
    deflateEnd(&z);
    if (!is_whole) {
        free(to);
        to = NULL;
    }
    return to;
}

struct MHD_Response *pack_response(struct MHD_Connection *c, char *body, size_t length)
{
    size_t size = 0;
    void *packed = length >= WORTH_BYTES && pack_wanted(c) ? pack(body, length, &size) : NULL;
    struct MHD_Response *r = MHD_create_response_from_buffer(
        packed ? size : length, packed ? packed : body, MHD_RESPMEM_MUST_FREE);

    if (packed || !r)
        free(body);
    if (!r) {
        free(packed);
        return NULL;
    }
    if ((!packed ||
         MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip") == MHD_YES) &&
        MHD_add_response_header(r, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING) ==
            MHD_YES)
        return r;
    MHD_destroy_response(r);
    return NULL;
}
