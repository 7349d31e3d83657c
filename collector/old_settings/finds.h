/*
 * What an old program's settings file sets, whatever its handwriting: names, values, lines; and
 * what the owner has to be told about it. A value is never part of a remark: it may be a secret.
 */
#ifndef COLLECTOR_OLD_SETTINGS_FINDS_H
#define COLLECTOR_OLD_SETTINGS_FINDS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { FIND_NAME = 96, FIND_VALUE = 512, FINDS_MAX = 400, REMARKS_MAX = 120, REMARK_TEXT = 320 };

struct find {
    char name[FIND_NAME]; /* "mqtt.port", "charger_conf.float_voltage", "PORTS[0]" */
    char value[FIND_VALUE];
    unsigned line; /* 0: the form has none */
    bool is_nothing;
};

struct remark {
    unsigned line; /* 0: about the whole file */
    char text[REMARK_TEXT];
};

struct finds {
    struct find rows[FINDS_MAX];
    size_t count;
    struct remark remarks[REMARKS_MAX];
    size_t remark_count, remarks_lost;
};

struct finds *finds_new(void);
void finds_free(struct finds *f); /* wiped: passwords were in it */

/* One more; what is too long or too much is told and left out. `value` NULL: None, null. */
void finds_add(struct finds *f, unsigned line, const char *name, const char *value);
void finds_remark(struct finds *f, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The last that was set by this name, or NULL; upper or lower case. */
const struct find *finds_get(const struct finds *f, const char *name);

/* All remarks by line, each "PATH:LINE: text". */
void finds_say(const struct finds *f, const char *path, FILE *to);

/* The three handwritings. Nothing is ever run, faults of form are remarks. ERR_DATA: not such a
 * file at all. `text` ends with NUL. */
typedef int old_reader(struct finds *f, const char *text);
old_reader ini_finds, python_finds, json_finds;

#endif
