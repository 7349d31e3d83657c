/* Building the new file, and changing places (store/salvage.h). */
#include "store/salvage.h"

#include "base/log.h"
#include "base/text.h"
#include "store/carry.h"
#include "store/copies.h"
#include "store/form.h"
#include "store/tables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORTION = 64, NAME = 440 }; /* pages in one transaction */

struct salvage {
    const char *path;
    char half[NAME], of[64]; /* the new file; which state of the damaged one it comes from */
    sqlite3 *db;
    struct pages *from; /* NULL: the damaged one is gone already */
    struct carrier *carrier;
    uint32_t page; /* the next one */
    bool is_done;
};

void salvage_name(const char *path, char *to, size_t size)
{
    snprintf(to, size, "%s.salvage", path);
}

bool salvage_is_begun(const char *path)
{
    char half[NAME];

    salvage_name(path, half, sizeof half);
    return access(half, F_OK) == 0;
}

/* ---- the new file -------------------------------------------------------------------------- */

static void remove_half(const struct salvage *v)
{
    char name[NAME + 8];

    for (size_t i = sizeof file_endings / sizeof *file_endings; i-- > 0;) {
        snprintf(name, sizeof name, "%s%s", v->half, file_endings[i]);
        if (unlink(name) && errno != ENOENT)
            log_debug("store", "%s: %s", name, strerror(errno));
    }
}

/* Where it goes on: not where it stopped when the damaged file is another one by now. */
static int find_page(struct salvage *v)
{
    char text[300];
    struct text t = text_on(text, sizeof text);

    v->is_done = sql_number(v->db, "SELECT 1 FROM note WHERE key = 'salvage_done'", 0) == 1;
    text_format(&t,
                "SELECT p.value FROM note p, note o WHERE p.key = 'salvage_page' AND o.key = "
                "'salvage_of' AND o.value = '%s'",
                v->of);
    v->page = (uint32_t)sql_number(v->db, text, v->is_done ? 1 : 0);
    if (v->is_done)
        return OK;
    t = text_on(text, sizeof text);
    /* it is gone already when the last run ended while it looked at what it had made */
    text_add(&t, "CREATE TABLE IF NOT EXISTS salvage_spare (text, id, UNIQUE (text, id));");
    if (!v->page) {
        v->page = 1;
        text_format(&t,
                    "INSERT OR REPLACE INTO note VALUES ('salvage_of', '%s'), ('salvage_page', 1)",
                    v->of);
    }
    return sql_run(v->db, text);
}

static int open_half(struct salvage *v)
{
    form_teach();
    int rc = sql_error(sqlite3_open_v2(
        v->half, &v->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));

    if (!rc)
        rc = sql_run(v->db, "PRAGMA page_size = " FORM_PAGE
                            "; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                            "PRAGMA temp_store = MEMORY");
    int form = rc ? FORM_NOW : form_version(v->db);
    if (form < 0)
        rc = ERR_DATA;
    if (!rc && form < FORM_NOW) /* a new one, or an older program began it */
        rc = tables_make(v->db);
    return rc ? rc : find_page(v);
}

static void close_half(struct salvage *v)
{
    carrier_free(v->carrier);
    v->carrier = NULL;
    sqlite3_close(v->db);
    v->db = NULL;
}

static int begin(struct salvage *v)
{
    struct stat st;
    int rc;

    rc = copies_find_room(v->path, stat(v->half, &st) == 0 ? (long long)st.st_size : 0);
    if (rc)
        return rc;
    rc = open_half(v);
    if (rc == ERR_DATA) { /* it is damaged itself */
        close_half(v);
        remove_half(v);
        rc = open_half(v);
    }
    if (rc || v->is_done)
        return rc;
    rc = pages_open(&v->from, v->path);
    if (rc == ERR_INPUT)
        rc = OK; /* somebody took it away: what is there already is all there is */
    return rc ? rc : carrier_new(&v->carrier, v->db);
}

/* ---- page by page -------------------------------------------------------------------------- */

static int carry_portion(struct salvage *v, const struct salvage_watch *watch)
{
    uint32_t count = pages_count(v->from), end = v->page + PORTION;
    char text[100];
    struct text t = text_on(text, sizeof text);
    int rc = sql_run(v->db, "BEGIN IMMEDIATE");

    for (; !rc && v->page < end && v->page <= count; v->page++)
        rc = watch && !watch->goes_on(watch->who, v->page, count)
                 ? ERR_STOPPED
                 : pages_rows(v->from, v->page, carry_row, v->carrier);
    text_format(&t, "UPDATE note SET value = %u WHERE key = 'salvage_page'; COMMIT",
                (unsigned)v->page);
    if (!rc)
        rc = sql_run(v->db, text);
    if (rc && !sqlite3_get_autocommit(v->db) && sql_run(v->db, "ROLLBACK"))
        return ERR_IO;
    return rc;
}

static int carry_pages(struct salvage *v, const struct salvage_watch *watch)
{
    int rc = OK;

    while (!rc && v->from && v->page <= pages_count(v->from))
        rc = carry_portion(v, watch);
    return rc;
}

struct left {
    const struct salvage *v;
    const struct salvage_watch *watch;
};

/* SQLite's: not 0 ends what it does. */
static int is_left(void *left)
{
    const struct left *l = left;
    uint32_t count = l->v->from ? pages_count(l->v->from) : 0;

    return l->watch && !l->watch->goes_on(l->watch->who, count, count);
}

/* From here on it is as good as the damaged one, and better. Whoever leaves here begins here again.
 */
static int finish(struct salvage *v, const struct salvage_watch *watch)
{
    struct left left = {v, watch};
    int rc;

    carrier_free(v->carrier); /* its statements hold the tables */
    v->carrier = NULL;
    rc = sql_run(v->db, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
    sqlite3_progress_handler(v->db, 1000, is_left, &left);
    if (!rc)
        rc = carry_spare(v->db);
    if (!rc)
        rc = sql_run(v->db, "COMMIT");
    if (!rc)
        rc = tables_check_pages(v->db); /* a disk that garbles garbles this one, too */
    if (rc && is_left(&left))
        rc = ERR_STOPPED;
    sqlite3_progress_handler(v->db, 0, NULL, NULL);
    if (!rc)
        rc = sql_run(v->db,
                     "BEGIN IMMEDIATE; DELETE FROM note WHERE key LIKE 'salvage#_%' ESCAPE '#';"
                     "INSERT INTO note VALUES ('salvage_done', (SELECT count(*) FROM "
                     "reading)); COMMIT");
    if (rc && !sqlite3_get_autocommit(v->db) && sql_run(v->db, "ROLLBACK"))
        return ERR_IO;
    return rc ? rc : sql_run(v->db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

int salvage_build(const char *path, const struct salvage_watch *watch, int64_t *readings)
{
    struct salvage v = {.path = path};
    struct stat st = {0};
    int rc;

    salvage_name(path, v.half, sizeof v.half);
    if (stat(path, &st) == 0)
        snprintf(v.of, sizeof v.of, "%lld %lld.%09ld", (long long)st.st_size,
                 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    rc = begin(&v);
    if (!rc && !v.is_done)
        rc = carry_pages(&v, watch);
    if (!rc && !v.is_done)
        rc = finish(&v, watch);
    if (!rc)
        *readings = sql_number(v.db, "SELECT value FROM note WHERE key = 'salvage_done'", 0);
    close_half(&v);
    pages_close(v.from);
    if (rc == ERR_FULL || rc == ERR_DATA)
        remove_half(&v); /* it takes the room; or what was just written is not there */
    return rc == ERR_DATA ? ERR_IO : rc;
}

/* ---- changing places ----------------------------------------------------------------------- */

int salvage_swap(const char *path, char *aside, size_t size)
{
    char half[NAME];
    int rc = copies_add(path, aside, size);

    salvage_name(path, half, sizeof half);
    copies_sync(path);
    if (!rc && rename(half, path))
        rc = ERR_IO;
    copies_sync(path);
    if (!rc)
        copies_tidy(path);
    return rc;
}
