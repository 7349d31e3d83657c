/* What a verb is, and the call it gets: its options taken apart, and the plan when it wants one. */
#ifndef COLLECTOR_VERB_H
#define COLLECTOR_VERB_H

#include "collector/run/house.h"

#include <stdbool.h>
#include <stdio.h>

struct option_row {
    const char *name;     /* "json"; NULL ends the rows */
    char letter;          /* 'j', or 0 */
    const char *argument; /* "FILE"; NULL: none */
    const char *help;
};

enum { OPTIONS_MAX = 24 };

extern const struct option_row common_options[]; /* those of every verb */

struct call;

struct verb {
    const char *name, *synopsis, *about, *examples;
    const struct option_row *options; /* its own; the common ones come with every verb */
    bool needs_plan;                  /* loads the settings file when there is one */
    void (*prepare)(void);            /* before that; NULL: nothing */
    int (*run)(struct call *call);    /* OK, or an error whose exit code main returns */
};

struct call {
    const struct verb *verb;
    struct plan *plan;
    const char *config; /* the settings file in use, or NULL */
    struct {
        const char *name, *value; /* value "" for options without an argument */
    } given[OPTIONS_MAX];
    size_t given_count;
    char **words;
    int count;
};

bool call_has(const struct call *c, const char *option);
const char *call_text(const struct call *c, const char *option, const char *fallback);
/* false when it is no number from least to most; complains. */
bool call_number(const struct call *c, const char *option, double least, double most, double *to);

/* A device on its own, or a unit behind one: found, its house built, its wire borrowed. */
struct visit {
    struct house house;
    struct device *device;
    struct device unit;
    bool is_asleep; /* it gave no answer, for a reason that is no fault */
};
int visit_begin(struct visit *v, struct call *c, const char *device_text) MUST_CHECK;
void visit_end(struct visit *v);

/* It was asked, and gave no answer: if it sleeps, that is noted and said. */
bool visit_is_asleep(struct visit *v, int rc);

/* Marks, by place in the plan, the devices that the words name, groups by their members; without
 * words all. Each word names somebody: house_for has seen to that. */
void call_mark(struct call *c, bool *marks);

/* The house for the devices named, or for all of the settings; *wanted says which, by device. */
int house_for(struct call *c, struct house *h, bool **wanted) MUST_CHECK;

/* Nothing to do for want of a device, named or in the settings: says so, and what to do. */
int call_has_no_device(const struct call *c);

int bad_call(const struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define VERB(name) extern const struct verb verb_##name;
#include "collector/cli/verbs.def"
#undef VERB
extern const struct verb *const verbs[];

int helio_main(int argc, char **argv);

#endif
