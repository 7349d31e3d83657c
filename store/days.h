/*
 * Days of the site, in its own time: some have 23 hours, some 25. A day is a number one can read,
 * 20260502. The zone is the process's (TZ), set once at the start.
 */
#ifndef STORE_DAYS_H
#define STORE_DAYS_H

#include <stdbool.h>
#include <stdint.h>

int day_of(int64_t at_ms);
int64_t day_start(int day); /* its first millisecond, UTC */
int64_t day_noon(int day);
int day_next(int day);
int day_before(int day);

/* "2026-05-02", "2026-05-02T10:00", "2026-05-02 10:00:30", with Z or +02:00 or in site time;
 * "20260502" and up to six digits more; seconds or milliseconds since 1970; "now", "today",
 * "yesterday", "-2h", "-7d". */
bool when_read(const char *text, int64_t now_ms, int64_t *to_ms);

/* 8, 10, 12 or 14 digits of site time, as an older program had them: 2026050210 is ten o'clock. */
bool when_digits(const char *text, int64_t *to_ms);

/* "2026-10-25 03:10:00.250000" in site time, nothing else; what is finer than a millisecond is cut
 * off. An hour that comes twice in autumn is meant the first time, unless that is more than five
 * minutes before `last_ms`, the moment read before this one. */
bool when_site(const char *text, int64_t last_ms, int64_t *to_ms);

/* The other way round: "2026-10-25 03:10:00.250000"; its first ten signs are the day. */
enum { SITE_TEXT = 40 };
const char *site_text(int64_t at_ms, char to[SITE_TEXT]);

/* The zone these days are of, "Europe/Sofia"; "" when the machine does not say its name. */
enum { ZONE_NAME = 64 };
const char *zone_name(char to[ZONE_NAME]);
int zone_offset_s(int64_t at_ms); /* east of Greenwich */

/* The machine's zone, where none is set: as it is now, for the whole process. */
void zone_hold(void);

/* Grows whenever another zone is set. */
unsigned zone_turn(void);

/* A zone the machine knows ("Europe/Sofia"); it holds for the whole process. */
bool zone_set(const char *name);

/* As it was before a plan was read that is not followed: getenv("TZ") of then; NULL: it was unset.
 */
void zone_put_back(const char *was);

#endif
