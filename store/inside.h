/* The inside of the store, for the files of this room only. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "base/complaint.h"
#include "base/lock.h"
#include "store/lookup.h"
#include "store/reader.h"
#include "store/sql.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    STORE_RESENDS = 8,
    SPENT = 256,
    NUMBERS_MAX = READING_MAX * 26 + 4, /* the longest shortest double has 24 signs */
    NOTES_MOST = 8192,                  /* waiting for a disk that is stuck: 2 MB of them */
    ROOM_MOST = 1024 * 1024             /* the waiting room: an hour and more of six units */
};

/* A row that is not committed yet. The numbers stand behind it. */
struct waiting {
    int64_t seq, at_ms;
    const struct origin *from;
    const struct shape *shape;
    uint32_t kind, size; /* of all of it */
    char numbers[];
};

struct known_shape {
    struct shape shape;        /* first: it leads back here */
    uint16_t key[READING_MAX]; /* its metrics, sorted */
    uint64_t sieve;            /* a bit for each of them, which others may share: a quick no */
    bool is_plain;             /* today's catalogue knows them all: new rows may be written so */
    bool is_stored;            /* as it is now */
    bool is_gone;              /* no row had it any more: the file has forgotten it */
    bool is_used;              /* some row has it (sweep.c) */
};

/* What nulls have cost that stand for a set, until it is worth its own. */
struct spent {
    uint32_t hash, bytes;
};

struct known_origin {
    struct origin origin; /* first: it leads back here */
    bool is_stored;
    bool is_double;                           /* of one that was known before the file came */
    struct known_shape *widest[RECORD_KINDS]; /* the widest set it had of late; NULL: none yet */

    /* Its days (close.c): the last closed one and where the next begins, the first reading known of
     * since then, when the day of that can be closed. */
    int rolled;
    int64_t closed_ms, open_ms, due_ms;
    bool is_looked; /* the log was looked through for it (look.c) */
    int reopened;   /* the closed day that got a row of this commit; 0: none */

    /* Rollups of the present day so far. */
    int part_day;
    unsigned part_slots;
    bool has_part, is_late; /* may there be some? did a reading come that belongs into them? */
    int64_t part_ms;        /* readings of before that are late */
};

struct known_cursor {
    char sink[ORIGIN_NAME];
    int64_t seq;
    uint64_t lost;
    bool is_kept; /* holds rows back from pruning */
    bool is_dirty;
};

struct known_meter {
    int device;
    enum metric metric;
    double value, carry;
    int64_t at_ms;  /* when a row last said it; 0: not known */
    bool is_dirty;  /* to be written with the next commit */
    bool is_behind; /* the file has an older value, but the newest row says this one (meters.c) */
    bool is_stored; /* with this carry */
};

/* An event or a row set aside, waiting for the next commit. */
struct waiting_note {
    bool is_aside;
    int level;
    int64_t at_ms, seq;
    char who[ORIGIN_NAME], text[240];
};

/* Looking after a file that may be damaged (care.c). */
struct care {
    pthread_t thread;
    bool is_beside; /* in a thread of its own: whoever commits does not wait for it */
    bool is_begun, is_running, is_ours;
    bool is_away; /* nobody writes to the file now: rows wait in memory */
    atomic_bool is_stopping;
    unsigned doubts;           /* how often in a row we met damage where there was none */
    int64_t next_us, pause_us; /* it could not be carried over: not again before this */
    int64_t heed_us;           /* a mark was wrong: none is heeded before this */
    struct complaint trouble;
};

enum statement {
    PUT_READING,
    PUT_SHAPE,
    PUT_DEVICE,
    PUT_CURSOR,
    PUT_METER,
    PUT_EVENT,
    PUT_ASIDE,
    FIND_MOMENT,
    PUT_DAY,
    FIND_DAY,
    FIND_DAY_FIELDS,
    NEWEST_DAY,
    PUT_ROLLUP,
    DROP_ROLLUPS,
    DROP_PARTS,
    FIND_PART,
    SET_ROLLED,
    PUT_REOPENED,
    DROP_REOPENED,
    NEXT_REOPENED,
    LOOK,
    KIND_OF,
    OLDEST,
    DROP_READING,
    STATEMENTS
};

/* The metrics a device (?1) has rollups of, each found by one look into the index. */
#define METRICS_OF                                                                                 \
    "WITH RECURSIVE m (metric) AS (SELECT min(metric) FROM rollup WHERE device = ?1 UNION ALL "    \
    "SELECT (SELECT min(metric) FROM rollup WHERE device = ?1 AND metric > m.metric) FROM m "      \
    "WHERE "                                                                                       \
    "m.metric IS NOT NULL) "

struct store {
    struct lock lock;
    pthread_cond_t news; /* the bell of the sinks */
    char path[400];
    int lock_fd;
    sqlite3 *db; /* NULL while the file cannot be opened */
    sqlite3_stmt *statements[STATEMENTS];

    double commit_s;
    int keep_days, keep_fine_h, thin_s;
    int64_t cap_bytes;
    int64_t curves_gone; /* the last day whose rollups the cap took; 0: none yet */

    int64_t next_seq, visible_seq, oldest_seq;
    int64_t since_us;    /* the oldest waiting row came then; 0: none */
    int64_t retry_us;    /* the disk refused: not before this */
    int64_t untimed_seq; /* the first row of this boot without a time; 0: none */
    bool is_loaded, is_suspect;
    unsigned generation;
    struct complaint trouble;
    struct care care;

    char *room; /* the waiting room: struct waiting, one behind the other */
    size_t room_size, room_used, room_rows;
    struct waiting_note *notes;
    size_t note_count, note_room, notes_lost; /* lost since the last commit */

    struct known_shape **shapes; /* each lives as long as the store: rows are handed out with it */
    size_t shape_count, shape_room;
    struct lookup shapes_by_set, shapes_by_id;
    int last_shape_id;
    struct spent spent[SPENT];
    struct {
        int64_t at_ms; /* rows before that are looked through */
        size_t wanted; /* so many devices are asked about */
    } look;
    struct {
        int day;
        int64_t start, end;
    } today;
    unsigned zone_turn;
    bool has_reopened; /* closed days got rows; the last of them then: */
    int64_t reopened_us;
    int64_t close_again_ms; /* it failed: not before this */
    struct reader *reader;  /* of the tidying; NULL: there is nothing to do */
    unsigned reader_generation;
    struct {
        bool is_due;     /* rows went since the last one began */
        bool is_running; /* rows up to `seq` are looked through */
        int64_t seq;
        size_t left; /* so many were used the last time */
    } sweep;
    struct known_origin **origins;
    size_t origin_count, origin_room;
    struct lookup origins_by_name, origins_by_id;
    int last_origin_id;
    struct known_cursor *cursors;
    size_t cursor_count, cursor_room;
    struct known_meter *meters;
    size_t meter_count, meter_room;
    struct lookup meters_by_key;
    int64_t metered_seq; /* up to this row the file has the values of all meters; 0: unknown */

    struct resend resends[STORE_RESENDS]; /* sinks beside them by the same place */
    char resend_sinks[STORE_RESENDS][ORIGIN_NAME];
    size_t resend_count;
    int64_t resend_put_us;

    struct store_counts counts;
    int64_t thinned_ms; /* thinning has come so far */
    int64_t thin_seq;   /* there was nothing to thin when the next number was this one */
    int64_t pruned_ms;  /* rows of before that were looked through: those that stay may stay */
};

/* The file itself: opened with its tables made; ERR_DATA when it is damaged. */
int file_open(struct store *s) MUST_CHECK;
void file_close(struct store *s);
int statements_prepare(struct store *s) MUST_CHECK;
int file_load(struct store *s) MUST_CHECK; /* shapes, devices, cursors, meters, the next number */

/* Is what must stand in the file's header not there? Does it know of fewer pages than there are?
 * Then the next that is written would go over one of ours. */
bool header_is_wrong(const char *path);
bool header_hides_pages(const char *path);

/* A mark beside the file: a reader met damage, so the next owner looks after it. */
void suspect_mark(const char *path);
bool suspect_take(const char *path); /* was it there? It is gone now */

/* Called with the lock held, which they let go of while they look. Opening: goes on with a salvage
 * that was interrupted. Looking: is the file damaged, as a reader says, or as we found ourselves?
 * Then it is carried over. OK: the file is open. */
int care_open(struct store *s) MUST_CHECK;
int care_look(struct store *s, bool is_ours);
/* Without it: commits what waits; where a salvage is under way, into the new file. */
int care_close(struct store *s) MUST_CHECK;

/* Called with the lock held. */
bool close_some(struct store *s, int64_t now_ms);  /* a day of some devices, if one is over */
bool close_again(struct store *s, int64_t now_ms); /* one that got rows since */
bool part_some(struct store *s, int64_t now_ms);   /* what there is of the present one */
bool look_some(struct store *s, int64_t now_ms);   /* a step; true: there is more to look through */
bool prune_old(struct store *s, int64_t now_ms);
bool prune_cap(struct store *s, int64_t now_ms);
void origin_unlook(struct store *s, struct known_origin *k); /* it is to be looked for */
void origin_closed(struct known_origin *k, int rolled);      /* its days up to this one are */
void origin_open(struct known_origin *k, int64_t at_ms);     /* it has a reading there */
int origin_row(struct store *s, struct known_origin *k, int64_t at_ms) MUST_CHECK; /* it gets one */
void origins_forget_reopened(struct store *s); /* a commit begins */
struct known_origin *origin_numbered(const struct store *s, int id);
int part_drop(struct store *s, int device) MUST_CHECK;
int64_t store_number(struct store *s, const char *format, int64_t a, int64_t b); /* -1: none */
void room_drop_oldest(struct store *s);
int day_put(struct store *s, const struct waiting *w) MUST_CHECK; /* a RECORD_DAY, beside its row */
int commit_locked(struct store *s);
int rows_write(struct store *s) MUST_CHECK; /* all that waits, in one transaction */
void note_locked(struct store *s, const struct waiting_note *n);
/* Of `all` readings lost to a sink, `now` by this turn: is it worth an event? The first are, and
 * every 5000. */
bool tidy_tells_lost(uint64_t all, uint64_t now);
int64_t kept_seq(const struct store *s); /* every kept cursor has passed this */

/* Which start of the machine this is: times without a clock count from it. */
enum { BOOT_TEXT = 48 };
const char *boot_id(char to[BOOT_TEXT]);

/* ---- sets of metrics (shapes.c): called with the lock held -------------------------------- */

/* The one a reading is to be written with; it may be wider. NULL: no memory. */
struct known_shape *shape_for(struct store *s, struct known_origin *from, enum record_kind kind,
                              const struct reading *r);
/* Takes over one that has its number and names; false: no memory, and it is still the caller's. */
bool shape_add(struct store *s, struct known_shape *k);
bool shape_renumber(struct store *s, struct known_shape *k, int id);
struct known_shape *shape_numbered(const struct store *s, int id);
bool shapes_sweep(struct store *s); /* a step of forgetting those that no row has (sweep.c) */

/* Takes over one that has its number and name, likewise. */
bool origin_add(struct store *s, struct known_origin *k);
bool origin_renumber(struct store *s, size_t place, int id);
struct known_cursor *cursor_add(struct store *s, const char *sink); /* NULL: no memory */
void meter_heard(struct store *s, int device, enum metric m, int64_t at_ms);
void meter_set(struct store *s, int device, enum metric m, double value, double carry,
               bool is_stored);
void meters_said(struct store *s, int device, int64_t at_ms, const struct reading *r);
int meters_put(struct store *s) MUST_CHECK; /* in the commit */
void meters_committed(struct store *s);
bool meters_fall_behind(struct store *s);        /* is a value in rows only? It is put next time */
int meters_catch_up(struct store *s) MUST_CHECK; /* at the start: from rows */

/* [37,null,25.95]: a number for each name of the shape, or null. */
void numbers_write(const struct shape *shape, const struct reading *r, char *to, size_t size);

/* Has the row a number for all that this reading says? */
bool row_says(const struct shape *shape, const char *numbers, const struct reading *r);

/* CRC-32 of a row, as it stands in the column `sum`. */
int64_t row_sum(int64_t seq, int64_t at_ms, int device, int kind, int shape, const char *numbers);

uint32_t bytes_sum(const void *bytes, size_t length);

/* ["pv_voltage","pv_power"] into a shape; false when it makes no sense. */
bool shape_read(const char *names, struct shape *to);
void shape_done(struct shape *shape);

#endif
