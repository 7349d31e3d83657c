/* A sheet of rows and columns, as a person or a program wants to read it. */
#ifndef COLLECTOR_SHEET_H
#define COLLECTOR_SHEET_H

#include "collector/cli/listing.h"

enum { CELLS_MAX = 9, CELL_MAX = 256 };

/* The heads name the columns, and how wide they are as text. */
struct sheet {
    enum listing_form form; /* text, markdown or JSON */
    int count;
    const char *heads[CELLS_MAX];
    int widths[CELLS_MAX];
    bool is_begun;
};

/* As many `const char *` as there are columns. */
void sheet_row(struct sheet *s, ...);

/* Always OK. */
int sheet_end(struct sheet *s);

#endif
