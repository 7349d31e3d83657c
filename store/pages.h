/*
 * A store's file, read page by page and without SQLite, for a salvage: it needs no table of tables,
 * no way from the root, no page but the one at hand. Every page of a table's rows tells its own.
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_COLUMNS = 12 };

enum page_type {
    PAGE_NULL = 'N',
    PAGE_INTEGER = 'i',
    PAGE_REAL = 'r',
    PAGE_TEXT = 't',
    PAGE_BLOB = 'b'
};

struct page_value {
    enum page_type type;
    int64_t integer;
    double real;
    const char *bytes; /* of a text or a blob; no NUL behind them */
    size_t length;
};

/* A row as it stands there: of a table with numbered rows, or of an index or a table without. */
struct page_row {
    bool is_numbered;
    int64_t number;
    unsigned count;
    struct page_value values[PAGE_COLUMNS];
};

typedef int page_row_fn(void *to, const struct page_row *row);

struct pages;

/* ERR_INPUT: there is no such file. Only reads. */
int pages_open(struct pages **to, const char *path) MUST_CHECK;
void pages_close(struct pages *p);
uint32_t pages_count(const struct pages *p);

/* Does no other page lead to one of these? Then a tree may begin there. */
bool pages_are_roots(struct pages *p, const uint32_t *roots, size_t count);

/* Hands out the rows of page `n`, counted from 1, as far as they make sense; ends early with what
 * `each` returns. A page that cannot be read, is free or holds no rows has none. */
int pages_rows(struct pages *p, uint32_t n, page_row_fn *each, void *to) MUST_CHECK;

#endif
