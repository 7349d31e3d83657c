/*
 * The store: one durable log of readings, from which history and every sink are served. "Store
 * first, deliver after": nothing is delivered that is not kept, and nothing kept is lost when a
 * far side is away.
 *
 * One process owns a store (a lock beside the file says who), and in it one struct store, whose
 * lock is inside. Rows wait in memory until they are committed, so a disk that is full or will
 * not be written to costs nothing until the waiting room is full too; then the oldest go, and are
 * counted. Readers have connections of their own (store/reader.h).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/section.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const struct setting store_settings[];

struct store;

/* $STATE_DIRECTORY, /var/lib/helio, or the user's own: where helio.db is unless `path` says. */
const char *store_default_path(char *to, size_t size);

/* Takes the lock, opens or makes the file, carries over what can be read of a damaged one. A disk
 * that refuses is no failure: rows wait in memory. ERR_BUSY: another process owns it (`holder`
 * gets its words). `section` may be NULL: all defaults. */
int store_open(struct store **to, const char *path, const struct section *section, char *holder,
               size_t size) MUST_CHECK;
void store_close(struct store *s); /* commits first */
/* Carrying a damaged file over takes long, and at the start everybody waits for it: it is given up
 * when this says so, and the next start goes on with it. NULL: never. */
void store_end_when(bool (*asked)(void));
/* From now on a damaged file is carried over beside the work, and rows wait in memory meanwhile. */
void store_care_beside(struct store *s);

/* What this section says holds from now on; but the path, which is where it is. */
void store_follow(struct store *s, const struct section *section);
const char *store_path(const struct store *s);

/* Makes this origin known, or changes what is known of it, and gives it its id. Its name is the
 * key. The pointer given back lives as long as the store. */
const struct origin *store_origin(struct store *s, const struct origin *o);
const struct origin *store_origin_named(struct store *s, const char *name);

/* The newest one of that driver and serial number which is not another (asked with the lock held).
 */
typedef bool origin_fn(void *who, const struct origin *o);
const struct origin *store_origin_of_serial(struct store *s, const char *driver, const char *serial,
                                            origin_fn *is_other, void *who);

/* One row; it is durable after the next commit. Returns its place in the log, or an error. */
int64_t store_append(struct store *s, const struct origin *from, enum record_kind kind,
                     int64_t at_ms, const struct reading *r);

/* Has this device said all these words at that time already? Their values are not looked at. */
bool store_has(struct store *s, const struct origin *from, int64_t at_ms, const struct reading *r);

/* A finished day, as the device itself kept it: one row a device and date, kept for ever; in the
 * log it stands with that day's noon. 0: it is known already. */
int64_t store_append_day(struct store *s, const struct origin *from, int date,
                         const struct reading *r);
bool store_has_day(struct store *s, const struct origin *from, int date);
int store_newest_day(struct store *s, const struct origin *from, int upto); /* its date, or 0 */
/* Is that date's row this one, number by number? */
bool store_is_day(struct store *s, const struct origin *from, int date, const struct reading *r);

/* Commits when something waits and `commit_s` is over; store_commit does at once. OK when nothing
 * is left waiting. */
int store_commit_due(struct store *s);
int store_commit(struct store *s);

/* Small steps of tidying: rollups of closed days, thinning, pruning. True: there is more to do. */
bool store_tidy(struct store *s, int64_t now_ms);

/* Rows came into days that are over (an import): their rollups went with the same commit, and come
 * again by tidying, or at once by this. A step; true: there may be more. */
bool store_close_reopened(struct store *s);

/* The last row that readers can see. Waits until it is beyond `seq`, until clock_us() has reached
 * `until_us`, or until `is_called_off` (NULL: never) is set and store_wake called. */
int64_t store_visible(struct store *s);
int64_t store_wait_beyond(struct store *s, int64_t seq, int64_t until_us,
                          const _Atomic bool *is_called_off);
void store_wake(struct store *s);

/* Is the disk in trouble, so that rows wait in memory? */
bool store_is_stuck(struct store *s);

/* A waiting row beyond `seq`, for sinks while the disk is in trouble; copied into `numbers`. */
bool store_waiting_row(struct store *s, int64_t seq, struct record *to, char *numbers, size_t size);

/* ---- cursors ----------------------------------------------------------------------------- */

/* A sink's position; a sink never seen begins at the end (or at the beginning). */
int64_t store_cursor(struct store *s, const char *sink, bool from_start);
void store_cursor_move(struct store *s, const char *sink, int64_t seq); /* with the next commit */
/* That commit now, for a far side that keeps doubles; not where `commit_s` spares the disk. */
void store_cursor_keep(struct store *s);
/* Only cursors asked for since the start hold rows back from pruning; this one no longer. */
void store_cursor_forget(struct store *s, const char *sink);
uint64_t store_cursor_lost(struct store *s, const char *sink);

/* A row refused for good. */
void store_set_aside(struct store *s, const char *sink, int64_t seq, const char *why);

/* A reader met a damaged page: with the next commit the owner looks at the file, sets it aside if
 * that is true, and carries over the rest. */
void store_suspect(struct store *s);
/* Grows whenever the file is another one, or says something else of a device: readers open anew. */
unsigned store_generation(struct store *s);

/* ---- history that is to be sent once more -------------------------------------------------- */

struct resend {
    int64_t id, seq, last; /* from behind `seq` up to `last` */
    int64_t from_ms, to_ms;
};
/* Returns how many rows that will be (0: nothing there), or an error. Durable at once. */
int64_t store_resend_add(struct store *s, const char *sink, int64_t from_ms, int64_t to_ms);
bool store_resend_next(struct store *s, const char *sink, struct resend *to);
void store_resend_move(struct store *s, const struct resend *r); /* done when seq is last */

/* ---- what is worth remembering ------------------------------------------------------------ */

void store_event(struct store *s, int level, const char *who, const char *text);
void store_meter_put(struct store *s, const struct origin *from, enum metric m, double value,
                     double carry);
bool store_meter_get(struct store *s, const struct origin *from, enum metric m, double *value,
                     double *carry);
/* When a row last said it, by the wall clock; 0: not known. */
int64_t store_meter_heard(struct store *s, const struct origin *from, enum metric m);

/* A text kept under a name, for whoever must know it after a start ("" when there is none). Durable
 * at once. The text read is the caller's to free; NULL: no memory, or it cannot be read. */
int store_keep_text(struct store *s, const char *key, const char *text) MUST_CHECK;
char *store_kept_text(struct store *s, const char *key);

/* Every settings row of a device, oldest first; at the start. */
void store_each_setting(struct store *s, const struct origin *from,
                        void (*each)(void *to, const struct record *r), void *to);

/* ---- a clock that was not right -------------------------------------------------------------- */

/* Stamps the rows of this boot that were kept without a time: adds `offset_ms`. Returns how many.
 */
int64_t store_stamp(struct store *s, int64_t offset_ms);
bool store_has_untimed(struct store *s);

/* ---- figures --------------------------------------------------------------------------------- */

struct store_counts {
    uint64_t appended, committed, commits;
    uint64_t lost_waiting; /* the disk refused for longer than memory could hold */
    uint64_t lost_cap;     /* pruned before a sink had them */
    uint64_t pruned, thinned, damaged;
    uint64_t waiting; /* rows in memory now */
    int64_t bytes;    /* of the file */
};
void store_count(struct store *s, struct store_counts *to);

#endif
