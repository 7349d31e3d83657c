/* What is read from the file at the start, and what is done when it comes late. */
#include "store/inside.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int row_fn(struct store *s, sqlite3_stmt *row);

static const char *text_at(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    return text ? (const char *)text : "";
}

static int load_shape(struct store *s, sqlite3_stmt *row)
{
    struct known_shape *k = calloc(1, sizeof *k);

    if (!k)
        return ERR_FULL;
    bool is_read = shape_read(text_at(row, 1), &k->shape);
    k->shape.id = sqlite3_column_int(row, 0);
    k->is_stored = true;
    if (is_read && shape_add(s, k))
        return OK;
    shape_done(&k->shape);
    free(k);
    return is_read ? ERR_FULL : OK;
}

static int load_origin(struct store *s, sqlite3_stmt *row)
{
    struct known_origin *k = calloc(1, sizeof *k);

    if (!k)
        return ERR_FULL;
    struct origin *o = &k->origin;
    o->id = sqlite3_column_int(row, 0);
    snprintf(o->name, sizeof o->name, "%s", text_at(row, 1));
    snprintf(o->driver, sizeof o->driver, "%s", text_at(row, 2));
    snprintf(o->serial, sizeof o->serial, "%s", text_at(row, 3));
    snprintf(o->firmware, sizeof o->firmware, "%s", text_at(row, 4));
    snprintf(o->group, sizeof o->group, "%s", text_at(row, 5));
    o->address = (unsigned)sqlite3_column_int(row, 6);
    k->is_stored = k->has_part = true; /* for all we know */
    k->part_ms = clock_wall_ms();
    k->is_looked = true;
    origin_closed(k, sqlite3_column_int(row, 7));
    if (origin_add(s, k)) {
        origin_unlook(s, k);
        return OK;
    }
    free(k);
    return ERR_FULL;
}

static int load_cursor(struct store *s, sqlite3_stmt *row)
{
    struct known_cursor *c;

    for (size_t i = 0; i < s->cursor_count; i++)
        if (!strcmp(s->cursors[i].sink, text_at(row, 0))) {
            s->cursors[i].seq = sqlite3_column_int64(row, 1); /* late: what it knew was a guess */
            return OK;
        }
    c = cursor_add(s, text_at(row, 0));
    if (!c)
        return ERR_FULL;
    c->seq = sqlite3_column_int64(row, 1);
    c->lost = (uint64_t)sqlite3_column_int64(row, 2);
    if (s->next_seq <= c->seq)
        s->next_seq = c->seq + 1; /* numbers are never used twice, even when all rows are pruned */
    return OK;
}

static int load_meter(struct store *s, sqlite3_stmt *row)
{
    enum metric m = metric_find(text_at(row, 1));

    if (m != M_NONE)
        meter_set(s, sqlite3_column_int(row, 0), m, sqlite3_column_double(row, 2),
                  sqlite3_column_double(row, 3), true);
    if (m != M_NONE)
        meter_heard(s, sqlite3_column_int(row, 0), m, sqlite3_column_int64(row, 4));
    return OK;
}

static int load_resend(struct store *s, sqlite3_stmt *row)
{
    if (s->resend_count == STORE_RESENDS)
        return OK;
    s->resends[s->resend_count] = (struct resend){
        sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2),
        sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4)};
    snprintf(s->resend_sinks[s->resend_count++], ORIGIN_NAME, "%s", text_at(row, 5));
    return OK;
}

static int load_rows(struct store *s, const char *text, row_fn *each)
{
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(s->db, text, -1, &row, NULL), rc = sql_error(code);

    while (!rc && (code = sqlite3_step(row)) == SQLITE_ROW)
        rc = each(s, row);
    sqlite3_finalize(row);
    return rc ? rc : sql_error(code);
}

const char *boot_id(char to[BOOT_TEXT])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

    snprintf(to, BOOT_TEXT, "unknown");
    if (file) {
        if (fgets(to, BOOT_TEXT, file))
            text_trim(to);
        (void)fclose(file); /* opened for reading */
    }
    return to;
}

/* Rows of an earlier start of the machine never get a time; they hold nobody up. */
static int load_untimed(struct store *s)
{
    char boot[BOOT_TEXT], text[160];
    struct text t = text_on(text, sizeof text);

    text_format(&t,
                "SELECT u.value FROM note u, note b WHERE u.key = 'untimed' AND b.key = "
                "'untimed_boot' AND b.value = '%s'",
                boot_id(boot));
    s->untimed_seq = sql_number(s->db, text, 0);
    return s->untimed_seq ? OK : sql_run(s->db, "DELETE FROM note WHERE key LIKE 'untimed%'");
}

/* Do rows written with one read the same with the other? */
static bool reads_the_same(const struct shape *a, const struct shape *b)
{
    for (unsigned i = 0; i < a->count && a->count == b->count; i++)
        if (a->fields[i].metric != b->fields[i].metric)
            return false;
    return a->count == b->count;
}

/* The file came late: rows already wait, with numbers and names made up without it. */
static int merge_early(struct store *s, size_t early_shapes, size_t early_origins)
{
    for (size_t i = 0; i < early_shapes; i++) {
        struct known_shape *mine = s->shapes[i];
        int id = s->last_shape_id + 1;
        for (size_t k = early_shapes; k < s->shape_count; k++)
            if (reads_the_same(&s->shapes[k]->shape, &mine->shape)) {
                id = s->shapes[k]->shape.id;
                mine->is_stored = true;
            }
        if (!shape_renumber(s, mine, id))
            return ERR_FULL;
    }
    for (size_t i = 0; i < early_origins; i++) {
        struct known_origin *mine = s->origins[i];
        int id = s->last_origin_id + 1;
        for (size_t k = early_origins; k < s->origin_count; k++) {
            struct known_origin *theirs = s->origins[k];
            if (strcmp(theirs->origin.name, mine->origin.name) != 0)
                continue;
            id = theirs->origin.id;
            origin_closed(mine, theirs->rolled);
            origin_unlook(s, mine);
            mine->has_part = true;
            mine->part_ms = theirs->part_ms;
            theirs->is_double = true;
        }
        if (!origin_renumber(s, i, id))
            return ERR_FULL;
    }
    return OK;
}

/* Numbers given out without the file begin where no file has come yet. */
static void renumber_waiting(struct store *s, int64_t last)
{
    struct waiting *first = (void *)s->room;
    int64_t shift = s->room_rows && first->seq <= last ? last + 1 - first->seq : 0;

    for (size_t at = 0; at < s->room_used; at += ((struct waiting *)(void *)(s->room + at))->size)
        ((struct waiting *)(void *)(s->room + at))->seq += shift;
    s->next_seq += shift;
}

int file_load(struct store *s)
{
    size_t early_shapes = s->shape_count, early_origins = s->origin_count;
    int rc = load_rows(s, "SELECT id, names FROM shape ORDER BY id", load_shape);

    if (!rc)
        rc = load_rows(s,
                       "SELECT id, name, driver, serial, firmware, member_of, address, rolled "
                       "FROM device ORDER BY id",
                       load_origin);
    if (!rc)
        rc = load_rows(s, "SELECT sink, seq, lost FROM cursor", load_cursor);
    if (!rc)
        rc = load_rows(s, "SELECT device, metric, value, carry, at FROM meter", load_meter);
    if (!rc)
        rc = meters_catch_up(s);
    if (!rc)
        rc = load_rows(s, "SELECT id, seq, last, from_at, to_at, sink FROM resend ORDER BY id",
                       load_resend);
    if (!rc)
        rc = load_untimed(s);
    if (rc)
        return rc;
    int64_t last = sql_number(s->db, "SELECT max(seq) FROM reading", 0);
    rc = merge_early(s, early_shapes, early_origins);
    if (rc)
        return rc;
    renumber_waiting(s, last);
    if (s->next_seq <= last)
        s->next_seq = last + 1;
    s->visible_seq = s->room_rows ? last : s->next_seq - 1;
    s->oldest_seq = sql_number(s->db, "SELECT min(seq) FROM reading", s->next_seq);
    s->has_reopened = sql_number(s->db, "SELECT count(*) FROM reopened", 0) > 0;
    s->thinned_ms = sql_number(s->db, "SELECT value FROM note WHERE key = 'thinned'", 0);
    return OK;
}

/* By the writing connection: another one for each device would only cost time at every start. */
void store_each_setting(struct store *s, const struct origin *from,
                        void (*each)(void *to, const struct record *r), void *to)
{
    sqlite3_stmt *row = NULL;

    lock_take(&s->lock);
    if (s->db &&
        sqlite3_prepare_v2(s->db,
                           "SELECT seq, at, shape, fields, sum FROM reading WHERE kind = 1 "
                           "AND device = ? ORDER BY seq",
                           -1, &row, NULL) == SQLITE_OK &&
        sql_bind(row, "i", (int64_t)from->id) == OK)
        while (sqlite3_step(row) == SQLITE_ROW) {
            int shape = sqlite3_column_int(row, 2);
            struct record r = {.seq = sqlite3_column_int64(row, 0),
                               .at_ms = sqlite3_column_int64(row, 1),
                               .kind = RECORD_SETTING,
                               .from = from,
                               .numbers = text_at(row, 3)};
            const struct known_shape *known = shape_numbered(s, shape);
            r.shape = known ? &known->shape : NULL;
            if (r.shape && row_sum(r.seq, r.at_ms, from->id, RECORD_SETTING, shape, r.numbers) ==
                               sqlite3_column_int64(row, 4))
                each(to, &r);
        }
    sqlite3_finalize(row);
    lock_give(&s->lock);
}
