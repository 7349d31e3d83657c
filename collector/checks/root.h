/*
 * What the kernel and the system tell in files: /sys, /proc, /etc, /dev. All of it is read below
 * one root, which is "/" unless HELIO_TEST_ROOT names a made-up tree.
 */
#ifndef COLLECTOR_CHECKS_ROOT_H
#define COLLECTOR_CHECKS_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum { ROOT_PATH = 600, ROOT_NAME = 256 };

/* The path below the root; returns `to`. */
const char *root_path(const char *path, char to[ROOT_PATH]);
bool root_is_real(void); /* no made-up tree */

/* The whole small file, NULs as blanks, blanks at the end cut. false: there is none. */
bool root_read(const char *path, char *to, size_t size);

/* Where its links lead, as a path seen from the root. */
bool root_real(const char *path, char to[ROOT_PATH]);

/* The last name of a link's target: /sys/.../driver -> "cdc_acm". */
bool root_link_name(const char *path, char *to, size_t size);
bool root_has(const char *path);
int root_stat(const char *path, struct stat *to);

/* The names in a folder, sorted, each ended by NUL and the last by another; free() it. NULL: none.
 */
char *root_list(const char *folder);
#define FOR_NAMES(name, list)                                                                      \
    for (const char *name = (list); name && *name; name += strlen(name) + 1)

/* Walks the lines of a file: false from `see` ends it. Comments and empty lines are passed over. */
typedef bool root_line_fn(void *who, char *line);
void root_lines(const char *path, root_line_fn *see, void *who);

#endif
