/* Stored readings of a MATEnet device back to the bytes they came from (upload/page.h). */
#ifndef COLLECTOR_MATE_PAGE_H
#define COLLECTOR_MATE_PAGE_H

#include "base/error.h"
#include "metrics/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MATE_RAW_MOST = 78 };

/* One kind of page, as the old collector's server knows it. */
struct mate_page {
    const char *type, *driver, *kind; /* "mx-status", "mate_mx", "mx" */
    size_t length;
    const char *extra; /* "chg_w"; NULL: none */
    enum metric extra_metric;
    bool is_day; /* of a device's own log: a finished day, not what is now */
};

extern const struct mate_page mate_pages[]; /* type NULL ends it */
const struct mate_page *mate_page_named(const char *type);

/* ERR_SHORT when the reading lacks a number that the page has. */
int mate_page_make(const struct mate_page *page, const struct reading *r,
                   uint8_t to[MATE_RAW_MOST]) MUST_CHECK;

/* The other way round: what the driver itself would have made of these bytes. */
int mate_page_read(const struct mate_page *page, const uint8_t *bytes,
                   struct reading *to) MUST_CHECK;

#endif
