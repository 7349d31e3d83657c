/* Pages and their rows (store/pages.h), as sqlite.org/fileformat2.html describes them. */
#include "store/pages.h"

#include "store/page_file.h"

#include <stdlib.h>
#include <string.h>

enum kind { INDEX_INSIDE = 2, TABLE_INSIDE = 5, INDEX_LEAF = 10, TABLE_LEAF = 13 };
enum {
    FILE_HEADER = 100,
    FREE_AT = 32, /* in it: the first page of the list of free ones */
    ROW_MOST = 16 << 20
};

struct pages {
    struct page_file file;
    uint8_t *free; /* a bit a page */
    bool has_free;
    uint8_t page[PAGE_MOST];
    uint8_t *row; /* one that is put together from several pages */
    size_t row_room;
};

static unsigned short_at(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static bool read_page(struct pages *p, uint32_t n, uint8_t *to)
{
    return page_file_read(&p->file, n, to);
}

/* ---- free pages -------------------------------------------------------------------------- */

static bool has_bit(const uint8_t *bits, uint32_t n)
{
    return bits[n / 8] >> (n % 8) & 1;
}

static void set_bit(uint8_t *bits, uint32_t n, bool is)
{
    bits[n / 8] = (uint8_t)(is ? bits[n / 8] | 1U << (n % 8) : bits[n / 8] & ~(1U << (n % 8)));
}

/* One page of the list: 0 when it ends here, or does not look like one. */
static uint32_t take_free(struct pages *p, uint32_t trunk)
{
    if (has_bit(p->free, trunk) || !read_page(p, trunk, p->page))
        return 0;
    uint32_t count = page_number(p->page + 4), next = page_number(p->page);
    /* so many numbers have room behind the two */
    if (count > p->file.page / 4 - 2 || next > p->file.count)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t n = page_number(p->page + 8 + (size_t)4 * i);
        if (n < 2 || n > p->file.count)
            return 0;
    }
    p->has_free = true;
    set_bit(p->free, trunk, true);
    for (uint32_t i = 0; i < count; i++)
        set_bit(p->free, page_number(p->page + 8 + (size_t)4 * i), true);
    return next;
}

/* Marks the pages to which page `n` leads, or takes their marks away. */
static void mark_children(struct pages *p, uint32_t n, uint8_t *bits, bool is)
{
    const uint8_t *header = p->page + (n == 1 ? FILE_HEADER : 0);
    unsigned cells;
    uint32_t child;

    if (!read_page(p, n, p->page) || (header[0] != TABLE_INSIDE && header[0] != INDEX_INSIDE))
        return;
    cells = short_at(header + 3);
    for (unsigned i = 0; i <= cells && header + 14 + (size_t)2 * i <= p->page + p->file.page; i++) {
        unsigned at = i < cells ? short_at(header + 12 + (size_t)2 * i) : 0;
        if (at + 4 > p->file.page)
            continue;
        child = page_number(i < cells ? p->page + at : header + 8);
        if (child <= p->file.count)
            set_bit(bits, child, is);
    }
}

/* Pages that were given back may still hold rows that were pruned: they stay away. */
static int find_free(struct pages *p)
{
    p->free = calloc(1, (size_t)p->file.count / 8 + 1);
    if (!p->free)
        return ERR_FULL;
    uint32_t trunk = read_page(p, 1, p->page) ? page_number(p->page + FREE_AT) : 0;
    while (trunk > 1 && trunk <= p->file.count)
        trunk = take_free(p, trunk);
    /* What a page in use leads to is in use, too, whatever a damaged list of free ones says. */
    for (uint32_t n = 1; p->has_free && n <= p->file.count; n++)
        if (!has_bit(p->free, n))
            mark_children(p, n, p->free, false);
    return OK;
}

/* ---- opening ----------------------------------------------------------------------------- */

int pages_open(struct pages **to, const char *path)
{
    struct pages *p = calloc(1, sizeof *p);
    int rc = p ? page_file_open(&p->file, path) : ERR_FULL;

    if (!rc)
        rc = find_free(p);
    if (rc) {
        pages_close(p);
        return rc;
    }
    *to = p;
    return OK;
}

void pages_close(struct pages *p)
{
    if (!p)
        return;
    page_file_close(&p->file);
    free(p->free);
    free(p->row);
    free(p);
}

uint32_t pages_count(const struct pages *p)
{
    return p->file.count;
}

bool pages_are_roots(struct pages *p, const uint32_t *roots, size_t count)
{
    uint8_t *inside = calloc(1, (size_t)p->file.count / 8 + 1);
    bool are = inside != NULL;

    for (uint32_t n = 1; are && n <= p->file.count; n++)
        if (!has_bit(p->free, n))
            mark_children(p, n, inside, true);
    for (size_t i = 0; are && i < count; i++)
        are = roots[i] >= 1 && roots[i] <= p->file.count && !has_bit(inside, roots[i]);
    free(inside);
    return are;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Up to nine bytes, seven bits in each but the last. NULL: beyond the end. */
static const uint8_t *varint(const uint8_t *at, const uint8_t *end, uint64_t *to)
{
    *to = 0;
    for (int i = 0; i < 9; i++) {
        if (at >= end)
            return NULL;
        if (i == 8) {
            *to = *to << 8 | *at;
            return at + 1;
        }
        *to = *to << 7 | (*at & 0x7f);
        if (!(*at++ & 0x80))
            return at;
    }
    return at;
}

/* A whole row, its first `local` bytes at `here`; the rest stands in a chain of other pages. */
static const uint8_t *gather(struct pages *p, const uint8_t *here, size_t local, size_t length)
{
    uint8_t rest[PAGE_MOST];
    size_t more_of = p->file.page - 4;
    uint32_t next = page_number(here + local);
    size_t have = local;

    if (length > p->row_room) {
        uint8_t *more = realloc(p->row, length);
        if (!more)
            return NULL;
        p->row = more;
        p->row_room = length;
    }
    memcpy(p->row, here, local);
    while (have < length) {
        size_t part = length - have < more_of ? length - have : more_of;
        if (!read_page(p, next, rest))
            return NULL;
        memcpy(p->row + have, rest + 4, part);
        have += part;
        next = page_number(rest);
    }
    return p->row;
}

static bool take_value(struct page_value *v, uint64_t serial, const uint8_t *at, const uint8_t *end)
{
    static const uint8_t lengths[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    uint64_t bits = 0;

    *v = (struct page_value){.type = PAGE_NULL};
    v->length = serial < 10 ? lengths[serial] : (size_t)((serial - 12) / 2);
    if (serial == 10 || serial == 11 || v->length > (size_t)(end - at))
        return false;
    if (serial >= 12) {
        v->type = serial & 1 ? PAGE_TEXT : PAGE_BLOB;
        v->bytes = (const char *)at;
        return true;
    }
    for (size_t i = 0; i < v->length; i++)
        bits = (i || at[0] < 128 ? bits : UINT64_MAX) << 8 | at[i];
    if (serial)
        v->type = serial == 7 ? PAGE_REAL : PAGE_INTEGER;
    v->integer = serial == 9 ? 1 : (int64_t)bits;
    if (serial == 7)
        memcpy(&v->real, &bits, sizeof v->real);
    else
        v->real = (double)v->integer;
    return true;
}

/* A row's bytes: the types first, then the values; both must end where they say. */
static bool take_row(const uint8_t *bytes, size_t length, struct page_row *row)
{
    const uint8_t *end = bytes + length, *types_end, *types, *at;
    uint64_t number;

    types = varint(bytes, end, &number);
    if (!types || number > length)
        return false;
    types_end = at = bytes + number;
    for (row->count = 0; types < types_end; row->count++) {
        types = varint(types, types_end, &number);
        if (!types || row->count == PAGE_COLUMNS ||
            !take_value(&row->values[row->count], number, at, end))
            return false;
        at += row->values[row->count].length;
    }
    return row->count > 0 && at == end;
}

/* One cell: its bytes are in the page, or partly in others. */
static bool take_cell(struct pages *p, enum kind kind, unsigned offset, struct page_row *row)
{
    const size_t size = p->file.page, least = (size - 12) * 32 / 255 - 23;
    const uint8_t *at = p->page + offset, *end = p->page + size;
    /* a longer row goes on elsewhere */
    size_t most = kind == TABLE_LEAF ? size - 35 : (size - 12) * 64 / 255 - 23, local;
    uint64_t length, number = 0;

    if (kind == INDEX_INSIDE)
        at += 4;
    at = varint(at, end, &length);
    if (at && kind == TABLE_LEAF)
        at = varint(at, end, &number);
    if (!at || !length || length > ROW_MOST)
        return false;
    row->is_numbered = kind == TABLE_LEAF;
    row->number = (int64_t)number;
    if (length <= most)
        return length <= (size_t)(end - at) && take_row(at, (size_t)length, row);
    local = least + (size_t)(length - least) % (size - 4);
    if (local > most)
        local = least;
    if (local + 4 > (size_t)(end - at))
        return false;
    at = gather(p, at, local, (size_t)length);
    return at && take_row(at, (size_t)length, row);
}

int pages_rows(struct pages *p, uint32_t n, page_row_fn *each, void *to)
{
    struct page_row row;
    unsigned first = n == 1 ? FILE_HEADER : 0, size = p->file.page;
    int rc = OK;

    if (!read_page(p, n, p->page) || has_bit(p->free, n))
        return OK;
    enum kind kind = (enum kind)p->page[first];
    if (kind != TABLE_LEAF && kind != INDEX_LEAF && kind != INDEX_INSIDE)
        return OK;
    unsigned cells = short_at(p->page + first + 3);
    for (unsigned i = 0; i < cells && !rc; i++) {
        unsigned pointer = first + (kind == INDEX_INSIDE ? 12 : 8) + 2 * i;
        unsigned offset = pointer + 2 <= size ? short_at(p->page + pointer) : size;
        if (offset + 4 <= size && take_cell(p, kind, offset, &row))
            rc = each(to, &row);
    }
    return rc;
}
