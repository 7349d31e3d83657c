/* The search of helio scan, for its own files only. */
#ifndef COLLECTOR_SCAN_INSIDE_H
#define COLLECTOR_SCAN_INSIDE_H

#include "collector/verb.h"

struct search {
    struct call *call;
    const char *only_driver;
    unsigned first, last; /* 0: the driver's own */
    unsigned found;
    unsigned ports, asked; /* that are here; of them and of USB units, those worth asking */
    int trouble;           /* the first line that could not be used, and why was told */
};

/* Is this kind looked for on such a line? One that has no adapters of its own only when named. */
bool scan_seeks(const struct search *s, const struct driver *d, const char *scheme);

/* A line that was named: can anything be looked for there at all? Complains if not. */
int scan_check_line(const struct search *s, const char *word) MUST_CHECK;
int scan_bad_driver(const struct search *s);

/* Nothing was found: says why, and what can be done. */
int scan_nobody(const struct search *s);

#endif
