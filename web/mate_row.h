/* One row as the old MATE collector uploads it: JSON taken apart. Pure. */
#ifndef WEB_MATE_ROW_H
#define WEB_MATE_ROW_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MATE_ROW_BYTES = 78, MATE_ROW_TEXT = 120, MATE_DATE = 12 };

/* What may be uploaded. */
struct mate_type {
    const char *name; /* "mx-status" */
    size_t length;
    const char *extra; /* the number beside its bytes, "chg_w"; NULL: none */
    bool has_date;
};
extern const struct mate_type mate_types[]; /* name NULL ends it */

struct mate_row {
    const struct mate_type *type;
    uint8_t bytes[MATE_ROW_BYTES];
    size_t length;
    int64_t at_ms;        /* its ts */
    int tz_s;             /* how far its clock was ahead of UTC */
    char date[MATE_DATE]; /* of a finished day: "2026-05-02" */
    bool has_extra;
    double extra;
};

/* ERR_GARBAGE: no JSON, or no object. ERR_DATA: not such a row. `why` says it in words. */
int mate_row_read(const struct mate_type *type, const char *json, size_t length, int64_t now_ms,
                  struct mate_row *to, char *why, size_t size) MUST_CHECK;

/* The row again, as the old server shows its latest one. */
void mate_row_write(const struct mate_row *row, char *to, size_t size);

#endif
