/* The inside of the store, for the files of this room only. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "base/complaint.h"
#include "store/sql.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    STORE_SHAPES = 512,
    STORE_ORIGINS = 1024,
    STORE_CURSORS = 16,
    STORE_METERS = 8192,
    STORE_RESENDS = 8,
    NUMBERS_MAX = READING_MAX * 26 + 4, /* the longest shortest double has 24 signs */
    NOTES_WAITING = 64,
    ROOM_MOST = 1024 * 1024 /* the waiting room: an hour and more of six units */
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
    struct shape shape;
    uint16_t key[READING_MAX]; /* the metrics, in order */
    bool is_stored;
};

struct known_origin {
    struct origin origin; /* first: it leads back here */
    bool is_stored;

    /* Rollups of the present day so far (close.c). */
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
    bool is_dirty;
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
    FIND_SAME_DAY,
    NEWEST_DAY,
    STATEMENTS
};

struct store {
    pthread_mutex_t lock;
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
    bool is_waked, is_loaded, is_suspect;
    unsigned generation;
    struct complaint trouble;
    struct care care;

    char *room; /* the waiting room: struct waiting, one behind the other */
    size_t room_size, room_used, room_rows;
    struct waiting_note notes[NOTES_WAITING];
    size_t note_count;

    struct known_shape *shapes[STORE_SHAPES];
    size_t shape_count;
    struct known_origin *origins[STORE_ORIGINS];
    size_t origin_count;
    struct known_cursor cursors[STORE_CURSORS];
    size_t cursor_count;
    struct known_meter *meters;
    size_t meter_count, meter_room;

    struct resend resends[STORE_RESENDS]; /* sinks beside them by the same place */
    char resend_sinks[STORE_RESENDS][ORIGIN_NAME];
    size_t resend_count;
    int64_t resend_put_us;

    struct store_counts counts;
    int64_t thinned_ms; /* thinning has come so far */
};

/* The file itself: opened with its tables made; ERR_DATA when it is damaged. */
int file_open(struct store *s) MUST_CHECK;
void file_close(struct store *s);
int file_prepare(struct store *s) MUST_CHECK; /* its statements */
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
bool close_one(struct store *s, int64_t now_ms); /* a day of a device, if one is over */
bool part_one(struct store *s, int64_t now_ms);  /* what there is of the present one */
int part_drop(struct store *s, int device) MUST_CHECK;
int64_t store_number(struct store *s, const char *format, int64_t a, int64_t b); /* -1: none */
struct known_shape *shape_for(struct store *s, const struct reading *r);
void room_drop_oldest(struct store *s);
int day_put(struct store *s, const struct waiting *w) MUST_CHECK; /* a RECORD_DAY, beside its row */
int commit_locked(struct store *s);
int rows_write(struct store *s) MUST_CHECK; /* all that waits, in one transaction */
void note_locked(struct store *s, const struct waiting_note *n);
int64_t kept_seq(const struct store *s); /* every kept cursor has passed this */

/* Which start of the machine this is: times without a clock count from it. */
enum { BOOT_TEXT = 48 };
const char *boot_id(char to[BOOT_TEXT]);

/* [37,100,25.95] */
void numbers_write(const struct reading *r, char *to, size_t size);

/* CRC-32 of a row, as it stands in the column `sum`. */
int64_t row_sum(int64_t seq, int64_t at_ms, int device, int kind, int shape, const char *numbers);

uint32_t bytes_sum(const void *bytes, size_t length);

/* ["pv_voltage","pv_power"] into a shape; false when it makes no sense. */
bool shape_read(const char *names, struct shape *to);
void shape_done(struct shape *shape);

#endif
