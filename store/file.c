/* The file: its folder, its lock, its tables, and what is read from it at the start. */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"
#include "store/days.h"
#include "store/form.h"
#include "store/tables.h"
#include "store/views.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t NUMBERS_WITHOUT_FILE = 1LL << 40; /* no file has come so far */

/* ---- where ------------------------------------------------------------------------------- */

const char *store_default_path(char *to, size_t size)
{
    const char *state = getenv("STATE_DIRECTORY"), *xdg = getenv("XDG_STATE_HOME"),
               *home = getenv("HOME");

    if (state && *state)
        snprintf(to, size, "%s/helio.db", state);
    else if (access("/var/lib/helio", W_OK) == 0)
        snprintf(to, size, "/var/lib/helio/helio.db");
    else if (xdg && *xdg)
        snprintf(to, size, "%s/helio/helio.db", xdg);
    else
        snprintf(to, size, "%s/.local/state/helio/helio.db", home ? home : "");
    return to;
}

/* Makes the folders above the file; what fails shows up when the file is opened. */
static void make_folders(const char *path)
{
    char folder[400];

    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0755) && errno != EEXIST)
            log_debug("store", "%s: %s", folder, strerror(errno));
        *slash = '/';
    }
}

/* ---- who owns it ------------------------------------------------------------------------- */

static int take_lock(struct store *s, char *holder, size_t size)
{
    char path[420], words[64];
    ssize_t length;

    snprintf(path, sizeof path, "%s.lock", s->path);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->lock_fd < 0)
        return OK; /* the folder refuses; then nobody else can write here either */
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB)) {
        length = pread(s->lock_fd, holder, size - 1, 0);
        holder[length > 0 ? length : 0] = '\0';
        text_trim(holder);
        close(s->lock_fd);
        s->lock_fd = -1;
        return ERR_BUSY;
    }
    snprintf(words, sizeof words, "%d\n", (int)getpid());
    if (ftruncate(s->lock_fd, 0) || pwrite(s->lock_fd, words, strlen(words), 0) < 0)
        log_debug("store", "%s: %s", path, strerror(errno)); /* only a hint for others */
    return OK;
}

/* ---- tables ------------------------------------------------------------------------------ */

/* Whatever stops it, the file is of one form or the other. */
static int make_tables(struct store *s)
{
    int form = form_version(s->db), rc = OK;

    if (form < 0)
        return ERR_DATA;
    if (form > FORM_NOW) {
        form_tell_newer(s->path, form);
        return ERR_DENIED;
    }
    if (form)
        rc = tables_check(s->db, form);
    if (!rc && form && form < FORM_NOW && !form_has_room(s->path, form))
        return ERR_FULL;
    if (!rc && form < FORM_NOW)
        rc = tables_make(s->db);
    if (!rc && form == FORM_NOW)
        views_follow(s->db);
    if (!rc && form && form < FORM_NOW)
        log_note("store", "%s is of form %d now, and was of %d", s->path, FORM_NOW, form);
    if (!rc && sql_number(s->db, "PRAGMA user_version", 0) != FORM_USER_VERSION)
        rc = form_write(s->db); /* a bit fell over, and older programs would hold it for damage */
    return rc ? rc : tables_check_places(s->db);
}

void file_close(struct store *s)
{
    for (int i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(s->statements[i]);
        s->statements[i] = NULL;
    }
    sqlite3_close(s->db);
    s->db = NULL;
    reader_close(s->reader);
    s->reader = NULL;
}

int file_open(struct store *s)
{
    int code, rc;

    make_folders(s->path);
    form_teach();
    if (header_hides_pages(s->path))
        return ERR_DATA;
    code = sqlite3_open_v2(s->path, &s->db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    rc = sql_error(code);
    if (!rc) {
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 256, 64);
        sqlite3_busy_timeout(s->db, 2000);
        rc = sql_run(s->db, "PRAGMA page_size = " FORM_PAGE
                            "; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                            "PRAGMA cache_size = -128; PRAGMA journal_size_limit = 8388608;"
                            "PRAGMA temp_store = MEMORY");
    }
    if (!rc)
        rc = make_tables(s);
    if (!rc)
        rc = statements_prepare(s);
    if (!rc && !s->is_loaded)
        rc = file_load(s);
    s->is_loaded |= !rc;
    if (rc)
        file_close(s);
    /* Some damage looks like a file of another kind, or one that must not be written. */
    if (rc && rc != ERR_DATA && access(s->path, W_OK) == 0 && header_is_wrong(s->path))
        rc = ERR_DATA;
    return rc;
}

/* ---- opening and closing ----------------------------------------------------------------- */

static void read_settings(struct store *s, const struct section *section)
{
    s->commit_s = section ? section_number(section, "commit_s") : 0;
    s->keep_days = section ? (int)section_number(section, "keep_days") : 0;
    s->keep_fine_h = section ? (int)section_number(section, "keep_fine") : 0;
    s->thin_s = section ? (int)section_number(section, "thin_to") : 60;
    s->cap_bytes = section ? (int64_t)(section_number(section, "cap_mb") * 1048576) : 0;
}

void store_follow(struct store *s, const struct section *section)
{
    lock_take(&s->lock);
    read_settings(s, section);
    lock_give(&s->lock);
}

static void let_go(struct store *s)
{
    file_close(s);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    for (size_t i = 0; i < s->shape_count; i++) {
        shape_done(&s->shapes[i]->shape);
        free(s->shapes[i]);
    }
    for (size_t i = 0; i < s->origin_count; i++)
        free(s->origins[i]);
    lookup_done(&s->shapes_by_set);
    lookup_done(&s->shapes_by_id);
    lookup_done(&s->origins_by_name);
    lookup_done(&s->origins_by_id);
    lookup_done(&s->meters_by_key);
    free(s->shapes);
    free(s->origins);
    free(s->cursors);
    free(s->meters);
    free(s->room);
    free(s->notes);
    pthread_cond_destroy(&s->news);
    lock_done(&s->lock);
    free(s);
}

int store_open(struct store **to, const char *path, const struct section *section, char *holder,
               size_t size)
{
    struct store *s = calloc(1, sizeof *s);
    int rc;

    if (!s)
        return ERR_FULL;
    lock_init(&s->lock, LOCK_STORE);
    condition_init(&s->news);
    s->next_seq = s->oldest_seq = 1;
    s->look.at_ms = INT64_MAX;
    s->zone_turn = zone_turn();
    s->lock_fd = -1;
    if (snprintf(s->path, sizeof s->path, "%s", path) >= (int)sizeof s->path) {
        let_go(s);
        return ERR_FULL;
    }
    read_settings(s, section);
    make_folders(s->path);
    rc = take_lock(s, holder, size);
    if (rc) {
        let_go(s);
        return rc;
    }
    lock_take(&s->lock);
    rc = care_open(s);
    lock_give(&s->lock);
    if (rc == ERR_STOPPED) {
        log_note("store", "this start is given up: the next one goes on with it");
    } else if (rc) {
        char what[500];
        snprintf(what, sizeof what, "%s cannot be opened (%s); readings wait in memory", s->path,
                 error_text(rc));
        complain(&s->trouble, "store", what);
    }
    if (rc)
        s->next_seq = s->oldest_seq = NUMBERS_WITHOUT_FILE;
    *to = s;
    return OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    lock_take(&s->lock);
    bool is_more = s->db && meters_fall_behind(s);
    int rc = is_more ? commit_locked(s) : OK;
    lock_give(&s->lock);
    if (care_close(s) || rc)
        log_err("store", "%zu readings could not be written and are lost with this end",
                s->room_rows);
    let_go(s);
}
