/* What the store knows by name: origins and cursors. Small, and all in memory. */
#include "store/inside.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- origins ----------------------------------------------------------------------------- */

static struct known_origin *find_origin(struct store *s, const char *name)
{
    struct lookup_walk w = {lookup_hash(name), 0};

    for (size_t place; lookup_next(&s->origins_by_name, &w, &place);)
        if (!strcmp(s->origins[place]->origin.name, name))
            return s->origins[place];
    return NULL;
}

static uint32_t hash_of_id(int id)
{
    return bytes_sum(&id, sizeof id);
}

struct known_origin *origin_numbered(const struct store *s, int id)
{
    struct lookup_walk w = {hash_of_id(id), 0};

    for (size_t place; lookup_next(&s->origins_by_id, &w, &place);)
        if (s->origins[place]->origin.id == id && !s->origins[place]->is_double)
            return s->origins[place];
    return NULL;
}

bool origin_renumber(struct store *s, size_t place, int id)
{
    s->origins[place]->origin.id = id;
    if (s->last_origin_id < id)
        s->last_origin_id = id;
    return lookup_add(&s->origins_by_id, hash_of_id(id), place);
}

bool origin_add(struct store *s, struct known_origin *k)
{
    struct known_origin **more =
        array_more(s->origins, s->origin_count, &s->origin_room, sizeof(void *));

    if (!more)
        return false;
    s->origins = more;
    if (!lookup_reserve(&s->origins_by_name) || !lookup_reserve(&s->origins_by_id) ||
        !lookup_add(&s->origins_by_name, lookup_hash(k->origin.name), s->origin_count) ||
        !lookup_add(&s->origins_by_id, hash_of_id(k->origin.id), s->origin_count))
        return false;
    s->origins[s->origin_count++] = k;
    if (s->last_origin_id < k->origin.id)
        s->last_origin_id = k->origin.id;
    return true;
}

static struct known_origin *new_origin(struct store *s, const struct origin *o)
{
    struct known_origin *k = calloc(1, sizeof *k);

    if (!k)
        return NULL;
    k->origin = *o;
    k->origin.id = s->last_origin_id + 1;
    k->is_looked = true; /* nothing of it can be there yet */
    origin_closed(k, 0);
    if (origin_add(s, k))
        return k;
    free(k);
    return NULL;
}

static bool is_same_origin(const struct origin *a, const struct origin *b)
{
    return !strcmp(a->driver, b->driver) && !strcmp(a->serial, b->serial) &&
           !strcmp(a->firmware, b->firmware) && !strcmp(a->group, b->group) &&
           a->address == b->address;
}

const struct origin *store_origin(struct store *s, const struct origin *o)
{
    lock_take(&s->lock);
    struct known_origin *k = find_origin(s, o->name);
    if (!k) {
        k = new_origin(s, o);
    } else if (!is_same_origin(&k->origin, o)) {
        int id = k->origin.id;
        k->origin = *o;
        k->origin.id = id;
        k->is_stored = false;
    }
    lock_give(&s->lock);
    if (!k)
        log_err("store", "there is no memory for one more device: %s", o->name);
    return k ? &k->origin : NULL;
}

const struct origin *store_origin_named(struct store *s, const char *name)
{
    lock_take(&s->lock);
    const struct known_origin *k = find_origin(s, name);
    lock_give(&s->lock);
    return k ? &k->origin : NULL;
}

const struct origin *store_origin_of_serial(struct store *s, const char *driver, const char *serial,
                                            origin_fn *is_other, void *who)
{
    const struct origin *found = NULL;

    lock_take(&s->lock);
    for (size_t i = 0; i < s->origin_count; i++) {
        const struct origin *o = &s->origins[i]->origin;
        if (!strcmp(o->serial, serial) && !strcmp(o->driver, driver) && !is_other(who, o))
            found = o;
    }
    lock_give(&s->lock);
    return found;
}

/* ---- cursors ----------------------------------------------------------------------------- */

static struct known_cursor *find_cursor(struct store *s, const char *sink)
{
    for (size_t i = 0; i < s->cursor_count; i++)
        if (!strcmp(s->cursors[i].sink, sink))
            return &s->cursors[i];
    return NULL;
}

struct known_cursor *cursor_add(struct store *s, const char *sink)
{
    struct known_cursor *more =
        array_more(s->cursors, s->cursor_count, &s->cursor_room, sizeof *more);

    if (!more)
        return NULL;
    s->cursors = more;
    struct known_cursor *c = &s->cursors[s->cursor_count++];
    *c = (struct known_cursor){0};
    snprintf(c->sink, sizeof c->sink, "%s", sink);
    return c;
}

int64_t store_cursor(struct store *s, const char *sink, bool from_start)
{
    int64_t seq;

    lock_take(&s->lock);
    struct known_cursor *c = find_cursor(s, sink);
    if (!c && (c = cursor_add(s, sink)) != NULL) {
        bool is_late =
            !from_start && !s->counts.damaged; /* who lost its place gets everything again */
        c->seq = is_late ? s->next_seq - 1 : s->oldest_seq - 1;
        c->is_dirty = true;
    }
    if (c)
        c->is_kept = true;
    seq = c ? c->seq : s->next_seq - 1;
    lock_give(&s->lock);
    if (!c)
        log_err("store", "there is no memory for the place of %s: it begins here again", sink);
    return seq;
}

void store_cursor_move(struct store *s, const char *sink, int64_t seq)
{
    lock_take(&s->lock);
    struct known_cursor *c = find_cursor(s, sink);
    if (c && c->seq < seq) {
        c->seq = seq;
        c->is_dirty = true;
    }
    lock_give(&s->lock);
}

void store_cursor_forget(struct store *s, const char *sink)
{
    lock_take(&s->lock);
    struct known_cursor *c = find_cursor(s, sink);
    if (c)
        c->is_kept = false;
    lock_give(&s->lock);
}

uint64_t store_cursor_lost(struct store *s, const char *sink)
{
    lock_take(&s->lock);
    const struct known_cursor *c = find_cursor(s, sink);
    uint64_t lost = c ? c->lost : 0;
    lock_give(&s->lock);
    return lost;
}

int64_t kept_seq(const struct store *s)
{
    int64_t least = s->next_seq - 1;

    for (size_t i = 0; i < s->cursor_count; i++)
        if (s->cursors[i].is_kept && s->cursors[i].seq < least)
            least = s->cursors[i].seq;
    return least;
}
