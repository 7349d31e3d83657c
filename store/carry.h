/*
 * Rows out of a damaged file into a new one. To which table a row belonged is told by its form
 * alone, and a reading by its check sum; so nothing that is damaged is needed for it.
 */
#ifndef STORE_CARRY_H
#define STORE_CARRY_H

#include "store/pages.h"
#include "store/sql.h"

struct carrier;

/* `db` has the tables already. Its rows stay: what is there is not put again. */
int carrier_new(struct carrier **to, sqlite3 *db) MUST_CHECK;
void carrier_free(struct carrier *c);

/* A page_row_fn: puts the row where it belongs; rows that belong nowhere are passed over. */
int carry_row(void *carrier, const struct page_row *row) MUST_CHECK;

/* When all pages were gone through: what an index alone still knows, and what follows from it. */
int carry_spare(sqlite3 *db) MUST_CHECK;

#endif
