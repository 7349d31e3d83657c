/* A damaged file: set aside under another name, and what can be read of it carried over. */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const endings[] = {"", "-wal", "-shm"};

static void mark_name(const char *path, char *to, size_t size)
{
    snprintf(to, size, "%s.suspect", path);
}

void suspect_mark(const char *path)
{
    char name[440];
    FILE *file;

    mark_name(path, name, sizeof name);
    file = fopen(name, "w");
    if (file)
        (void)fclose(file); /* its being there says all */
}

bool suspect_take(const char *path)
{
    char name[440];

    mark_name(path, name, sizeof name);
    return unlink(name) == 0;
}

static void name_aside(const struct store *s, char *to, size_t size)
{
    struct text t = text_on(to, size);

    text_format(&t, "%s.damaged-%lld", s->path, (long long)(clock_wall_ms() / MS_PER_S));
}

static int move_aside(const struct store *s, const char *aside)
{
    char from[420], to[480];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(from, sizeof from, "%s%s", s->path, endings[i]);
        snprintf(to, sizeof to, "%s%s", aside, endings[i]);
        if (rename(from, to) && errno != ENOENT)
            return ERR_IO;
    }
    return OK;
}

/* Copies a table row by row in the order of its rowid; behind a damaged page it goes on with
 * larger and larger steps. Returns how many rows came over. */
static int64_t carry_table(sqlite3 *from, sqlite3 *to, const char *select, const char *insert)
{
    sqlite3_stmt *in = NULL, *out = NULL;
    int64_t last = INT64_MIN, copied = 0, step = 0;

    if (sqlite3_prepare_v2(from, select, -1, &in, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(to, insert, -1, &out, NULL) != SQLITE_OK)
        goto done;
    for (int code = SQLITE_ROW; code == SQLITE_ROW || (step && step < 1LL << 40);) {
        sqlite3_reset(in);
        sqlite3_bind_int64(in, 1, last == INT64_MIN ? last : last + step);
        while ((code = sqlite3_step(in)) == SQLITE_ROW) {
            int columns = sqlite3_column_count(in);
            last = sqlite3_column_int64(in, 0);
            step = 0;
            sqlite3_reset(out);
            for (int i = 1; i < columns; i++)
                sqlite3_bind_value(out, i, sqlite3_column_value(in, i));
            copied += sqlite3_step(out) == SQLITE_DONE;
        }
        if (code == SQLITE_DONE || last == INT64_MIN)
            break;
        step = step ? 2 * step : 1;
    }
done:
    sqlite3_finalize(in);
    sqlite3_finalize(out);
    return copied;
}

/* Tables without a rowid are small; what of them can be read comes over in their own order. */
static void carry_small(sqlite3 *from, sqlite3 *to, const char *select, const char *insert)
{
    sqlite3_stmt *in = NULL, *out = NULL;

    if (sqlite3_prepare_v2(from, select, -1, &in, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(to, insert, -1, &out, NULL) == SQLITE_OK)
        while (sqlite3_step(in) == SQLITE_ROW) {
            sqlite3_reset(out);
            for (int i = 0; i < sqlite3_column_count(in); i++)
                sqlite3_bind_value(out, i + 1, sqlite3_column_value(in, i));
            if (sqlite3_step(out) != SQLITE_DONE)
                break;
        }
    sqlite3_finalize(in);
    sqlite3_finalize(out);
}

static int64_t carry_all(sqlite3 *from, sqlite3 *to)
{
    // clang-format off
    static const char *const tables[][2] = {
        {"SELECT rowid, * FROM device WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO device VALUES (?,?,?,?,?,?,?,?,?)"},
        {"SELECT rowid, * FROM shape WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO shape VALUES (?,?)"},
        {"SELECT rowid, * FROM reading WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO reading VALUES (?,?,?,?,?,?,?)"},
        {"SELECT rowid, * FROM rollup WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO rollup VALUES (?,?,?,?)"},
        {"SELECT rowid, * FROM day WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO day VALUES (?,?,?)"},
        {"SELECT rowid, * FROM resend WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO resend VALUES (?,?,?,?,?,?)"},
        {"SELECT rowid, * FROM aside WHERE rowid > ? ORDER BY rowid", "INSERT INTO aside VALUES (?,?,?,?)"},
        {"SELECT rowid, * FROM event WHERE rowid > ? ORDER BY rowid", "INSERT OR IGNORE INTO event VALUES (?,?,?,?,?)"},
    };
    // clang-format on
    int64_t readings = 0;

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        int64_t rows = carry_table(from, to, tables[i][0], tables[i][1]);
        if (i == 2)
            readings = rows;
    }
    carry_small(from, to, "SELECT * FROM cursor", "INSERT OR IGNORE INTO cursor VALUES (?,?,?,?)");
    carry_small(from, to, "SELECT * FROM meter",
                "INSERT OR IGNORE INTO meter VALUES (?,?,?,?,coalesce(?,0))");
    carry_small(from, to, "SELECT * FROM reopened", "INSERT OR IGNORE INTO reopened VALUES (?,?)");
    carry_small(from, to, "SELECT * FROM note", "INSERT OR IGNORE INTO note VALUES (?,?)");
    return readings;
}

/* The shapes and devices that memory knows go into the new file too, whatever could be read. */
static void forget_stored(struct store *s)
{
    for (size_t i = 0; i < s->shape_count; i++)
        s->shapes[i]->is_stored = false;
    for (size_t i = 0; i < s->origin_count; i++)
        s->origins[i]->is_stored = false;
    for (size_t i = 0; i < s->cursor_count; i++)
        s->cursors[i].is_dirty = true;
    for (size_t i = 0; i < s->meter_count; i++)
        s->meters[i].is_dirty = true;
}

int salvage(struct store *s)
{
    char aside[460];
    struct waiting_note told = {.level = LOG_LEVEL_ERR, .who = "store"};
    bool was_loaded = s->is_loaded;
    sqlite3 *old = NULL;
    int64_t readings = 0;
    int rc;

    name_aside(s, aside, sizeof aside);
    file_close(s);
    log_err("store", "%s is damaged; it is kept as %s, and what can be read is carried over",
            s->path, aside);
    rc = move_aside(s, aside);
    if (rc)
        return rc;
    if (header_heal(aside, true))
        log_note("store", "its header is put right");
    s->is_loaded = true; /* not from the new, empty one */
    rc = file_open(s);
    s->is_loaded = was_loaded;
    if (rc)
        return rc;
    if (sqlite3_open_v2(aside, &old, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
            SQLITE_OK &&
        !sql_run(s->db, "BEGIN IMMEDIATE")) {
        readings = carry_all(old, s->db);
        rc = sql_run(s->db, "COMMIT");
    }
    sqlite3_close(old);
    if (!rc && !was_loaded) {
        rc = file_load(s);
        s->is_loaded = !rc;
    }
    forget_stored(s);
    snprintf(told.text, sizeof told.text,
             "damaged file set aside as %.120s; %lld readings carried over", aside,
             (long long)readings);
    told.at_ms = clock_wall_ms();
    log_err("store", "%s", told.text);
    note_locked(s, &told);
    s->counts.damaged++;
    s->generation++;
    return rc;
}
