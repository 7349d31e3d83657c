/*
 * Sets of metrics that no row has any more are forgotten: after rows went, and when there are many.
 * All rows that are left are looked through for it, some at a time; what comes in meanwhile marks
 * its set by itself.
 */
#include "store/inside.h"

#include "base/text.h"

enum { ROWS_A_STEP = 2000, MANY = 64 };

static void begin(struct store *s)
{
    s->sweep.is_due = false;
    s->sweep.is_running = true;
    s->sweep.seq = 0;
    for (size_t i = 0; i < s->shape_count; i++)
        s->shapes[i]->is_used = false;
    for (size_t at = 0; at < s->room_used;) {
        const struct waiting *w = (const void *)(s->room + at);
        ((struct known_shape *)(void *)(uintptr_t)w->shape)->is_used = true;
        at += w->size;
    }
}

/* Returns how many rows were looked at; -1: they cannot be read. */
static int look_on(struct store *s)
{
    sqlite3_stmt *row = NULL;
    int count = 0, code = SQLITE_ERROR;

    if (sqlite3_prepare_v2(s->db,
                           "SELECT seq, shape FROM reading WHERE seq > ? ORDER BY seq LIMIT ?", -1,
                           &row, NULL) == SQLITE_OK &&
        sql_bind(row, "ii", s->sweep.seq, (int64_t)ROWS_A_STEP) == OK)
        for (; (code = sqlite3_step(row)) == SQLITE_ROW; count++) {
            struct known_shape *k = shape_numbered(s, sqlite3_column_int(row, 1));
            if (k)
                k->is_used = true;
            s->sweep.seq = sqlite3_column_int64(row, 0);
        }
    sqlite3_finalize(row);
    return code == SQLITE_DONE ? count : -1;
}

static int forget(struct store *s, int id)
{
    char text[80];
    struct text t = text_on(text, sizeof text);

    text_format(&t, "DELETE FROM shape WHERE id = %d", id);
    return sql_run(s->db, text);
}

/* The newest one stays in any case: its number must not be given to another. */
static void end(struct store *s)
{
    int rc = sql_run(s->db, "BEGIN IMMEDIATE");

    s->sweep.is_running = false;
    s->sweep.left = 0;
    if (rc)
        return;
    for (size_t i = 0; i < s->shape_count && !rc; i++) {
        const struct known_shape *k = s->shapes[i];
        if (!k->is_used && !k->is_gone && k->shape.id != s->last_shape_id)
            rc = forget(s, k->shape.id);
    }
    if (sql_run(s->db, rc ? "ROLLBACK" : "COMMIT")) {
        file_close(s);
        return;
    }
    for (size_t i = 0; i < s->shape_count; i++) {
        struct known_shape *k = s->shapes[i];
        if (!rc && !k->is_used && k->shape.id != s->last_shape_id)
            k->is_gone = true;
        s->sweep.left += !k->is_gone;
    }
}

bool shapes_sweep(struct store *s)
{
    size_t there = 0;

    if (!s->sweep.is_running) {
        for (size_t i = 0; s->sweep.is_due && i < s->shape_count; i++)
            there += !s->shapes[i]->is_gone;
        if (there < MANY || there < 2 * s->sweep.left)
            return false;
        begin(s);
    }
    int looked = look_on(s);
    if (looked == ROWS_A_STEP)
        return true;
    if (looked >= 0)
        end(s);
    s->sweep.is_running = false;
    return false;
}
