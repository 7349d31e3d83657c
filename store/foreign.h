/*
 * Another program's SQLite file: a table of it, row by row, as text. It is only read, never made,
 * mended or locked for longer than a row takes.
 */
#ifndef STORE_FOREIGN_H
#define STORE_FOREIGN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct foreign;

/* ERR_DATA: it is no SQLite file, or a damaged one. */
int foreign_open(struct foreign **to, const char *path) MUST_CHECK;
void foreign_close(struct foreign *f);

bool foreign_has(struct foreign *f, const char *table, const char *column);

/* Begins with the rows of `table` in the order of columns[0]; a column it does not have is empty
 * in every row. `beside`, when not NULL: only rows whose columns[0] that table does not have. Names
 * come from the caller's own tables, never from a file. */
int foreign_begin(struct foreign *f, const char *table, const char *const *columns, size_t count,
                  const char *beside) MUST_CHECK;

/* The next row; ERR_ABSENT at the end. */
int foreign_next(struct foreign *f) MUST_CHECK;

/* Of this row, valid until the next; NULL where there is none. */
const char *foreign_text(struct foreign *f, size_t column);

#endif
