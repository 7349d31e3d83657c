/* Forms and where they go (store/carry.h). */
#include "store/carry.h"

#include "store/form.h"
#include "store/inside.h"

#include <stdlib.h>
#include <string.h>

struct carrier {
    sqlite3 *db;
    sqlite3_stmt **puts; /* two for each form */
    char *text;          /* numbers of a reading, with a NUL behind them */
    size_t text_room;
};

typedef bool is_fn(struct carrier *c, const struct page_row *row);

/* ---- what tells rows of one form apart ----------------------------------------------------- */

static bool begins(const struct page_value *v, const char *with)
{
    size_t length = strlen(with);

    return v->length >= length && !memcmp(v->bytes, with, length);
}

static bool is_small(const struct page_value *v)
{
    return v->integer >= 0 && v->integer <= INT32_MAX;
}

static bool is_reading(struct carrier *c, const struct page_row *row)
{
    const struct page_value *v = row->values, *numbers = &v[5];

    if (!is_small(&v[2]) || !is_small(&v[3]) || !is_small(&v[4]))
        return false;
    if (numbers->length + 1 > c->text_room) {
        char *more = realloc(c->text, numbers->length + 1);
        if (!more)
            return false;
        c->text = more;
        c->text_room = numbers->length + 1;
    }
    memcpy(c->text, numbers->bytes, numbers->length);
    c->text[numbers->length] = '\0';
    return row_sum(row->number, v[1].integer, (int)v[2].integer, (int)v[3].integer,
                   (int)v[4].integer, c->text) == v[6].integer;
}

static bool is_shape(struct carrier *c, const struct page_row *row)
{
    (void)c;
    return begins(&row->values[1], "[\"");
}

static bool is_day(struct carrier *c, const struct page_row *row)
{
    (void)c;
    return begins(&row->values[2], "{");
}

static bool is_date(const struct page_value *v)
{
    int64_t day = llabs(v->integer);

    return v->type == PAGE_INTEGER && day > 19700000 && day < 30000000 && day / 100 % 100 <= 12 &&
           day % 100 <= 31;
}

/* The index of rollups looks alike: a device, a metric, a date, and the number of its row. */
static bool is_meter(struct carrier *c, const struct page_row *row)
{
    (void)c;
    return row->values[3].type != PAGE_INTEGER || !is_date(&row->values[2]);
}

static bool is_reopened(struct carrier *c, const struct page_row *row)
{
    (void)c;
    return row->values[0].integer > 0 && is_date(&row->values[0]) && is_small(&row->values[1]);
}

/* Notes of this kind are about the very file in which they stand. */
static bool is_note(struct carrier *c, const struct page_row *row)
{
    (void)c;
    return row->values[1].type != PAGE_INTEGER && !begins(&row->values[0], "salvage_");
}

static bool is_spare(struct carrier *c, const struct page_row *row)
{
    (void)c;
    return !begins(&row->values[0], "salvage_");
}

/* ---- the forms ----------------------------------------------------------------------------- */

/*
 * A letter a column: i integer, t text, r number, b blob, x anything, N the row's number (stored as
 * nothing). Values are bound in their order, the number of a numbered row behind them. What was put
 * by somebody else meanwhile under the same number (an event, say) gets another by `again`.
 */
struct form {
    const char *columns;
    bool is_numbered;
    is_fn *is;
    const char *put, *again;
};

// clang-format off
static const struct form forms[] = {
    { "Niiiiti", true, is_reading,
      "INSERT OR IGNORE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?)", NULL },
    { "Ntttttiii", true, NULL,
      "INSERT OR IGNORE INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
      "SET first_seen = min(first_seen, excluded.first_seen), rolled = max(rolled, excluded.rolled)", NULL },
    { "Nt", true, is_shape, "INSERT OR IGNORE INTO shape VALUES (?, ?)", NULL },
    { "itib", true, NULL, "INSERT OR IGNORE INTO rollup VALUES (?, ?, ?, ?)", NULL },
    { "iit", true, is_day, "INSERT OR IGNORE INTO day VALUES (?, ?, ?)", NULL },
    { "Ntiiii", true, NULL, "INSERT OR IGNORE INTO resend VALUES (?, ?, ?, ?, ?, ?)", NULL },
    { "Niitt", true, NULL, "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?)",
      "INSERT INTO event SELECT NULL, ?2, ?3, ?4, ?5 WHERE NOT EXISTS "
      "(SELECT 1 FROM event WHERE at = ?2 AND who = ?4 AND text = ?5)" },
    { "titi", true, NULL,
      "INSERT OR IGNORE INTO aside (sink, seq, why, at, rowid) VALUES (?, ?, ?, ?, ?)",
      "INSERT INTO aside SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS "
      "(SELECT 1 FROM aside WHERE sink = ?1 AND seq = ?2 AND why = ?3 AND at = ?4)" },
    { "tiii", false, NULL,
      "INSERT INTO cursor VALUES (?, ?, ?, ?) ON CONFLICT (sink) DO UPDATE SET seq = excluded.seq, "
      "changed = excluded.changed, lost = excluded.lost WHERE excluded.seq > seq", NULL },
    /* One of the forms 1 and 2: marked for form_settle, and less than what is of today's form. */
    { "itrr", false, is_meter, "INSERT OR IGNORE INTO meter VALUES (?, ?, ?, ?, -1)", NULL },
    { "itrri", false, NULL,
      "INSERT INTO meter VALUES (?1, ?2, ?3, ?4, max(?5, 0)) ON CONFLICT (device, metric) DO "
      "UPDATE SET value = ?3, carry = ?4, at = max(?5, 0) WHERE at < 0", NULL },
    { "ii", false, is_reopened, "INSERT OR IGNORE INTO reopened VALUES (?, ?)", NULL },
    { "tx", false, is_note, "INSERT OR IGNORE INTO note VALUES (?, ?)", NULL },
    /* An index of names, or a note with a number: that shows at the end. */
    { "ti", false, is_spare, "INSERT OR IGNORE INTO salvage_spare VALUES (?, ?)", NULL },
};
// clang-format on

enum { FORMS = sizeof forms / sizeof *forms };

static bool is_of(const struct form *f, struct carrier *c, const struct page_row *row)
{
    if (f->is_numbered != row->is_numbered || strlen(f->columns) != row->count)
        return false;
    for (unsigned i = 0; i < row->count; i++) {
        char wanted = f->columns[i], is = (char)row->values[i].type;
        bool fits = wanted == 'x' || wanted == is || (wanted == 'r' && is == PAGE_INTEGER);
        if (!fits)
            return false;
    }
    return !f->is || f->is(c, row);
}

/* ---- putting ------------------------------------------------------------------------------- */

int carrier_new(struct carrier **to, sqlite3 *db)
{
    struct carrier *c = calloc(1, sizeof *c);
    int rc = SQLITE_OK;

    if (!c)
        return ERR_FULL;
    c->db = db;
    c->puts = calloc(2 * (size_t)FORMS, sizeof(sqlite3_stmt *));
    for (size_t i = 0; c->puts && i < FORMS && rc == SQLITE_OK; i++) {
        rc = sqlite3_prepare_v2(db, forms[i].put, -1, &c->puts[2 * i], NULL);
        if (rc == SQLITE_OK && forms[i].again)
            rc = sqlite3_prepare_v2(db, forms[i].again, -1, &c->puts[2 * i + 1], NULL);
    }
    if (!c->puts || rc != SQLITE_OK) {
        int error = c->puts ? sql_error(rc) : ERR_FULL;
        carrier_free(c);
        return error;
    }
    *to = c;
    return OK;
}

void carrier_free(struct carrier *c)
{
    if (!c)
        return;
    for (size_t i = 0; c->puts && i < 2 * (size_t)FORMS; i++)
        sqlite3_finalize(c->puts[i]);
    free(c->puts);
    free(c->text);
    free(c);
}

static int bind(sqlite3_stmt *put, int at, const struct page_value *v, int64_t number)
{
    switch (v->type) {
    case PAGE_NULL:
        return sqlite3_bind_int64(put, at, number);
    case PAGE_INTEGER:
        return sqlite3_bind_int64(put, at, v->integer);
    case PAGE_REAL:
        return sqlite3_bind_double(put, at, v->real);
    case PAGE_TEXT:
        return sqlite3_bind_text(put, at, v->bytes, (int)v->length, SQLITE_STATIC);
    case PAGE_BLOB:
        return sqlite3_bind_blob(put, at, v->bytes, (int)v->length, SQLITE_STATIC);
    }
    return SQLITE_OK;
}

static int put_row(sqlite3_stmt *put, const struct page_row *row)
{
    int wanted = sqlite3_bind_parameter_count(put), code = SQLITE_OK;

    sqlite3_reset(put);
    for (int i = 0; i < (int)row->count && code == SQLITE_OK; i++)
        if (i < wanted)
            code = bind(put, i + 1, &row->values[i], row->number);
    if (code == SQLITE_OK && wanted > (int)row->count)
        code = sqlite3_bind_int64(put, wanted, row->number);
    int rc = code == SQLITE_OK ? sql_step_done(put) : sql_error(code);
    sqlite3_clear_bindings(put); /* they point into the page */
    return rc;
}

int carry_row(void *carrier, const struct page_row *row)
{
    struct carrier *c = carrier;

    for (size_t i = 0; i < FORMS; i++) {
        if (!is_of(&forms[i], c, row))
            continue;
        int rc = put_row(c->puts[2 * i], row);
        int changes = rc ? 0 : sqlite3_changes(c->db);
        if (!rc && !changes && c->puts[2 * i + 1])
            rc = put_row(c->puts[2 * i + 1], row);
        return rc;
    }
    return OK;
}

/* Notes whose value is a number; that of the form ('schema') is the new file's own. */
#define NUMBER_NOTES "'thinned', 'untimed', 'metered'"

/* An index has the names of devices and sets of metrics once more, with their numbers; a note that
 * is a number looks like one. */
int carry_spare(sqlite3 *db)
{
    int rc = sql_run(
        db,
        "INSERT OR IGNORE INTO shape SELECT id, text FROM salvage_spare WHERE text LIKE '[\"%';"
        "INSERT OR IGNORE INTO note SELECT text, id FROM salvage_spare WHERE text IN "
        "(" NUMBER_NOTES ");"
        "DELETE FROM salvage_spare WHERE text LIKE '[\"%' OR text IN ('schema', " NUMBER_NOTES ") "
        "OR EXISTS (SELECT 1 FROM device d WHERE d.id = salvage_spare.id AND d.name = "
        "text);"
        "INSERT OR IGNORE INTO device SELECT id, text, '', '', '', '', 0, 0, 0 FROM salvage_spare "
        "s WHERE id BETWEEN 1 AND 1000000 AND (EXISTS (SELECT 1 FROM reading WHERE device = s.id) "
        "OR EXISTS (SELECT 1 FROM meter WHERE device = s.id));"
        "INSERT OR IGNORE INTO note SELECT text, id FROM salvage_spare s WHERE NOT EXISTS "
        "(SELECT 1 FROM device d WHERE d.id = s.id AND d.name = s.text);"
        "DROP TABLE salvage_spare;"
        /* without a word up to where the meters are, the newest rows say what they are */
        "INSERT OR IGNORE INTO note SELECT 'metered', max(0, max(seq) - 4000) FROM "
        "reading HAVING max(seq) > 0;"
        /* a day whose curves are there need not be gone through again */
        "UPDATE device SET rolled = coalesce((SELECT max(day) FROM rollup WHERE device = device.id "
        "AND day > 0), 0) WHERE rolled = 0");
    return rc ? rc : form_settle(db);
}
