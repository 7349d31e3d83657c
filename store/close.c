/*
 * Rollups: a day that is over gets its own, once. The present day gets what there is of it every
 * few hours, so that a chart need not go through all its readings; it stands under the day's number
 * below zero, and goes when the day is over, or when a reading comes late into it.
 */
#include "store/days.h"
#include "store/reader_inside.h"
#include "store/rollup.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const int64_t CLOSE_AFTER_MS = 60000; /* the last round of a day has long been kept */
enum { PART_SLOTS = 8 };                     /* two hours, by which a part grows at least */

/* ---- reckoning ------------------------------------------------------------------------------- */

struct metric_day {
    const char *name;
    struct slot slots[SLOTS_MAX];
};

struct closing {
    struct metric_day *metrics[METRIC_COUNT];
    size_t count;
    int64_t start;
};

static struct metric_day *metric_day(struct closing *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->metrics[i]->name, name))
            return c->metrics[i];
    if (c->count == METRIC_COUNT)
        return NULL;
    struct metric_day *m = calloc(1, sizeof *m);
    if (m) {
        m->name = name;
        c->metrics[c->count++] = m;
    }
    return m;
}

static void take_record(struct closing *c, const struct record *r)
{
    const char *at = r->numbers, *number;
    unsigned length, slot = (unsigned)((r->at_ms - c->start) / SLOT_MS);

    if (!record_is_said(r) || slot >= SLOTS_MAX)
        return;
    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++) {
        struct metric_day *m = *number == 'n' ? NULL : metric_day(c, r->shape->fields[i].name);
        if (m)
            slot_add(&m->slots[slot], strtod(number, NULL));
    }
}

static int reckon(struct reader *reader, struct closing *c, int device, int64_t from_ms,
                  int64_t to_ms)
{
    struct record r;
    int rc = reader_between(reader, from_ms, to_ms, device);

    while (!rc && !(rc = reader_next(reader, &r)))
        take_record(c, &r);
    return rc == ERR_ABSENT ? OK : rc;
}

static void forget(struct closing *c, struct reader *reader)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->metrics[i]);
    reader_close(reader); /* after them: names are its own */
}

/* ---- writing --------------------------------------------------------------------------------- */

static int put_metrics(struct store *s, const struct closing *c, int device, int day,
                       unsigned slots)
{
    uint8_t bytes[ROLLUP_BYTES];
    sqlite3_stmt *put = NULL;
    int rc = sql_error(sqlite3_prepare_v2(
        s->db, "INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?)", -1, &put, NULL));

    for (size_t i = 0; i < c->count && !rc; i++) {
        size_t length = rollup_write(c->metrics[i]->slots, slots, bytes);
        rc = sql_bind(put, "iti", (int64_t)device, c->metrics[i]->name, (int64_t)day);
        if (!rc)
            rc = sql_error(sqlite3_bind_blob(put, 4, bytes, (int)length, SQLITE_STATIC));
        if (!rc)
            rc = sql_step_done(put);
    }
    sqlite3_finalize(put);
    return rc;
}

/* `first` belongs to it, and is done in the same transaction. */
static int put_rollups(struct store *s, const char *first, const struct closing *c, int device,
                       int day, unsigned slots)
{
    int rc = sql_run(s->db, "BEGIN IMMEDIATE");

    if (rc)
        return rc;
    rc = sql_run(s->db, first);
    if (!rc)
        rc = put_metrics(s, c, device, day, slots);
    if (sql_run(s->db, rc ? "ROLLBACK" : "COMMIT"))
        file_close(s);
    return rc;
}

int64_t store_number(struct store *s, const char *format, int64_t a, int64_t b)
{
    char text[300];
    struct text t = text_on(text, sizeof text);

    text_format(&t, format, (long long)a, (long long)b);
    return sql_number(s->db, text, -1);
}

/* ---- days that are over -----------------------------------------------------------------------
 */

/* The rollups of one device and day: read with a connection of its own, written in one go. */
static int close_day(struct store *s, int device, int day)
{
    struct closing c = {.start = day_start(day)};
    int64_t end = day_start(day_next(day));
    struct reader *reader = NULL;
    char done[200];
    struct text t = text_on(done, sizeof done);
    int rc = reader_open(&reader, s->path);

    text_format(&t,
                "UPDATE device SET rolled = %d WHERE id = %d;"
                "DELETE FROM rollup WHERE device = %d AND day = %d",
                day, device, device, -day);
    if (!rc)
        rc = reckon(reader, &c, device, c.start, end);
    if (!rc)
        rc = put_rollups(s, done, &c, device, day,
                         (unsigned)((end - c.start + SLOT_MS - 1) / SLOT_MS));
    forget(&c, reader);
    return rc;
}

/* Days in which a device said nothing are stepped over by asking for its next reading. */
bool close_one(struct store *s, int64_t now_ms)
{
    for (size_t i = 0; i < s->origin_count; i++) {
        int id = s->origins[i]->origin.id;
        int64_t rolled = store_number(s, "SELECT rolled FROM device WHERE id = %lld", id, 0);
        if (rolled < 0)
            continue;
        int64_t since = rolled ? day_start(day_next((int)rolled)) : 0;
        if (since > now_ms - CLOSE_AFTER_MS)
            continue;
        int64_t next = store_number(s,
                                    "SELECT at FROM reading INDEXED BY reading_at WHERE at >= %lld "
                                    "AND device = %lld AND kind < 3 ORDER BY at LIMIT 1",
                                    since, id);
        if (next < 0)
            continue;
        int day = day_of(next);
        if (day_start(day_next(day)) > now_ms - CLOSE_AFTER_MS)
            continue;
        if (close_day(s, id, day) == OK)
            return true;
    }
    return false;
}

int store_close_day(struct store *s, const struct origin *from, int day)
{
    int rc = OK;

    pthread_mutex_lock(&s->lock);
    int64_t rolled = store_number(s, "SELECT rolled FROM device WHERE id = %lld", from->id, 0);
    if (s->db && day <= rolled) {
        rc = close_day(s, from->id, day);
        char text[120];
        struct text t = text_on(text, sizeof text);
        text_format(&t, "UPDATE device SET rolled = %lld WHERE id = %d", (long long)rolled,
                    from->id);
        if (!rc)
            rc = sql_run(s->db, text); /* days after it are closed as before */
    }
    pthread_mutex_unlock(&s->lock);
    return rc;
}

/* ---- the present day so far --------------------------------------------------------------------
 */

int part_drop(struct store *s, int device)
{
    char text[80];
    struct text t = text_on(text, sizeof text);

    text_format(&t, "DELETE FROM rollup WHERE device = %d AND day < 0", device);
    return sql_run(s->db, text);
}

/* Takes over what was reckoned of the day before. Returns how many slots: 0 when there is nothing,
 * or something that is not understood. */
static unsigned take_part(struct reader *r, struct closing *c, int device, int day)
{
    sqlite3_stmt *rows = NULL;
    int slots = 0;
    int rc = sql_error(sqlite3_prepare_v2(
        r->db, "SELECT metric, slots FROM rollup WHERE device = ? AND day = ?", -1, &rows, NULL));

    if (!rc)
        rc = sql_bind(rows, "ii", (int64_t)device, -(int64_t)day);
    while (!rc && slots >= 0 && sqlite3_step(rows) == SQLITE_ROW) {
        enum metric known = metric_find((const char *)sqlite3_column_text(rows, 0));
        struct metric_day *m = known == M_NONE ? NULL : metric_day(c, catalogue[known].name);
        int count = m ? rollup_read(sqlite3_column_blob(rows, 1),
                                    (size_t)sqlite3_column_bytes(rows, 1), m->slots)
                      : -1;
        slots = slots && count != slots ? -1 : count;
    }
    sqlite3_finalize(rows);
    return slots > 0 ? (unsigned)slots : 0;
}

static int grow_part(struct store *s, struct known_origin *k, int day, unsigned slots)
{
    struct closing c = {.start = day_start(day)};
    struct reader *reader = NULL;
    int device = k->origin.id, rc = reader_open(&reader, s->path);
    unsigned had = rc ? 0 : take_part(reader, &c, device, day);

    k->part_slots = had + PART_SLOTS > slots ? had : slots; /* comes again when it is worth it */
    if (!rc && k->part_slots == slots) {
        rc = reckon(reader, &c, device, c.start + (int64_t)had * SLOT_MS,
                    c.start + (int64_t)slots * SLOT_MS);
        if (!rc)
            rc = put_rollups(s, "", &c, device, -day, slots);
    }
    if (!rc) {
        k->has_part = true;
        k->part_ms = c.start + (int64_t)k->part_slots * SLOT_MS;
    }
    forget(&c, reader);
    return rc;
}

bool part_one(struct store *s, int64_t now_ms)
{
    int day = day_of(now_ms - CLOSE_AFTER_MS);
    unsigned slots = (unsigned)((now_ms - CLOSE_AFTER_MS - day_start(day)) / SLOT_MS);

    for (size_t i = 0; i < s->origin_count; i++) {
        struct known_origin *k = s->origins[i];
        if (k->part_day != day)
            k->part_slots = 0;
        k->part_day = day;
        if (slots >= k->part_slots + PART_SLOTS && k->is_stored &&
            grow_part(s, k, day, slots) == OK)
            return true;
    }
    return false;
}
