/* The live table of `helio watch`: a row a device, what matters most in columns. */
#ifndef COLLECTOR_TABLE_H
#define COLLECTOR_TABLE_H

#include "collector/run/rounds.h"

#include <stdio.h>

struct table_row {
    char name[2 * IDENTITY_TEXT]; /* of the device, or of a unit heard through it */
    bool is_total;                /* several of the others together */
    bool is_asked;                /* it had its turn; or nobody knows anything of it yet */
    int result;
    bool is_heard;
    int64_t took_us, heard_us;
    struct reading reading;
};

struct table {
    const struct house *house;
    struct table_row *rows;
    size_t count, room;
    int name_width;
    struct bus_counts *buses; /* as last told by each bus */
    unsigned rounds;          /* drawn so far */
};

int table_open(struct table *t, const struct house *house, const bool *wanted) MUST_CHECK;
void table_count(struct table *t, const struct news *n); /* what its bus says of itself */
void table_note(struct table *t, const struct news *n);
void table_note_group(struct table *t, const char *name, const struct reading *r);
void table_draw(struct table *t, FILE *to, bool is_live);

/* Characters a line of this terminal holds, by COLUMNS or as the kernel says; 0: any number. */
unsigned table_terminal_width(int fd);
void table_close(struct table *t, FILE *to, bool is_live);

#endif
