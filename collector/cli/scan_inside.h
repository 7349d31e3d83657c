/* The search of helio scan, for its own files only. */
#ifndef COLLECTOR_SCAN_INSIDE_H
#define COLLECTOR_SCAN_INSIDE_H

#include "collector/cli/verb.h"

struct scan_member {
    char name[96];
    const struct driver *driver;
};

struct search {
    struct call *call;
    const char *only_driver;
    unsigned first, last; /* 0: the driver's own */
    unsigned found;
    unsigned ports, asked; /* that are here; of them and of USB units, those worth asking */
    struct scan_member members[MEMBERS_MAX];
    size_t member_count;
    bool has_parts,
        has_more; /* units of several kinds behind one device; more than there is room */
    int trouble;  /* the first line that could not be used, and why was told */
};

/* Is this kind looked for on such a line? One that has no adapters of its own only when named. */
bool scan_seeks(const struct search *s, const struct driver *d, const char *scheme);

/* A line that was named: can anything be looked for there at all? Complains if not. */
int scan_check_line(const struct search *s, const char *word) MUST_CHECK;
int scan_bad_driver(const struct search *s);

/* Somebody who was found, or a unit behind him ("" is he himself). */
void scan_note(struct search *s, const char *name, const char *unit, const struct driver *driver);

/* The units behind a device, as comments; false: there are none with a kind of their own. `text` is
 * how it was asked, `name` what the settings call it. */
bool scan_units_behind(struct search *s, const char *text, const char *name);
void scan_print_group(const struct search *s);

/* Nothing was found: says why, and what can be done. */
int scan_nobody(const struct search *s);

#endif
