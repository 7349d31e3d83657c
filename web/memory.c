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

static bool take(struct memory *m, size_t size)
{
    size_t used = atomic_load(&m->used);

    do {
        if (size > m->most || used > m->most - size)
            return false;
    } while (!atomic_compare_exchange_weak(&m->used, &used, used + size));
    return true;
}

void *memory_block(struct memory *m, size_t size)
{
    size_t whole = sizeof(struct block) + size;

    if (!take(m, whole))
        return NULL;
    struct block *b = calloc(1, whole);
    if (!b) {
        atomic_fetch_sub(&m->used, whole);
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
            atomic_fetch_sub(&m->used, whole - before);
        return NULL;
    }
    if (whole < before)
        atomic_fetch_sub(&m->used, before - whole);
    to->size = whole;
    return to->bytes;
}

void memory_free(void *block)
{
    if (!block)
        return;
    struct block *b = block_of(block);
    atomic_fetch_sub(&b->of->used, b->size);
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

bool memory_text(struct memory *m, struct text *t, size_t size)
{
    char *bytes = memory_block(m, size);

    if (!bytes)
        return false;
    *t = text_on(bytes, size);
    t->grow = grow;
    return true;
}
