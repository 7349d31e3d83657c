/* Rows come in, wait, and are committed (store/store.h). */
#include "store/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

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
    { "cap_mb",     NUMBER, "0",    0,    1e6,   NULL, "Largest size in megabytes: then the oldest go, and what a sink lost is told; 0: none. The curves of a year take up to 300" },
    SETTINGS_END,
};
// clang-format on

enum { ROOM_FIRST = 16 * 1024 };
static const int64_t LOOK_US = 500000; /* a turned clock must not be slept through */

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

static int64_t append_locked(struct store *s, const struct origin *from, enum record_kind kind,
                             int64_t at_ms, const struct reading *r)
{
    char numbers[NUMBERS_MAX];
    struct known_shape *shape =
        shape_for(s, (struct known_origin *)(void *)(uintptr_t)from, kind, r);

    if (!shape)
        return ERR_FULL;
    numbers_write(&shape->shape, r, numbers, sizeof numbers);
    size_t length = strlen(numbers);
    size_t size = (sizeof(struct waiting) + length + 1 + 7) / 8 * 8;
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
    if (kind == RECORD_LIVE || kind == RECORD_UNTIMED)
        meters_said(s, from->id, kind == RECORD_LIVE ? at_ms : 0, r);
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
    lock_take(&s->lock);
    seq = append_locked(s, from, kind, at_ms, r);
    lock_give(&s->lock);
    return seq;
}

bool store_waiting_row(struct store *s, int64_t seq, struct record *to, char *numbers, size_t size)
{
    bool is_found = false;

    lock_take(&s->lock);
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
    lock_give(&s->lock);
    return is_found;
}

/* ---- waiting for rows -------------------------------------------------------------------- */

int64_t store_visible(struct store *s)
{
    lock_take(&s->lock);
    int64_t seq = s->visible_seq;
    lock_give(&s->lock);
    return seq;
}

/* Rows that a sink may have now: committed ones, and while the disk is stuck also waiting ones. */
static int64_t servable(const struct store *s)
{
    int64_t seq = s->trouble.count ? s->next_seq - 1 : s->visible_seq;

    return s->untimed_seq && seq >= s->untimed_seq ? s->untimed_seq - 1 : seq;
}

int64_t store_wait_beyond(struct store *s, int64_t seq, int64_t until_us,
                          const _Atomic bool *is_called_off)
{
    lock_take(&s->lock);
    while (servable(s) <= seq && !(is_called_off && *is_called_off)) {
        int64_t now = clock_us(), look = now + LOOK_US;
        if (now >= until_us)
            break;
        lock_wait_until(&s->lock, &s->news, look < until_us ? look : until_us);
    }
    seq = servable(s);
    lock_give(&s->lock);
    return seq;
}

void store_wake(struct store *s)
{
    lock_take(&s->lock);
    pthread_cond_broadcast(&s->news);
    lock_give(&s->lock);
}

/* ---- small things to remember ------------------------------------------------------------ */

static bool has_room_for_note(struct store *s)
{
    if (s->note_count < s->note_room)
        return true;
    size_t room = s->note_room ? 2 * s->note_room : 64;
    struct waiting_note *more = room > NOTES_MOST ? NULL : realloc(s->notes, room * sizeof *more);
    if (!more)
        return false;
    s->notes = more;
    s->note_room = room;
    return true;
}

void note_locked(struct store *s, const struct waiting_note *n)
{
    if (!has_room_for_note(s)) { /* the disk is stuck for long: the oldest goes, and is counted */
        s->notes_lost++;
        if (!s->note_count)
            return;
        memmove(s->notes, s->notes + 1, (s->note_count - 1) * sizeof *s->notes);
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
    lock_take(&s->lock);
    note_locked(s, &n);
    lock_give(&s->lock);
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
    lock_take(&s->lock);
    s->is_suspect = true;
    if (!s->since_us)
        s->since_us = clock_us();
    lock_give(&s->lock);
}

unsigned store_generation(struct store *s)
{
    lock_take(&s->lock);
    unsigned generation = s->generation;
    lock_give(&s->lock);
    return generation;
}

const char *store_path(const struct store *s)
{
    return s->path;
}

void store_count(struct store *s, struct store_counts *to)
{
    lock_take(&s->lock);
    *to = s->counts;
    to->waiting = s->room_rows;
    to->bytes = s->db ? sql_number(s->db, "PRAGMA page_count", 0) *
                            sql_number(s->db, "PRAGMA page_size", 4096)
                      : 0;
    lock_give(&s->lock);
}
