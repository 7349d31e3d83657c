/* The lists of `helio list`: rows of cells, printed in four handwritings; some have one more. */
#ifndef COLLECTOR_LISTING_H
#define COLLECTOR_LISTING_H

#include "collector/cli/verb.h"

enum listing_form { AS_TEXT, AS_MARKDOWN, AS_JSON, AS_INI, AS_MAN, AS_BASH };

struct listing {
    const char *name; /* NULL ends the table */
    int (*print)(struct call *c, enum listing_form form);
};
extern const struct listing listings[];

bool listing_form_read(const char *text, enum listing_form *to);

/* Not every list can be written in every hand. */
bool listing_has(const char *name, enum listing_form form);

#endif
