/* A read-only connection and its ranges (store/reader.h). */
#include "store/reader_inside.h"

#include "base/log.h"
#include "store/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const range_texts[RANGES] = {
#define COLUMNS "SELECT seq, at, kind, device, shape, fields, sum FROM reading "
    [AFTER] = COLUMNS "WHERE seq > ? AND seq <= ? ORDER BY seq",
    [BETWEEN] = COLUMNS "INDEXED BY reading_at WHERE at >= ? AND at < ? ORDER BY at, device",
    [BETWEEN_ONE] =
        COLUMNS "INDEXED BY reading_at WHERE at >= ? AND at < ? AND device = ? ORDER BY at",
    [BETWEEN_SOME] = COLUMNS "INDEXED BY reading_at WHERE at >= ? AND at < ? AND device IN "
                             "(?, ?, ?, ?, ?, ?, ?, ?) ORDER BY at",
    [SETTINGS_OF] =
        COLUMNS "INDEXED BY reading_setting WHERE device = ? AND kind = 1 ORDER BY seq DESC",
    [ALL_SETTINGS] = COLUMNS "INDEXED BY reading_setting WHERE kind = 1 ORDER BY device, seq",
#undef COLUMNS
};

void reader_rest(struct reader *r)
{
    if (r->running)
        sqlite3_reset(r->running); /* its errors were told by reader_next */
    r->running = NULL;
}

/* Where nothing is at the moment, the old one is still the best there is. */
bool reader_is_left(const struct reader *r, const char *path)
{
    struct stat now;

    return stat(path, &now) == 0 && (now.st_ino != r->file.st_ino || now.st_dev != r->file.st_dev);
}

int reader_doubt(struct reader *r, int rc)
{
    const char *path = r->db ? sqlite3_db_filename(r->db, "main") : NULL; /* no memory: no db */

    if (rc)
        reader_rest(r);
    if (rc == ERR_DATA && path && !reader_is_left(r, path))
        suspect_mark(path);
    return rc;
}

int reader_open(struct reader **to, const char *path)
{
    struct reader *r;
    int rc;
    struct stat file; /* asked for first: if it is replaced meanwhile, that shows */

    if (stat(path, &file))
        return ERR_INPUT;
    r = calloc(1, sizeof *r);
    if (!r)
        return ERR_FULL;
    r->file = file;
    rc = sql_error(sqlite3_open_v2(path, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL));
    if (!rc) {
        sqlite3_db_config(r->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 256, 32);
        sqlite3_busy_timeout(r->db, 2000);
        rc = sql_run(r->db, "PRAGMA cache_size = -64; PRAGMA temp_store = MEMORY");
    }
    int form = rc ? FORM_NOW : form_version(r->db);
    if (form <= 0)
        rc = form ? ERR_DATA : ERR_INPUT; /* or nobody has made the tables yet */
    if (form > FORM_NOW) {
        form_tell_newer(path, form);
        rc = ERR_DENIED;
    }
    if (rc) {
        (void)reader_doubt(r, rc);
        reader_close(r);
        return rc;
    }
    *to = r;
    return OK;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    reader_rest(r);
    for (int i = 0; i < RANGES; i++)
        sqlite3_finalize(r->ranges[i]);
    for (int i = 0; i < ROLLED; i++)
        sqlite3_finalize(r->rolled[i]);
    sqlite3_close(r->db);
    reader_forget_names(r);
    free(r);
}

static int begin(struct reader *r, enum range range, const char *types, int64_t a, int64_t b,
                 int64_t c)
{
    int rc = OK;

    reader_rest(r);
    if (!r->ranges[range])
        rc = sql_error(sqlite3_prepare_v3(r->db, range_texts[range], -1, SQLITE_PREPARE_PERSISTENT,
                                          &r->ranges[range], NULL));
    if (!rc)
        rc = sql_bind(r->ranges[range], types, a, b, c);
    if (!rc)
        r->running = r->ranges[range];
    return reader_doubt(r, rc);
}

int reader_after(struct reader *r, int64_t seq, int64_t last)
{
    return begin(r, AFTER, "ii", seq, last, 0);
}

int reader_between(struct reader *r, int64_t from_ms, int64_t to_ms, int device)
{
    return begin(r, device ? BETWEEN_ONE : BETWEEN, device ? "iii" : "ii", from_ms, to_ms, device);
}

int reader_between_some(struct reader *r, int64_t from_ms, int64_t to_ms,
                        const int devices[READER_SOME])
{
    int rc = begin(r, BETWEEN_SOME, "ii", from_ms, to_ms, 0);

    for (int i = 0; i < READER_SOME && !rc; i++)
        rc = sql_error(sqlite3_bind_int(r->running, 3 + i, devices[i]));
    return rc;
}

int reader_setting(struct reader *r, const struct origin *from, enum metric m, double *value)
{
    struct record record;
    struct reading settings;
    int rc = begin(r, SETTINGS_OF, "i", from->id, 0, 0);

    while (!rc && !(rc = reader_next(r, &record))) {
        record_reading(&record, &settings);
        if (reading_get(&settings, m, value))
            break;
    }
    reader_rest(r);
    return rc;
}

int reader_settings(struct reader *r)
{
    return begin(r, ALL_SETTINGS, "", 0, 0, 0);
}

int64_t reader_last(struct reader *r)
{
    int64_t last = sql_number(r->db, "SELECT max(seq) FROM reading", 0);

    return last > 0 ? last : 0;
}

/* ---- rows -------------------------------------------------------------------------------- */

static bool take_row(struct reader *r, struct record *to)
{
    sqlite3_stmt *row = r->running;
    const char *numbers = (const char *)sqlite3_column_text(row, 5);
    int device = sqlite3_column_int(row, 3), shape = sqlite3_column_int(row, 4);
    int kind = sqlite3_column_int(row, 2);

    r->trouble = OK;
    *to = (struct record){.seq = sqlite3_column_int64(row, 0),
                          .at_ms = sqlite3_column_int64(row, 1),
                          .kind = (enum record_kind)kind,
                          .numbers = numbers};
    if (!numbers || kind < 0 || kind >= RECORD_KINDS ||
        row_sum(to->seq, to->at_ms, device, kind, shape, numbers) != sqlite3_column_int64(row, 6))
        return false;
    to->from = reader_origin_by(r, device);
    to->shape = to->from ? reader_shape(r, shape) : NULL;
    return to->from && to->shape;
}

int reader_next(struct reader *r, struct record *to)
{
    if (!r->running)
        return ERR_ABSENT;
    for (;;) {
        int code = sqlite3_step(r->running);
        if (code != SQLITE_ROW)
            return reader_doubt(r, code == SQLITE_DONE ? ERR_ABSENT : sql_error(code));
        if (take_row(r, to))
            return OK;
        if (r->trouble) /* the row is whole, but not what it is of */
            return reader_doubt(r, r->trouble);
        if (!r->damaged++)
            log_err("store", "reading %lld is damaged and is passed over", (long long)to->seq);
    }
}

uint64_t reader_damaged(const struct reader *r)
{
    return r->damaged;
}

bool reader_span(struct reader *r, int64_t *first_ms, int64_t *last_ms)
{
    *first_ms = sql_number(r->db, "SELECT min(at) FROM reading WHERE kind < 3", -1);
    *last_ms = sql_number(r->db, "SELECT max(at) FROM reading WHERE kind < 3", -1);
    return *last_ms >= 0;
}
