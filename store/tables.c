/* Making and checking the tables (store/tables.h). */
#include "store/tables.h"

#include "store/ending.h"

#include "base/log.h"
#include "base/text.h"
#include "store/form.h"
#include "store/inside.h"
#include "store/pages.h"
#include "store/schema_sql.h"
#include "store/views.h"

#include <ctype.h>
#include <string.h>

/* ---- making ------------------------------------------------------------------------------- */

int tables_make(sqlite3 *db)
{
    int rc = sql_run(db, "BEGIN IMMEDIATE");

    if (!rc)
        rc = form_put_away(db);
    if (!rc)
        rc = sql_run(db, schema_sql);
    if (!rc)
        rc = views_make(db);
    if (!rc)
        rc = form_bring_back(db);
    if (!rc)
        rc = form_write(db);
    if (!rc) /* they stand elsewhere now, or for the first time */
        rc = sql_run(db, "DELETE FROM note WHERE key = 'salvage_places'; COMMIT");
    return rc;
}

/* ---- checking ----------------------------------------------------------------------------- */

/* The next letter of a statement that means something: no blank, no comment. */
static char next_letter(const char **at)
{
    const char *p = *at;

    while (isspace((unsigned char)*p) || (p[0] == '-' && p[1] == '-'))
        p += *p == '-' ? strcspn(p, "\n") : 1;
    *at = *p ? p + 1 : p;
    return *p;
}

static bool is_same_statement(const char *a, const char *b)
{
    char letter;

    do {
        letter = next_letter(&a);
        if (letter != next_letter(&b))
            return false;
    } while (letter);
    return true;
}

/* What was made otherwise up to a form. Today's may be there, too: the number may be spoilt. */
static bool is_as_it_was(const char *name, const char *is, int form)
{
    static const struct {
        int form;
        const char *name, *text;
    } older[] = {
        {2, "meter",
         "CREATE TABLE meter (device INTEGER NOT NULL, metric TEXT NOT NULL, value REAL NOT NULL, "
         "carry REAL NOT NULL, PRIMARY KEY (device, metric)) WITHOUT ROWID"},
    };

    for (size_t i = 0; i < sizeof older / sizeof *older; i++)
        if (form <= older[i].form && !strcmp(older[i].name, name))
            return is_same_statement(is, older[i].text);
    return false;
}

/* Is the table or index of `wanted`'s row there, as it is made here? */
static int find_same(sqlite3_stmt *find, sqlite3_stmt *wanted, int form)
{
    int rc = sql_bind(find, "tt", sqlite3_column_text(wanted, 0), sqlite3_column_text(wanted, 1));
    int code = rc ? SQLITE_ERROR : sqlite3_step(find);
    const char *is = code == SQLITE_ROW ? (const char *)sqlite3_column_text(find, 0) : NULL;

    if (!rc && code != SQLITE_ROW && code != SQLITE_DONE)
        rc = sql_error(code);
    if (!rc && (!is || (!is_same_statement(is, (const char *)sqlite3_column_text(wanted, 2)) &&
                        !is_as_it_was((const char *)sqlite3_column_text(wanted, 1), is, form))))
        rc = ERR_DATA;
    sqlite3_reset(find);
    return rc;
}

/* What came with a later form than this one need not be there yet. */
static bool is_newer(const char *name, int form)
{
    static const struct {
        const char *name;
        int form;
    } later[] = {{"reopened", 2}, {"form_two", 2}};

    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (later[i].form > form && !strcmp(later[i].name, name))
            return true;
    return false;
}

static int compare(sqlite3 *db, sqlite3 *fresh, int form)
{
    sqlite3_stmt *wanted = NULL, *find = NULL;
    int code = SQLITE_DONE;
    int rc = sql_error(sqlite3_prepare_v2(fresh,
                                          "SELECT type, name, sql FROM sqlite_master WHERE sql "
                                          "IS NOT NULL AND type IN ('table', 'index', "
                                          "'trigger')",
                                          -1, &wanted, NULL));

    if (!rc)
        rc = sql_error(sqlite3_prepare_v2(
            db, "SELECT sql FROM sqlite_master WHERE type = ? AND name = ?", -1, &find, NULL));
    while (!rc && (code = sqlite3_step(wanted)) == SQLITE_ROW)
        if (!is_newer((const char *)sqlite3_column_text(wanted, 1), form))
            rc = find_same(find, wanted, form);
    sqlite3_finalize(wanted);
    sqlite3_finalize(find);
    return rc ? rc : sql_error(code);
}

int tables_check(sqlite3 *db, int form)
{
    sqlite3 *fresh = NULL;
    int rc = sql_error(sqlite3_open(":memory:", &fresh));

    if (!rc)
        rc = sql_run(fresh, schema_sql);
    if (!rc)
        rc = compare(db, fresh, form);
    /* No two of them may stand at one place. */
    if (!rc && sql_number(db,
                          "SELECT count(*) = count(DISTINCT rootpage) FROM sqlite_master WHERE "
                          "rootpage > 0",
                          0) != 1)
        rc = ERR_DATA;
    sqlite3_close(fresh);
    return rc;
}

/* A sum of all names and places; 0: they cannot be read. */
static int64_t sum_places(sqlite3 *db)
{
    sqlite3_stmt *row = NULL;
    int64_t sum = 0;

    if (sqlite3_prepare_v2(db,
                           "SELECT group_concat(name || ' ' || rootpage) FROM (SELECT name, "
                           "rootpage FROM sqlite_master WHERE rootpage > 0 ORDER BY name)",
                           -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        sum = bytes_sum(sqlite3_column_text(row, 0), (size_t)sqlite3_column_bytes(row, 0));
    sqlite3_finalize(row);
    return sum;
}

int tables_check_places(sqlite3 *db)
{
    int64_t sum = sum_places(db);
    int64_t noted = sql_number(db, "SELECT value FROM note WHERE key = 'salvage_places'", -1);
    bool has_notes = sql_number(db, "SELECT value FROM note WHERE key = 'schema'", -1) > 0;
    char text[100];
    struct text t = text_on(text, sizeof text);
    int rc = OK;

    if (has_notes && sum == noted)
        return OK;
    if (!has_notes || noted >= 0) /* none: an older program made the file, and is trusted */
        rc = tables_check_pages(db);
    text_format(&t, "INSERT OR REPLACE INTO note VALUES ('salvage_places', %lld)", (long long)sum);
    if (!rc && sql_run(db, text))
        log_debug("store", "the places of the tables cannot be noted now");
    return rc;
}

/* ---- the whole file ------------------------------------------------------------------------ */

static int is_to_stop(void *stop)
{
    const atomic_bool *is_stopping = stop;

    return ending_is_asked() || (is_stopping && atomic_load(is_stopping));
}

/* No page leads to the one where a table begins; SQLite's own check does not look at that. */
static int check_roots(sqlite3 *db)
{
    enum { ROOTS_MOST = 256 };
    uint32_t roots[ROOTS_MOST];
    size_t count = 0;
    sqlite3_stmt *row = NULL;
    struct pages *pages = NULL;
    int rc = sql_error(sqlite3_prepare_v2(
        db, "SELECT rootpage FROM sqlite_master WHERE rootpage > 0", -1, &row, NULL));

    while (!rc && count < ROOTS_MOST && sqlite3_step(row) == SQLITE_ROW)
        roots[count++] = (uint32_t)sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    if (!rc)
        rc = pages_open(&pages, sqlite3_db_filename(db, "main"));
    if (!rc && !pages_are_roots(pages, roots, count))
        rc = ERR_DATA;
    pages_close(pages);
    return rc;
}

/* The last column of every row: whoever asks for it meets a row whose parts do not fill it, and
 * that is damage; SQLite's own check need not look there. */
static int check_rows(sqlite3 *db)
{
    sqlite3_stmt *table = NULL;
    int code = sqlite3_prepare_v2(
        db,
        "SELECT printf('SELECT max(\"%w\") FROM \"%w\" NOT INDEXED', (SELECT name FROM "
        "pragma_table_info(m.name) ORDER BY cid DESC LIMIT 1), name) FROM sqlite_master m WHERE "
        "type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#'",
        -1, &table, NULL);
    int rc = sql_error(code);

    while (!rc && (code = sqlite3_step(table)) == SQLITE_ROW) {
        code = sqlite3_exec(db, (const char *)sqlite3_column_text(table, 0), NULL, NULL, NULL);
        rc = (code & 0xff) == SQLITE_INTERRUPT ? ERR_STOPPED : sql_error(code);
    }
    sqlite3_finalize(table);
    if ((code & 0xff) == SQLITE_INTERRUPT)
        return ERR_STOPPED;
    return rc ? rc : sql_error(code);
}

int tables_check_pages(sqlite3 *db)
{
    sqlite3_stmt *check = NULL;
    int code = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &check, NULL);
    int rc = sql_error(code);

    if (!rc)
        rc = (code = sqlite3_step(check)) == SQLITE_ROW ? OK : sql_error(code);
    if (!rc && strcmp((const char *)sqlite3_column_text(check, 0), "ok") != 0)
        rc = ERR_DATA;
    sqlite3_finalize(check);
    if ((code & 0xff) == SQLITE_INTERRUPT)
        return ERR_STOPPED;
    if (!rc)
        rc = check_rows(db);
    return rc ? rc : check_roots(db);
}

/* One of a newer helio is not ours to judge. */
static int check_form(sqlite3 *db)
{
    int form = form_version(db);

    if (form > FORM_NOW)
        return ERR_DENIED;
    return form > 0 ? tables_check(db, form) : ERR_DATA;
}

int file_check(const char *path, const atomic_bool *stop)
{
    sqlite3 *db = NULL;
    int rc = header_is_wrong(path) ? ERR_DATA : OK;

    if (rc)
        return rc;
    rc = sql_error(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL));

    if (!rc) {
        sqlite3_busy_timeout(db, 2000);
        sqlite3_progress_handler(db, 1000, is_to_stop, (void *)(uintptr_t)stop); /* only read */
        rc = check_form(db);
    }
    if (!rc)
        rc = tables_check_pages(db);
    sqlite3_close(db);
    return rc;
}
