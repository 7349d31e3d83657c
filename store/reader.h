/*
 * Reading the log: a connection of its own, so that reading never waits for writing. Ranges by
 * number (sinks) or by time (charts, export). Rows whose check sum is wrong are passed over and
 * counted. Owned by one thread.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/record.h"

#include "base/error.h"

struct reader;

/* ERR_INPUT when there is no such file yet. */
int reader_open(struct reader **to, const char *path) MUST_CHECK;
void reader_close(struct reader *r);

/* Is another file at `path` by now? A damaged one is set aside while readers have it open. */
bool reader_is_left(const struct reader *r, const char *path);

/* Everything after `seq`, in the order it was stored, up to `last`. */
int reader_after(struct reader *r, int64_t seq, int64_t last) MUST_CHECK;

/* What was said from `from_ms` up to (not with) `to_ms`, in the order of time; device 0: all. */
int reader_between(struct reader *r, int64_t from_ms, int64_t to_ms, int device) MUST_CHECK;

/* Every row of settings, of each device the oldest first. */
int reader_settings(struct reader *r) MUST_CHECK;

/* The last row there is; 0: none. */
int64_t reader_last(struct reader *r);

/* The next row; ERR_ABSENT at the end. Valid until the next call. */
int reader_next(struct reader *r, struct record *to) MUST_CHECK;
void reader_rest(struct reader *r); /* lets go of the file until the next range */

/* What a setting of a device was when it was last heard otherwise; ERR_ABSENT: never. */
int reader_setting(struct reader *r, const struct origin *from, enum metric m,
                   double *value) MUST_CHECK;

/* Finished days from `from` up to (not with) `to`, as 20260502, in their order. */
typedef void day_fn(void *to, const struct origin *from, int date, const struct reading *day);
int reader_days(struct reader *r, int from, int to, day_fn *each, void *who) MUST_CHECK;

/* What happened from `from_ms` up to (not with) `to_ms`, the newest first, `most` of it. */
struct event {
    int64_t seq, at_ms;
    int level; /* enum log_level */
    const char *who, *text;
};
typedef void event_fn(void *to, const struct event *e);
int reader_events(struct reader *r, int64_t from_ms, int64_t to_ms, unsigned most, event_fn *each,
                  void *to) MUST_CHECK;

/* What happened after event number `seq`, the oldest first; and the number of the last so far. */
int reader_events_after(struct reader *r, int64_t seq, unsigned most, event_fn *each,
                        void *to) MUST_CHECK;
int64_t reader_last_event(struct reader *r);

uint64_t reader_damaged(const struct reader *r); /* rows passed over so far */

/* The device of this name, or NULL; all of them by number from 0. */
const struct origin *reader_origin(struct reader *r, const char *name);
const struct origin *reader_origin_by(struct reader *r, int id);
const struct origin *reader_origin_at(struct reader *r, size_t index);

/* The first and last time there is; false when there is nothing. */
bool reader_span(struct reader *r, int64_t *first_ms, int64_t *last_ms);

#endif
