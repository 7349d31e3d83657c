/*
 * A daily log of each Axpert, line by line as an older logger wrote it: a new file at the site's
 * midnight, appended to after a restart, a write for every line. Owned by the sink's thread.
 */
#ifndef FILES_DAILY_H
#define FILES_DAILY_H

#include "store/sink.h"

enum { DAILY_PATH = 420 };

struct daily;

/* `device`: only this one; "": all there are. A lone device is in Axpert<date>.log; as soon as
 * there is a second, each is in Axpert-<device>-<date>.log. */
struct daily *daily_new(const char *folder, const char *device, unsigned most);
void daily_free(struct daily *d);

enum added daily_add(struct daily *d, const struct record *r);
void daily_forget(struct daily *d);

/* Writes what was added. A line whose time the file has reached already is there from before a
 * restart. Returns 0, or errno with the path that refused. */
int daily_send(struct daily *d, char *path, size_t size);

#endif
