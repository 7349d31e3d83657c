/* What the store knows by name: shapes, origins, cursors, meters. All small, all in memory. */
#include "store/inside.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shapes ------------------------------------------------------------------------------ */

static bool is_shape(const struct known_shape *k, const struct reading *r)
{
    if (k->shape.count != r->count)
        return false;
    for (unsigned i = 0; i < r->count; i++)
        if (k->key[i] != r->fields[i].metric)
            return false;
    return true;
}

struct known_shape *shape_for(struct store *s, const struct reading *r)
{
    for (size_t i = s->shape_count; i-- > 0;)
        if (is_shape(s->shapes[i], r))
            return s->shapes[i];
    struct known_shape *k = s->shape_count < STORE_SHAPES ? calloc(1, sizeof *k) : NULL;
    if (!k)
        return NULL;
    k->shape.count = r->count;
    for (unsigned i = 0; i < r->count; i++) {
        k->key[i] = r->fields[i].metric;
        k->shape.fields[i].metric = r->fields[i].metric;
        k->shape.fields[i].name = strdup(catalogue[r->fields[i].metric].name);
        if (!k->shape.fields[i].name)
            return NULL;
    }
    k->shape.id = s->shape_count ? s->shapes[s->shape_count - 1]->shape.id + 1 : 1;
    s->shapes[s->shape_count++] = k;
    return k;
}

/* ["pv_voltage","pv_power"]: written by put_shapes, so no need for a whole JSON reader. */
bool shape_read(const char *names, struct shape *to)
{
    *to = (struct shape){0};
    for (const char *p = strchr(names, '"'); p; p = strchr(p, '"')) {
        const char *end = strchr(++p, '"');
        if (!end || to->count == READING_MAX)
            return false;
        char *name = strndup(p, (size_t)(end - p));
        if (!name)
            return false;
        to->fields[to->count].name = name;
        to->fields[to->count++].metric = (uint16_t)metric_find(name);
        p = end + 1;
    }
    return to->count > 0;
}

void shape_done(struct shape *shape)
{
    for (unsigned i = 0; i < shape->count; i++)
        free(shape->fields[i].name);
    shape->count = 0;
}

/* ---- origins ----------------------------------------------------------------------------- */

static struct known_origin *find_origin(struct store *s, const char *name)
{
    for (size_t i = 0; i < s->origin_count; i++)
        if (!strcmp(s->origins[i]->origin.name, name))
            return s->origins[i];
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
    int id = 1;

    pthread_mutex_lock(&s->lock);
    struct known_origin *k = find_origin(s, o->name);
    if (!k && s->origin_count < STORE_ORIGINS && (k = calloc(1, sizeof *k)) != NULL) {
        for (size_t i = 0; i < s->origin_count; i++)
            if (s->origins[i]->origin.id >= id)
                id = s->origins[i]->origin.id + 1;
        k->origin = *o;
        k->origin.id = id;
        s->origins[s->origin_count++] = k;
    } else if (k && !is_same_origin(&k->origin, o)) {
        id = k->origin.id;
        k->origin = *o;
        k->origin.id = id;
        k->is_stored = false;
    }
    pthread_mutex_unlock(&s->lock);
    return k ? &k->origin : NULL;
}

const struct origin *store_origin_named(struct store *s, const char *name)
{
    pthread_mutex_lock(&s->lock);
    const struct known_origin *k = find_origin(s, name);
    pthread_mutex_unlock(&s->lock);
    return k ? &k->origin : NULL;
}

/* ---- cursors ----------------------------------------------------------------------------- */

static struct known_cursor *find_cursor(struct store *s, const char *sink)
{
    for (size_t i = 0; i < s->cursor_count; i++)
        if (!strcmp(s->cursors[i].sink, sink))
            return &s->cursors[i];
    return NULL;
}

int64_t store_cursor(struct store *s, const char *sink, bool from_start)
{
    int64_t seq;

    pthread_mutex_lock(&s->lock);
    struct known_cursor *c = find_cursor(s, sink);
    if (!c && s->cursor_count < STORE_CURSORS) {
        c = &s->cursors[s->cursor_count++];
        bool is_late =
            !from_start && !s->counts.damaged; /* who lost its place gets everything again */
        *c = (struct known_cursor){.seq = is_late ? s->next_seq - 1 : s->oldest_seq - 1,
                                   .is_dirty = true};
        snprintf(c->sink, sizeof c->sink, "%s", sink);
    }
    if (c)
        c->is_kept = true;
    seq = c ? c->seq : s->next_seq - 1;
    pthread_mutex_unlock(&s->lock);
    return seq;
}

void store_cursor_move(struct store *s, const char *sink, int64_t seq)
{
    pthread_mutex_lock(&s->lock);
    struct known_cursor *c = find_cursor(s, sink);
    if (c && c->seq < seq) {
        c->seq = seq;
        c->is_dirty = true;
    }
    pthread_mutex_unlock(&s->lock);
}

void store_cursor_forget(struct store *s, const char *sink)
{
    pthread_mutex_lock(&s->lock);
    struct known_cursor *c = find_cursor(s, sink);
    if (c)
        c->is_kept = false;
    pthread_mutex_unlock(&s->lock);
}

uint64_t store_cursor_lost(struct store *s, const char *sink)
{
    pthread_mutex_lock(&s->lock);
    const struct known_cursor *c = find_cursor(s, sink);
    uint64_t lost = c ? c->lost : 0;
    pthread_mutex_unlock(&s->lock);
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

/* ---- meters ------------------------------------------------------------------------------ */

static struct known_meter *find_meter(struct store *s, int device, enum metric m)
{
    for (size_t i = 0; i < s->meter_count; i++)
        if (s->meters[i].device == device && s->meters[i].metric == m)
            return &s->meters[i];
    return NULL;
}

static struct known_meter *new_meter(struct store *s)
{
    if (s->meter_count == s->meter_room) {
        size_t room = s->meter_room ? 2 * s->meter_room : 32;
        void *more = room <= STORE_METERS ? realloc(s->meters, room * sizeof *s->meters) : NULL;
        if (!more)
            return NULL;
        s->meters = more;
        s->meter_room = room;
    }
    s->meters[s->meter_count] = (struct known_meter){.metric = M_NONE};
    return &s->meters[s->meter_count++];
}

void store_meter_put(struct store *s, const struct origin *from, enum metric m, double value,
                     double carry)
{
    pthread_mutex_lock(&s->lock);
    struct known_meter *k = find_meter(s, from->id, m);
    if (!k)
        k = new_meter(s);
    if (k && (k->metric != m || k->value < value || k->value > value || k->carry < carry ||
              k->carry > carry))
        *k = (struct known_meter){from->id, m, value, carry, true};
    pthread_mutex_unlock(&s->lock);
}

bool store_meter_get(struct store *s, const struct origin *from, enum metric m, double *value,
                     double *carry)
{
    pthread_mutex_lock(&s->lock);
    const struct known_meter *k = find_meter(s, from->id, m);
    if (k) {
        *value = k->value;
        *carry = k->carry;
    }
    pthread_mutex_unlock(&s->lock);
    return k != NULL;
}
