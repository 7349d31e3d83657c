/* The table's columns and its layout, for its own files only. */
#ifndef COLLECTOR_TABLE_INSIDE_H
#define COLLECTOR_TABLE_INSIDE_H

#include "collector/cli/table.h"

enum { COLUMNS = 9, TABLE_NAME_MOST = 22 /* letters of a name, where there is little room */ };

struct table_column {
    const char *head;
    enum metric metric, other; /* the other where there is none of the first */
    int width, decimals;
    unsigned rank;
};
extern const struct table_column table_columns[COLUMNS];

/* The first of the column's metrics that the device has. */
enum metric table_metric(const struct reading *r, size_t column);

/* What is drawn this time. */
struct table_layout {
    unsigned width; /* that all is made to fit in; 0: any */
    int name_width;
    bool is_shown[COLUMNS], has_round;
};

struct table_layout table_fit(const struct table *t, int fd);

/* One line with `end` behind it, or several where the terminal is too narrow: broken at blanks. */
void table_line(FILE *to, const char *line, size_t length, unsigned width, const char *end);

#endif
