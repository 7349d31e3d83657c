/* What waits becomes durable: one transaction for all of it (store/store.h). */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const int64_t RETRY_US = 2000000;

static int put_shapes(struct store *s)
{
    char names[READING_MAX * 40];
    int rc = OK;

    for (size_t i = 0; i < s->shape_count && !rc; i++) {
        const struct shape *shape = &s->shapes[i]->shape;
        struct text text = text_on(names, sizeof names);
        if (s->shapes[i]->is_stored || s->shapes[i]->is_gone)
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

static int drop_parts(struct store *s)
{
    int rc = OK;

    for (size_t i = 0; i < s->origin_count && !rc; i++)
        if (s->origins[i]->is_late)
            rc = part_drop(s, s->origins[i]->origin.id);
    return rc;
}

static int put_rows(struct store *s)
{
    int rc = OK;

    origins_forget_reopened(s);
    for (size_t at = 0; at < s->room_used && !rc;) {
        const struct waiting *w = (const void *)(s->room + at);
        int64_t sum =
            row_sum(w->seq, w->at_ms, w->from->id, (int)w->kind, w->shape->id, w->numbers);
        rc = sql_bind(s->statements[PUT_READING], "iiiiiti", w->seq, w->at_ms, (int64_t)w->from->id,
                      (int64_t)w->kind, (int64_t)w->shape->id, w->numbers, sum);
        if (!rc)
            rc = sql_step_done(s->statements[PUT_READING]);
        if (!rc && w->kind == RECORD_DAY)
            rc = day_put(s, w);
        if (!rc && w->kind < RECORD_UNTIMED)
            rc = origin_row(s, (struct known_origin *)(void *)(uintptr_t)w->from, w->at_ms);
        at += w->size;
    }
    return rc ? rc : drop_parts(s);
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
    if (s->notes_lost)
        log_err("store",
                "%zu notes were lost while the disk was stuck (readings are counted apart)",
                s->notes_lost);
    s->notes_lost = 0;
    s->since_us = 0;
    s->care.doubts = 0;
    s->visible_seq = s->next_seq - 1;
    for (size_t i = 0; i < s->shape_count; i++)
        s->shapes[i]->is_stored = true;
    for (size_t i = 0; i < s->origin_count; i++) {
        s->generation += !s->origins[i]->is_stored; /* readers have its old words */
        s->origins[i]->is_stored = true;
        s->origins[i]->has_part &= !s->origins[i]->is_late;
        s->origins[i]->is_late = false;
    }
    for (size_t i = 0; i < s->cursor_count; i++)
        s->cursors[i].is_dirty = false;
    meters_committed(s);
    complaint_over(&s->trouble, "store", "is written to again; what waited is kept");
    pthread_cond_broadcast(&s->news);
}

int rows_write(struct store *s)
{
    static int (*const puts_in_order[])(struct store *) = {
        put_origins, put_shapes, put_rows, put_cursors, meters_put, put_notes, put_untimed};
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

static int write_or_undo(struct store *s)
{
    int rc = rows_write(s);

    if (rc && !sqlite3_get_autocommit(s->db) && sql_run(s->db, "ROLLBACK"))
        file_close(s); /* nothing else gets rid of the transaction */
    return rc;
}

int commit_locked(struct store *s)
{
    int rc = OK;

    if (s->care.is_away)
        return ERR_BUSY; /* told when that began */
    s->is_suspect |= suspect_take(s->path);
    if (s->is_suspect)
        (void)care_look(s, false); /* what it found shows when the file is written to */
    if (!s->care.is_away && !s->db)
        rc = file_open(s);
    if (!rc && !s->care.is_away)
        rc = write_or_undo(s);
    if (rc == ERR_DATA) {
        rc = care_look(s, true);
        if (!rc)
            rc = write_or_undo(s);
    }
    if (s->care.is_away)
        return ERR_BUSY;
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

    lock_take(&s->lock);
    while (s->care.is_away && !s->care.is_beside)
        lock_wait(&s->lock, &s->news); /* another thread is looking after the file */
    if (has_dirt(s))
        rc = commit_locked(s);
    lock_give(&s->lock);
    return rc;
}

void store_cursor_keep(struct store *s)
{
    lock_take(&s->lock);
    bool is_wise = s->commit_s <= 0 && s->trouble.count == 0;
    if (is_wise && has_dirt(s))
        (void)(commit_locked(s) == OK); /* told there; the next commit takes it along */
    lock_give(&s->lock);
}

int store_commit_due(struct store *s)
{
    int64_t now = clock_us();
    int rc = OK;

    lock_take(&s->lock);
    bool is_stuck = s->trouble.count > 0;
    bool is_due = s->since_us && now - s->since_us >= (int64_t)(s->commit_s * 1e6);
    is_due |= s->room_used > ROOM_MOST / 2;
    if (is_stuck)
        is_due = now >= s->retry_us;
    if (is_due && has_dirt(s))
        rc = commit_locked(s);
    else if (s->room_rows)
        rc = ERR_BUSY;
    lock_give(&s->lock);
    return rc;
}

bool store_is_stuck(struct store *s)
{
    lock_take(&s->lock);
    bool is_stuck = s->trouble.count > 0;
    lock_give(&s->lock);
    return is_stuck;
}
