/* Frames of the log (store/log_pages.h), as sqlite.org/fileformat2.html describes them. */
#include "store/log_pages.h"

#include "base/error.h"
#include "store/page_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_HEADER = 32, FRAME_HEADER = 24, FRAME_MOST = FRAME_HEADER + PAGE_MOST };
static const uint32_t MAGIC = 0x377f0682; /* or one more: its sums are of big-endian words */

/* A sum goes on from frame to frame: one wrong bit, and nothing behind it counts. */
struct sum {
    bool is_big;
    uint32_t a, b;
};

static uint32_t word(const struct sum *s, const uint8_t *p)
{
    return s->is_big ? page_number(p)
                     : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void sum_add(struct sum *s, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i + 8 <= length; i += 8) {
        s->a += word(s, bytes + i) + s->b;
        s->b += word(s, bytes + i + 4) + s->a;
    }
}

static bool sum_is(const struct sum *s, const uint8_t *stored)
{
    return s->a == page_number(stored) && s->b == page_number(stored + 4);
}

static int make_room(struct log_pages *l, uint32_t page)
{
    if (page <= l->most)
        return OK;
    uint32_t most = page > UINT32_MAX / 2 ? page : 2 * page;
    int64_t *more = realloc(l->at, ((size_t)most + 1) * sizeof *more);
    if (!more)
        return ERR_FULL;
    memset(more + (l->at ? l->most + 1 : 0), 0,
           ((size_t)most - (l->at ? l->most : 0) + (l->at ? 0 : 1)) * sizeof *more);
    l->at = more;
    l->most = most;
    return OK;
}

/* The next frame. ERR_ABSENT: the log ends here, or makes no sense any longer. */
static int take_frame(const struct log_pages *l, const uint8_t *salts, int64_t at, struct sum *s,
                      uint8_t *frame)
{
    size_t size = FRAME_HEADER + (size_t)l->page;

    if (at + (int64_t)size > l->bytes)
        return ERR_ABSENT;
    if (pread(l->fd, frame, size, at) != (ssize_t)size)
        return ERR_IO;
    if (memcmp(frame + 8, salts, 8) != 0)
        return ERR_ABSENT;
    sum_add(s, frame, 8);
    sum_add(s, frame + FRAME_HEADER, l->page);
    return sum_is(s, frame + 16) && page_number(frame) > 0 ? OK : ERR_ABSENT;
}

/* Goes through them twice: what is committed is known only at the end. */
static int take_frames(struct log_pages *l, const uint8_t *header, struct sum sum, int64_t upto,
                       int64_t *committed)
{
    uint8_t frame[FRAME_MOST];
    const int64_t size = FRAME_HEADER + (int64_t)l->page;
    int rc = OK;

    for (int64_t at = LOG_HEADER; !rc && (upto < 0 || at < upto); at += size) {
        rc = take_frame(l, header + 16, at, &sum, frame);
        if (!rc && upto >= 0) {
            rc = make_room(l, page_number(frame));
            if (!rc)
                l->at[page_number(frame)] = at + FRAME_HEADER;
        } else if (!rc && page_number(frame + 4)) {
            *committed = at + size;
            l->size = page_number(frame + 4);
        }
    }
    return rc == ERR_ABSENT ? OK : rc;
}

static int read_log(struct log_pages *l)
{
    uint8_t header[LOG_HEADER];
    int64_t committed = 0;
    struct stat st;
    int rc;

    if (fstat(l->fd, &st))
        return ERR_IO;
    l->bytes = (int64_t)st.st_size;
    if (l->bytes < LOG_HEADER)
        return OK;
    if (pread(l->fd, header, sizeof header, 0) != (ssize_t)sizeof header)
        return ERR_IO;
    struct sum sum = {.is_big = header[3] & 1};
    sum_add(&sum, header, 24);
    if ((page_number(header) & ~1U) != MAGIC || !page_is_ours(page_number(header + 8)) ||
        !sum_is(&sum, header + 24))
        return OK;
    l->page = page_number(header + 8);
    rc = take_frames(l, header, sum, -1, &committed);
    return rc ? rc : take_frames(l, header, sum, committed, &committed);
}

int log_pages_open(struct log_pages *l, const char *path)
{
    char name[440];

    *l = (struct log_pages){.fd = -1};
    snprintf(name, sizeof name, "%s-wal", path);
    l->fd = open(name, O_RDONLY | O_CLOEXEC);
    int rc = l->fd < 0 ? OK : read_log(l);
    if (rc)
        log_pages_close(l);
    return rc;
}

void log_pages_close(struct log_pages *l)
{
    if (l->fd >= 0)
        close(l->fd);
    free(l->at);
    *l = (struct log_pages){.fd = -1};
}

bool log_pages_read(const struct log_pages *l, uint32_t page, uint8_t *to)
{
    return page <= l->most && l->at && l->at[page] > 0 &&
           pread(l->fd, to, l->page, l->at[page]) == (ssize_t)l->page;
}
