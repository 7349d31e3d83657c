/*
 * Changing points of a database so that a kill at any moment loses nothing: what will be done is
 * in a journal, on the disk, before it is done.
 */
#ifndef INFLUX_POINT_CHANGE_H
#define INFLUX_POINT_CHANGE_H

#include "influx/mend.h"

#include <stdbool.h>

int change_folder(const struct mend *m) MUST_CHECK; /* makes it when it is not there */

/* Lines with nanoseconds. */
int change_write(struct mend *m, const char *lines) MUST_CHECK;

/* Can a point with this condition be deleted without touching another one? */
bool change_is_possible(const struct mend *m, const char *where);

/* Entries of three lines, and "." at the end: into the journal, then done. Returns how many
 * points, or an error. */
int change_group(struct mend *m, const char *entries, size_t length) MUST_CHECK;

#endif
