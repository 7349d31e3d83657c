/*
 * What the old collector's server is sent: the bytes of one answer of a device, as they came over
 * its wire. Drivers know how such bytes are made, and sinks never see drivers: so who builds the
 * house hands over the maker before any sink begins.
 */
#ifndef UPLOAD_PAGE_H
#define UPLOAD_PAGE_H

#include "base/error.h"
#include "metrics/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_BYTES = 78 };

struct page {
    const char *type; /* "mx-status": also its path */
    uint8_t bytes[PAGE_BYTES];
    size_t length;
    char date[12];     /* of a finished day, "2026-05-02"; "" for what is now */
    const char *extra; /* one more number beside the bytes, "chg_w"; NULL: none */
    double extra_value;
};

/* `is_day`: a finished day as the device kept it. ERR_ABSENT: no page is made of such devices.
 * ERR_SHORT: the reading lacks what the page needs; nothing is made up. */
typedef int page_fn(const char *driver, bool is_day, const struct reading *r, struct page *to);

void upload_made_by(page_fn *maker);

#endif
