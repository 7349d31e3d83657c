/*
 * A file that may be damaged. Readers leave a mark when they met damage; but it may be their own
 * memory, or a cable, that garbles, so the owner looks itself before it believes them. A file that
 * is damaged is carried over into a new one (salvage.c), in a thread of its own where somebody has
 * a watchdog to feed; what comes in meanwhile waits in memory.
 */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/thread.h"
#include "store/copies.h"
#include "store/ending.h"
#include "store/salvage.h"
#include "store/tables.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int64_t PAUSE_LEAST_US = 10000000, PAUSE_MOST_US = 600000000, TELL_US = 5000000,
                     HEED_US = 600000000;
static const unsigned DOUBTS_MOST = 2;

/* ---- the mark of a reader -------------------------------------------------------------------- */

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

/* ---- carrying over --------------------------------------------------------------------------- */

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
    s->metered_seq = 0;
}

static void rest(struct store *s)
{
    struct care *c = &s->care;

    c->pause_us = c->pause_us ? 2 * c->pause_us : PAUSE_LEAST_US;
    if (c->pause_us > PAUSE_MOST_US)
        c->pause_us = PAUSE_MOST_US;
    c->next_us = clock_us() + c->pause_us;
}

/* At the start systemd waits for us, but not for ever. */
static bool goes_on(void *store, uint32_t page, uint32_t of)
{
    struct store *s = store;
    static _Atomic int64_t told_us;
    char state[120];

    if (!s->care.is_beside && clock_us() - told_us > TELL_US) {
        told_us = clock_us();
        snprintf(state, sizeof state,
                 "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=the store is damaged: page %u of %u is "
                 "carried over",
                 page, of);
        notify(state);
    }
    return !atomic_load(&s->care.is_stopping) && !ending_is_asked();
}

static void begin_carrying(struct store *s)
{
    char what[520];

    file_close(s);
    s->care.is_away = true;
    snprintf(what, sizeof what, "%s is damaged; what can be read is carried over into a new file%s",
             s->path, s->care.is_beside ? ", and readings wait in memory" : "");
    if (s->care.is_beside)
        complain(&s->trouble, "store", what); /* sinks go on from memory */
    else
        log_err("store", "%s", what);
    pthread_cond_broadcast(&s->news);
}

static int take_new_file(struct store *s, const char *aside, int64_t readings)
{
    struct waiting_note told = {.level = LOG_LEVEL_ERR, .who = "store", .at_ms = clock_wall_ms()};
    bool was_loaded = s->is_loaded;
    int rc = file_open(s);

    if (rc)
        return rc;
    if (was_loaded)
        forget_stored(s);
    snprintf(told.text, sizeof told.text,
             "damaged file set aside as %.120s; %lld readings carried over", aside,
             (long long)readings);
    log_err("store", "%s", told.text);
    note_locked(s, &told);
    s->counts.damaged++;
    s->generation++;
    s->care.pause_us = s->care.doubts = 0;
    s->retry_us = 0;
    s->is_suspect = false;
    (void)suspect_take(s->path); /* that was the other file */
    return OK;
}

static int carry_over(struct store *s)
{
    struct salvage_watch watch = {goes_on, s};
    char aside[480];
    int64_t readings = 0;

    begin_carrying(s);
    lock_give(&s->lock);
    int rc = salvage_build(s->path, &watch, &readings);
    if (!rc)
        rc = salvage_swap(s->path, aside, sizeof aside);
    lock_take(&s->lock);
    s->care.is_away = rc == ERR_STOPPED;
    if (!rc)
        rc = take_new_file(s, aside, readings);
    if (rc && rc != ERR_STOPPED) {
        if (rc != ERR_FULL) /* told there */
            complain(&s->care.trouble, "store", "the damaged file cannot be carried over yet");
        s->is_suspect = true;
        rest(s);
    }
    return rc;
}

/* ---- looking --------------------------------------------------------------------------------- */

static int look(struct store *s, bool is_ours)
{
    if (is_ours) {
        file_close(s);
        s->care.is_away = true;
    }
    lock_give(&s->lock);
    int rc = file_check(s->path, &s->care.is_stopping);
    lock_take(&s->lock);
    s->care.is_away = false;
    if (!rc && is_ours && ++s->care.doubts >= DOUBTS_MOST)
        rc = ERR_DATA; /* whatever it is: it cannot be used */
    if (rc == ERR_DATA)
        return carry_over(s);
    if (!rc) {
        complain_rarely(&s->care.trouble, "store",
                        "damage was met, but the file is sound: this machine's memory, or its "
                        "disk, may be failing");
        s->generation++; /* whoever met it opens the file anew */
    }
    if (!is_ours)
        s->care.heed_us = clock_us() + HEED_US;
    return rc;
}

static void look_and_open(struct store *s, bool is_ours, int *rc)
{
    *rc = look(s, is_ours);
    if (!*rc && !s->db)
        *rc = file_open(s);
    if (*rc == ERR_DATA && !s->db && s->care.next_us < clock_us())
        *rc = carry_over(s); /* every page is sound, and yet it cannot be used */
    s->care.is_running = false;
    pthread_cond_broadcast(&s->news);
}

static void *run(void *store)
{
    struct store *s = store;
    int rc;

    lock_take(&s->lock);
    look_and_open(s, s->care.is_ours, &rc);
    lock_give(&s->lock);
    return NULL;
}

int care_look(struct store *s, bool is_ours)
{
    struct care *c = &s->care;
    int rc = ERR_DATA;

    if (c->is_running || atomic_load(&c->is_stopping) || clock_us() < c->next_us ||
        (!is_ours && clock_us() < c->heed_us))
        return rc;
    s->is_suspect = false;
    c->is_running = true;
    c->is_ours = is_ours;
    if (c->is_begun)
        pthread_join(c->thread, NULL); /* it has let go of the lock for good: no wait under it */
    c->is_begun = c->is_beside && thread_begin(&c->thread, "store care", run, s) == OK;
    if (!c->is_begun)
        look_and_open(s, is_ours, &rc);
    else if (is_ours)
        c->is_away = true;
    return rc;
}

/* ---- from the start to the end -----------------------------------------------------------------
 */

int care_open(struct store *s)
{
    if (salvage_is_begun(s->path)) {
        log_note("store", "a salvage that was interrupted goes on");
        return carry_over(s);
    }
    int rc = file_open(s);
    return rc == ERR_DATA ? care_look(s, true) : rc;
}

void store_care_beside(struct store *s)
{
    lock_take(&s->lock);
    s->care.is_beside = true;
    lock_give(&s->lock);
}

/* What waits goes into the new file, though that is not whole yet: the next start goes on with it.
 */
static int park(struct store *s)
{
    char half[440];

    salvage_name(s->path, half, sizeof half);
    int rc =
        sql_error(sqlite3_open_v2(half, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    if (!rc)
        rc = statements_prepare(s);
    if (!rc) {
        forget_stored(s);
        rc = rows_write(s);
    }
    return rc;
}

int care_close(struct store *s)
{
    int rc = OK;

    atomic_store(&s->care.is_stopping, true);
    if (s->care.is_begun)
        thread_join(s->care.thread);
    s->care.is_begun = false;
    if (!s->care.is_away)
        return store_commit(s);
    lock_take(&s->lock);
    if (s->room_rows || s->note_count)
        rc = park(s);
    if (!rc)
        log_note("store", "the next start goes on with what is carried over");
    lock_give(&s->lock);
    return rc;
}
