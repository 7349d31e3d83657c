/* Answers made small for who can unpack them: a phone far away asks every few seconds
 * (web/inside.h). */
#include "web/inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

/* Less is not worth it. Level 4 costs a small computer half of what level 6 does. */
enum {
    WORTH_BYTES = 1000,
    LEVEL = 4,
    GZIP = 16,
    WINDOW = 15,
    MEMORY = 8,
    /* of a stream, which is held for as long as somebody reads it: 64 kB instead of 256 */
    STREAM_WINDOW = 13,
    STREAM_MEMORY = 6
};

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

static void *give_room(void *memory, uInt count, uInt size)
{
    return memory_block(memory, (size_t)count * size);
}

static void take_back(void *memory, void *room)
{
    (void)memory;
    memory_free(room);
}

static bool begin(z_stream *z, struct memory *m, int window, int memory)
{
    *z = (z_stream){.zalloc = give_room, .zfree = take_back, .opaque = m};
    return deflateInit2(z, LEVEL, Z_DEFLATED, window + GZIP, memory, Z_DEFAULT_STRATEGY) == Z_OK;
}

/* NULL: no memory. */
static void *pack(char *from, size_t length, size_t *packed)
{
    struct memory *m = memory_of(from);
    z_stream z;
    bool is_whole = false;

    if (!begin(&z, m, WINDOW, MEMORY))
        return NULL;
    uLong room = deflateBound(&z, (uLong)length);
    void *to = memory_block(m, room), *smaller = NULL;
    z.next_in = (Bytef *)from;
    z.avail_in = (uInt)length;
    if (to) {
        z.next_out = to;
        z.avail_out = (uInt)room;
        is_whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
        *packed = z.total_out;
        smaller = is_whole ? memory_resize(to, *packed) : NULL;
    }
    deflateEnd(&z);
    if (is_whole)
        return smaller ? smaller : to;
    memory_free(to);
    return NULL;
}

struct MHD_Response *pack_response(struct MHD_Connection *c, char *body, size_t length)
{
    size_t size = 0;
    void *packed = length >= WORTH_BYTES && pack_wanted(c) ? pack(body, length, &size) : NULL;
    struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(
        packed ? size : length, packed ? packed : body, memory_free);

    if (packed || !r)
        memory_free(body);
    if (!r) {
        memory_free(packed);
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

/* ---- piece by piece -------------------------------------------------------------------------- */

struct packer {
    struct memory *memory;
    z_stream z;
};

struct packer *packer_new(struct memory *m)
{
    struct packer *p = memory_block(m, sizeof *p);

    if (!p)
        return NULL;
    p->memory = m;
    if (begin(&p->z, m, STREAM_WINDOW, STREAM_MEMORY))
        return p;
    memory_free(p);
    return NULL;
}

void packer_free(struct packer *p)
{
    if (!p)
        return;
    deflateEnd(&p->z); /* says that it was not at its end, which is known */
    memory_free(p);
}

int packer_pack(struct packer *p, struct text *piece, bool is_last)
{
    struct text packed;
    int rc = Z_OK;

    if (!memory_text(p->memory, &packed, piece->used / 2 + 1024))
        return ERR_FULL;
    p->z.next_in = (Bytef *)piece->to;
    p->z.avail_in = (uInt)piece->used;
    do {
        if (packed.size - packed.used < 1024 && !packed.grow(&packed, packed.size * 2)) {
            memory_free(packed.to);
            return ERR_FULL;
        }
        size_t room = packed.size - packed.used - 1;
        p->z.next_out = (Bytef *)packed.to + packed.used;
        p->z.avail_out = (uInt)room;
        rc = deflate(&p->z, is_last ? Z_FINISH : Z_NO_FLUSH);
        packed.used += room - p->z.avail_out;
    } while (rc == Z_OK && (p->z.avail_in || !p->z.avail_out || is_last));
    memory_free(piece->to);
    *piece = packed;
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? OK : ERR_SYSTEM;
}
