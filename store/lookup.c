/* Open addressing, half empty at least (store/lookup.h). */
#include "store/lookup.h"

#include <stdlib.h>

enum { SIZE_FIRST = 32, ROOM_FIRST = 8 };

bool lookup_next(const struct lookup *l, struct lookup_walk *w, size_t *place)
{
    while (w->step < l->size) {
        const struct lookup_slot *slot = &l->slots[(w->hash + w->step++) & (l->size - 1)];
        if (!slot->place)
            return false;
        if (slot->hash == w->hash) {
            *place = slot->place - 1;
            return true;
        }
    }
    return false;
}

static void put(struct lookup *l, struct lookup_slot what)
{
    size_t at = what.hash;

    while (l->slots[at & (l->size - 1)].place)
        at++;
    l->slots[at & (l->size - 1)] = what;
}

static bool grow(struct lookup *l)
{
    struct lookup larger = {.size = l->size ? 2 * l->size : SIZE_FIRST, .used = l->used};

    larger.slots = calloc(larger.size, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < l->size; i++)
        if (l->slots[i].place)
            put(&larger, l->slots[i]);
    free(l->slots);
    *l = larger;
    return true;
}

bool lookup_reserve(struct lookup *l)
{
    return 2 * (l->used + 1) <= l->size || grow(l);
}

bool lookup_add(struct lookup *l, uint32_t hash, size_t place)
{
    if (!lookup_reserve(l))
        return false;
    put(l, (struct lookup_slot){hash, (uint32_t)place + 1});
    l->used++;
    return true;
}

void lookup_done(struct lookup *l)
{
    free(l->slots);
    *l = (struct lookup){0};
}

void *array_more(void *array, size_t count, size_t *room, size_t each)
{
    size_t larger = *room ? 2 * *room : ROOM_FIRST;

    if (count < *room)
        return array;
    void *more = realloc(array, larger * each);
    if (more)
        *room = larger;
    return more;
}
