/*
 * Settings: rows say what may be set, a file (or the command line) says what is set.
 *
 * A part of the program declares its words once, as setting rows; parsing, defaults, checks,
 * help and the example file follow from the rows. Every complaint names the file, the line, the
 * section and the key, and is made before anything is opened.
 */
#ifndef BASE_SECTION_H
#define BASE_SECTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum setting_type { TEXT, NUMBER, YESNO, CHOICE };

struct setting {
    const char *key; /* NULL ends the rows */
    enum setting_type type;
    const char *fallback; /* NULL: must be given */
    double least, most;   /* numbers only */
    const char *choices;  /* CHOICE only: "none even odd" */
    const char *help;
};
// clang-format off
#define SETTINGS_END { .key = NULL }
// clang-format on

enum { TABLES_MAX = 4 };

struct entry {
    char *key, *value;
    unsigned line;
    bool is_quoted; /* in the file: the value is exactly what stands between the quotes */
};

/* One part of the file: "[bus west]" and the lines under it. */
struct section {
    struct settings *file; /* borrowed; NULL in a section made of words */
    char *kind, *name;     /* "bus", "west"; name is "" when there is none */
    unsigned line;
    struct entry *entries;
    size_t count;
    unsigned faults;                          /* complaints, when there is no file to count them */
    const struct setting *tables[TABLES_MAX]; /* the rows it may use, once section_check ran */
};

struct settings {
    char *path;
    struct section *sections;
    size_t count;
    unsigned faults; /* complaints so far */
};

/* Reads the whole file and complains about its form. ERR_INPUT when it cannot be opened,
 * ERR_CONFIG when a complaint was made; *to is set even then, so that more can be found. */
int settings_read(const char *path, struct settings **to) MUST_CHECK;
void settings_free(struct settings *s);

/* The same from text in memory, for tests and fuzzing; `path` only names it. */
int settings_parse(const char *text, const char *path, struct settings **to) MUST_CHECK;

/* A section made on the command line: "speed=9600,parity=even". */
int section_from_words(const char *kind, const char *name, const char *words,
                       struct section *to) MUST_CHECK;
void section_done(struct section *s);

/* Adds more words to a section; with `only_missing`, those whose keys it does not have yet. */
int section_join(struct section *s, const char *words, bool only_missing) MUST_CHECK;

/* May these keys stand here, and with these values? Rows are searched in all `tables`. */
int section_check(struct section *s, const struct setting *const *tables, size_t count) MUST_CHECK;

/* The same while it is not known which further table holds, since the word that chooses it is wrong
 * or missing: keys of `maybe` (NULL ends it) are let pass with any value. */
int section_check_partly(struct section *s, const struct setting *const *tables, size_t count,
                         const struct setting *const *maybe) MUST_CHECK;

/* One more complaint about this section; key may be NULL. Counts as a fault of the file. */
void section_fault(struct section *s, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The section that `key` names is not in use: there is none of that name, or its own fault was told
 * already and is not repeated here. */
void section_refuse_name(struct section *s, const char *key, const char *kind, const char *name);

/* One complaint about a line of the file; `where` is the section and key, or "". */
void settings_fault(struct settings *s, unsigned line, const char *where, const char *what);

/* The line that sets a key, or NULL. */
const struct entry *section_entry(const struct section *s, const char *key);

/* The value given, or the row's own. After section_check these cannot fail. */
const char *section_text(const struct section *s, const char *key);
double section_number(const struct section *s, const char *key);
bool section_yes(const struct section *s, const char *key);
bool section_has(const struct section *s, const char *key);  /* given, not just by default */
bool section_says(const struct section *s, const char *key); /* it is not empty */

/* Complains about values with characters that cannot be printed: what goes out to others holds
 * none. */
void section_check_printable(struct section *s);

/* Two sections that say the same, in whatever order. */
bool section_is_same(const struct section *a, const struct section *b);

/* The nearest of the words to a mistyped one, or NULL when nothing is near. */
struct nearest {
    const char *word, *best;
    unsigned distance;
};
void nearest_try(struct nearest *n, const char *candidate);

#endif
