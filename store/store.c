/* Rows come in, wait, and are committed (store/store.h). */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting store_settings[] = {
    /* key          type    default least most   choices help */
    { "path",       TEXT,   "",     0,    0,     NULL, "The file that keeps everything; empty: helio.db in the state folder" },
    { "commit_s",   NUMBER, "0",    0,    3600,  NULL, "Seconds between commits; 0: every round. More spares the SD card; a power cut costs as much" },
    { "keep_days",  NUMBER, "0",    0,    36500, NULL, "Readings older than this go, once every sink has them; 0: never" },
    { "keep_fine",  NUMBER, "0",    0,    87600, NULL, "Hours to keep every reading; older ones are thinned to one each thin_to; 0: all" },
    { "thin_to",    NUMBER, "60",   1,    86400, NULL, "Seconds between the readings that thinning leaves" },
    { "cap_mb",     NUMBER, "0",    0,    1e6,   NULL, "Largest size in megabytes: then the oldest go, and what a sink lost is told; 0: none" },
    SETTINGS_END,
};
// clang-format on

/* The waiting room holds an hour and more of six units when the disk is full. */
enum { ROOM_FIRST = 16 * 1024, ROOM_MOST = 1024 * 1024 };
static const int64_t RETRY_US = 2000000;

/* ---- the waiting room -------------------------------------------------------------------- */

void room_drop_oldest(struct store *s)
{
    const struct waiting *first = (const void *)s->room;
    size_t size = first->size;

    if (!s->room_rows)
        return;
    memmove(s->room, s->room + size, s->room_used - size);
    s->room_used -= size;
    s->room_rows--;
    s->counts.lost_waiting++;
}

static struct waiting *room_take(struct store *s, size_t size)
{
    while (s->room_used + size > ROOM_MOST && s->room_rows)
        room_drop_oldest(s);
    if (s->room_used + size > s->room_size) {
        size_t larger = s->room_size ? 2 * s->room_size : ROOM_FIRST;
        while (larger < s->room_used + size)
            larger *= 2;
        char *more = realloc(s->room, larger);
        if (!more)
            return NULL;
        s->room = more;
        s->room_size = larger;
    }
    struct waiting *w = (void *)(s->room + s->room_used);
    s->room_used += size;
    s->room_rows++;
    return w;
}

static size_t write_numbers(const struct reading *r, char *to, size_t size)
{
    struct text text = text_on(to, size);

    text_char(&text, '[');
    for (unsigned i = 0; i < r->count; i++) {
        if (i)
            text_char(&text, ',');
        text_number(&text, r->fields[i].value);
    }
    text_char(&text, ']');
    return text.used;
}

static int64_t append_locked(struct store *s, const struct origin *from, enum record_kind kind,
                             int64_t at_ms, const struct reading *r)
{
    char numbers[NUMBERS_MAX];
    struct known_shape *shape = shape_for(s, r);
    size_t length = write_numbers(r, numbers, sizeof numbers);
    size_t size = (sizeof(struct waiting) + length + 1 + 7) / 8 * 8;

    if (!shape)
        return ERR_FULL;
    struct waiting *w = room_take(s, size);
    if (!w)
        return ERR_FULL;
    *w = (struct waiting){.seq = s->next_seq++,
                          .at_ms = at_ms,
                          .from = from,
                          .shape = &shape->shape,
                          .kind = (uint32_t)kind,
                          .size = (uint32_t)size};
    memcpy(w->numbers, numbers, length + 1);
    if (kind == RECORD_UNTIMED && !s->untimed_seq)
        s->untimed_seq = w->seq;
    if (!s->since_us)
        s->since_us = clock_us();
    s->counts.appended++;
    return w->seq;
}

int64_t store_append(struct store *s, const struct origin *from, enum record_kind kind,
                     int64_t at_ms, const struct reading *r)
{
    int64_t seq;

    if (!r->count)
        return 0;
    pthread_mutex_lock(&s->lock);
    seq = append_locked(s, from, kind, at_ms, r);
    pthread_mutex_unlock(&s->lock);
    return seq;
}

bool store_waiting_row(struct store *s, int64_t seq, struct record *to, char *numbers, size_t size)
{
    bool is_found = false;

    pthread_mutex_lock(&s->lock);
    for (size_t at = 0; at < s->room_used && !is_found;) {
        const struct waiting *w = (const void *)(s->room + at);
        at += w->size;
        if (w->seq <= seq || strlen(w->numbers) >= size)
            continue;
        *to = (struct record){.seq = w->seq,
                              .at_ms = w->at_ms,
                              .kind = (enum record_kind)w->kind,
                              .from = w->from,
                              .shape = w->shape,
                              .numbers = numbers};
        strcpy(numbers, w->numbers); /* its length was looked at */
        is_found = true;
    }
    pthread_mutex_unlock(&s->lock);
    return is_found;
}

/* ---- committing -------------------------------------------------------------------------- */

static int put_shapes(struct store *s)
{
    char names[READING_MAX * 40];
    int rc = OK;

    for (size_t i = 0; i < s->shape_count && !rc; i++) {
        const struct shape *shape = &s->shapes[i]->shape;
        struct text text = text_on(names, sizeof names);
        if (s->shapes[i]->is_stored)
            continue;
        for (unsigned k = 0; k < shape->count; k++)
            text_format(&text, "%s\"%s\"", k ? "," : "[", shape->fields[k].name);
        text_char(&text, ']');
        rc = sql_bind(s->statements[PUT_SHAPE], "it", (int64_t)shape->id, names);
        if (!rc)
            rc = sql_step_done(s->statements[PUT_SHAPE]);
    }
    return rc;
}

static int put_origins(struct store *s)
{
    int rc = OK;

    for (size_t i = 0; i < s->origin_count && !rc; i++) {
        const struct origin *o = &s->origins[i]->origin;
        if (s->origins[i]->is_stored)
            continue;
        rc = sql_bind(s->statements[PUT_DEVICE], "itttttii", (int64_t)o->id, o->name, o->driver,
                      o->serial, o->firmware, o->group, (int64_t)o->address, clock_wall_ms());
        if (!rc)
            rc = sql_step_done(s->statements[PUT_DEVICE]);
    }
    return rc;
}

static int put_rows(struct store *s)
{
    int rc = OK;

    for (size_t at = 0; at < s->room_used && !rc;) {
        const struct waiting *w = (const void *)(s->room + at);
        int64_t sum =
            row_sum(w->seq, w->at_ms, w->from->id, (int)w->kind, w->shape->id, w->numbers);
        rc = sql_bind(s->statements[PUT_READING], "iiiiiti", w->seq, w->at_ms, (int64_t)w->from->id,
                      (int64_t)w->kind, (int64_t)w->shape->id, w->numbers, sum);
        if (!rc)
            rc = sql_step_done(s->statements[PUT_READING]);
        at += w->size;
    }
    return rc;
}

static int put_cursors(struct store *s)
{
    int rc = OK;

    for (size_t i = 0; i < s->cursor_count && !rc; i++) {
        const struct known_cursor *c = &s->cursors[i];
        if (!c->is_dirty)
            continue;
        rc = sql_bind(s->statements[PUT_CURSOR], "tiii", c->sink, c->seq, clock_wall_ms(),
                      (int64_t)c->lost);
        if (!rc)
            rc = sql_step_done(s->statements[PUT_CURSOR]);
    }
    return rc;
}

static int put_meters(struct store *s)
{
    int rc = OK;

    for (size_t i = 0; i < s->meter_count && !rc; i++) {
        const struct known_meter *m = &s->meters[i];
        if (!m->is_dirty)
            continue;
        rc = sql_bind(s->statements[PUT_METER], "itdd", (int64_t)m->device,
                      catalogue[m->metric].name, m->value, m->carry);
        if (!rc)
            rc = sql_step_done(s->statements[PUT_METER]);
    }
    return rc;
}

static int put_notes(struct store *s)
{
    int rc = OK;

    for (size_t i = 0; i < s->note_count && !rc; i++) {
        const struct waiting_note *n = &s->notes[i];
        sqlite3_stmt *put = s->statements[n->is_aside ? PUT_ASIDE : PUT_EVENT];
        if (n->is_aside)
            rc = sql_bind(put, "titi", n->who, n->seq, n->text, n->at_ms);
        else
            rc = sql_bind(put, "iitt", n->at_ms, (int64_t)n->level, n->who, n->text);
        if (!rc)
            rc = sql_step_done(put);
    }
    return rc;
}

/* The first row without a time, and which boot it belongs to, must survive a restart. */
static int put_untimed(struct store *s)
{
    char text[200], boot[BOOT_TEXT];
    struct text t = text_on(text, sizeof text);

    if (!s->untimed_seq)
        return OK;
    text_format(&t, "INSERT OR REPLACE INTO note VALUES ('untimed', %lld), ('untimed_boot', '%s')",
                (long long)s->untimed_seq, boot_id(boot));
    return sql_run(s->db, text);
}

static void note_committed(struct store *s)
{
    s->counts.committed += s->room_rows;
    s->counts.commits++;
    s->room_used = s->room_rows = s->note_count = 0;
    s->since_us = 0;
    s->visible_seq = s->next_seq - 1;
    for (size_t i = 0; i < s->shape_count; i++)
        s->shapes[i]->is_stored = true;
    for (size_t i = 0; i < s->origin_count; i++)
        s->origins[i]->is_stored = true;
    for (size_t i = 0; i < s->cursor_count; i++)
        s->cursors[i].is_dirty = false;
    for (size_t i = 0; i < s->meter_count; i++)
        s->meters[i].is_dirty = false;
    complaint_over(&s->trouble, "store", "is written to again; what waited is kept");
    pthread_cond_broadcast(&s->news);
}

static int write_all(struct store *s)
{
    static int (*const puts_in_order[])(struct store *) = {
        put_origins, put_shapes, put_rows, put_cursors, put_meters, put_notes, put_untimed};
    int rc = sql_run(s->db, "BEGIN IMMEDIATE");

    for (size_t i = 0; i < sizeof puts_in_order / sizeof *puts_in_order && !rc; i++)
        rc = puts_in_order[i](s);
    if (!rc)
        rc = sql_run(s->db, "COMMIT");
    return rc;
}

static void tell_trouble(struct store *s, int rc)
{
    char what[600];

    snprintf(what, sizeof what,
             "%s cannot be written to (%s%s%s); %zu readings wait in memory, up to %d kB of them",
             s->path, error_text(rc), s->db ? ": " : "", s->db ? sqlite3_errmsg(s->db) : "",
             s->room_rows, ROOM_MOST / 1024);
    complain(&s->trouble, "store", what);
    s->retry_us = clock_us() + RETRY_US;
}

int commit_locked(struct store *s)
{
    int rc = s->db ? OK : file_open(s);

    if (!rc && (s->is_suspect || suspect_take(s->path)))
        rc = ERR_DATA;
    s->is_suspect = false;
    if (!rc)
        rc = write_all(s);
    if (rc && s->db && !sqlite3_get_autocommit(s->db) && sql_run(s->db, "ROLLBACK"))
        file_close(s); /* nothing else gets rid of the transaction */
    if (rc == ERR_DATA) {
        rc = salvage(s);
        if (!rc)
            rc = write_all(s);
    }
    if (rc) {
        tell_trouble(s, rc);
        pthread_cond_broadcast(&s->news); /* sinks go on from the waiting room */
        return rc;
    }
    note_committed(s);
    return OK;
}

static bool has_dirt(const struct store *s)
{
    for (size_t i = 0; i < s->cursor_count; i++)
        if (s->cursors[i].is_dirty)
            return true;
    return s->room_rows || s->note_count || s->is_suspect;
}

int store_commit(struct store *s)
{
    int rc = OK;

    pthread_mutex_lock(&s->lock);
    if (has_dirt(s))
        rc = commit_locked(s);
    pthread_mutex_unlock(&s->lock);
    return rc;
}

int store_commit_due(struct store *s)
{
    int64_t now = clock_us();
    int rc = OK;

    pthread_mutex_lock(&s->lock);
    bool is_stuck = s->trouble.count > 0;
    bool is_due = s->since_us && now - s->since_us >= (int64_t)(s->commit_s * 1e6);
    is_due |= s->room_used > ROOM_MOST / 2;
    if (is_stuck)
        is_due = now >= s->retry_us;
    if (is_due && has_dirt(s))
        rc = commit_locked(s);
    else if (s->room_rows)
        rc = ERR_BUSY;
    pthread_mutex_unlock(&s->lock);
    return rc;
}

bool store_is_stuck(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    bool is_stuck = s->trouble.count > 0;
    pthread_mutex_unlock(&s->lock);
    return is_stuck;
}

/* ---- waiting for rows -------------------------------------------------------------------- */

int64_t store_visible(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t seq = s->visible_seq;
    pthread_mutex_unlock(&s->lock);
    return seq;
}

/* Rows that a sink may have now: committed ones, and while the disk is stuck also waiting ones. */
static int64_t servable(const struct store *s)
{
    int64_t seq = s->trouble.count ? s->next_seq - 1 : s->visible_seq;

    return s->untimed_seq && seq >= s->untimed_seq ? s->untimed_seq - 1 : seq;
}

int64_t store_wait_beyond(struct store *s, int64_t seq, int64_t until_us)
{
    pthread_mutex_lock(&s->lock);
    while (servable(s) <= seq && !s->is_waked) {
        int64_t left = until_us - clock_us();
        struct timespec until;
        if (left <= 0)
            break;
        clock_gettime(CLOCK_MONOTONIC, &until);
        left = left < 500000 ? left : 500000; /* a turned clock must not be slept through */
        until.tv_nsec += (left % 1000000) * 1000;
        until.tv_sec += left / 1000000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&s->news, &s->lock, &until);
    }
    seq = servable(s);
    pthread_mutex_unlock(&s->lock);
    return seq;
}

void store_wake(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    s->is_waked = true;
    pthread_cond_broadcast(&s->news);
    pthread_mutex_unlock(&s->lock);
}

/* ---- small things to remember ------------------------------------------------------------ */

void note_locked(struct store *s, const struct waiting_note *n)
{
    if (s->note_count == NOTES_WAITING) { /* the disk is stuck: the oldest goes */
        memmove(s->notes, s->notes + 1, (NOTES_WAITING - 1) * sizeof *s->notes);
        s->note_count--;
    }
    s->notes[s->note_count++] = *n;
    if (!s->since_us)
        s->since_us = clock_us();
}

static void note(struct store *s, bool is_aside, int level, int64_t seq, const char *who,
                 const char *text)
{
    struct waiting_note n = {
        .is_aside = is_aside, .level = level, .seq = seq, .at_ms = clock_wall_ms()};

    snprintf(n.who, sizeof n.who, "%s", who);
    snprintf(n.text, sizeof n.text, "%s", text);
    pthread_mutex_lock(&s->lock);
    note_locked(s, &n);
    pthread_mutex_unlock(&s->lock);
}

void store_event(struct store *s, int level, const char *who, const char *text)
{
    note(s, false, level, 0, who, text);
}

void store_set_aside(struct store *s, const char *sink, int64_t seq, const char *why)
{
    note(s, true, 0, seq, sink, why);
}

void store_suspect(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    s->is_suspect = true;
    if (!s->since_us)
        s->since_us = clock_us();
    pthread_mutex_unlock(&s->lock);
}

unsigned store_generation(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned generation = s->generation;
    pthread_mutex_unlock(&s->lock);
    return generation;
}

const char *store_path(const struct store *s)
{
    return s->path;
}

void store_count(struct store *s, struct store_counts *to)
{
    pthread_mutex_lock(&s->lock);
    *to = s->counts;
    to->waiting = s->room_rows;
    to->bytes = s->db ? sql_number(s->db, "PRAGMA page_count", 0) *
                            sql_number(s->db, "PRAGMA page_size", 4096)
                      : 0;
    pthread_mutex_unlock(&s->lock);
}
