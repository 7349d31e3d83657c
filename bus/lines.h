/* The table of lines, and how a wire is written: SCHEME:WHERE[,OPTION=VALUE...][:ADDRESS]. */
#ifndef BUS_LINES_H
#define BUS_LINES_H

#include "bus/bus.h"

#define LINE(name) extern const struct line line_##name;
#include "bus/lines.def"
#undef LINE

extern const struct line *const lines[]; /* NULL ends it */

const struct line *line_find(const char *scheme);

/* "rtu:/dev/ttyUSB0,speed=9600:3", taken apart. */
struct wire {
    const struct line *line;
    char where[WHERE_MAX];
    char options[WHERE_MAX]; /* "speed=9600" */
    int address;             /* -1 when none was given */
};

/* Pure but for one look whether a path exists (paths may hold colons). Says what is wrong. */
int wire_parse(const char *text, struct wire *to, char *why, size_t size) MUST_CHECK;

#endif
