/*
 * What `helio check` says, as text or as one JSON object: facts (this wire opens), and findings.
 * A finding has three parts, because one without the others helps nobody: what is seen, what it
 * means, and the command that mends it.
 */
#ifndef COLLECTOR_CHECKS_REPORT_H
#define COLLECTOR_CHECKS_REPORT_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

enum gravity {
    WARNING, /* it works today */
    TROUBLE  /* it does not; the check ends with its error */
};

struct finding {
    enum gravity gravity;
    int rc;
    struct text about, seen, means, mend; /* written with text_format */
    char about_room[160], seen_room[900], means_room[500], mend_room[900];
};

struct report {
    FILE *to;
    bool is_json, has_items;
    int worst; /* the first error that came */
    unsigned warnings, troubles;
};

void report_begin(struct report *r, FILE *to, bool is_json);

/* One line of how things are: "bus", "west", "rtu:/dev/ttyUSB0  opens". rc: an error it means. */
void report_fact(struct report *r, int rc, const char *word, const char *name, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* An empty one to be filled. `rc` is OK for a warning. */
void finding_begin(struct finding *f, enum gravity gravity, int rc, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void report_add(struct report *r, const struct finding *f);

int report_end(struct report *r); /* the first error, or OK */

#endif
