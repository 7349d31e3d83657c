/* One budget for all answers (web/memory.h). */
#include "web/memory.h"

#include <stdlib.h>
#include <string.h>

struct block {
    struct memory *of;
    size_t size; /* with this */
    max_align_t bytes[];
};

static struct block *block_of(void *bytes)
{
    return (struct block *)(void *)((char *)bytes - offsetof(struct block, bytes));
}

static void give(struct memory *m, size_t size)
{
    for (; m; m = m->within)
        atomic_fetch_sub(&m->used, size);
}

static bool take_one(struct memory *m, size_t size)
{
    size_t used = atomic_load(&m->used);

    do {
        if (size > m->most || used > m->most - size)
            return false;
    } while (!atomic_compare_exchange_weak(&m->used, &used, used + size));
    return true;
}

static bool take(struct memory *all, size_t size)
{
    for (struct memory *m = all; m; m = m->within)
        if (!take_one(m, size)) {
            for (; all != m; all = all->within)
                atomic_fetch_sub(&all->used, size);
            return false;
        }
    return true;
}

void *memory_block(struct memory *m, size_t size)
{
    size_t whole = sizeof(struct block) + size;

    if (!take(m, whole))
        return NULL;
    struct block *b = calloc(1, whole);
    if (!b) {
        give(m, whole);
        return NULL;
    }
    b->of = m;
    b->size = whole;
    return b->bytes;
}

void *memory_resize(void *block, size_t size)
{
    struct block *b = block_of(block);
    struct memory *m = b->of;
    size_t before = b->size, whole = sizeof(struct block) + size;

    if (whole > before && !take(m, whole - before))
        return NULL;
    struct block *to = realloc(b, whole);
    if (!to) {
        if (whole > before)
            give(m, whole - before);
        return NULL;
    }
    if (whole < before)
        give(m, before - whole);
    to->size = whole;
    return to->bytes;
}

void memory_free(void *block)
{
    if (!block)
        return;
    struct block *b = block_of(block);
    give(b->of, b->size);
    free(b);
}

struct memory *memory_of(void *block)
{
    return block_of(block)->of;
}

static bool grow(struct text *t, size_t size)
{
    size_t room = t->size;

    while (room < size && room < TEXT_MOST)
        room *= 2;
    char *bytes = room < size ? NULL : memory_resize(t->to, room);
    if (!bytes)
        return false;
    t->to = bytes;
    t->size = room;
    return true;
}

void memory_fit(struct text *t)
{
    char *bytes = memory_resize(t->to, t->used + 1);

    if (!bytes)
        return;
    t->to = bytes;
    t->size = t->used + 1;
}

bool memory_text(struct memory *m, struct text *t, size_t size)
{
    char *bytes = memory_block(m, size);

    if (!bytes)
        return false;
    *t = text_on(bytes, size);
    t->grow = grow;
    return true;
}
