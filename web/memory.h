/*
 * What answers on their way may hold, all together: whoever reads slowly holds it for long. A block
 * knows its size, so that it can be given back by whoever has only its bytes.
 */
#ifndef WEB_MEMORY_H
#define WEB_MEMORY_H

#include "base/text.h"

#include <stdatomic.h>

struct memory {
    atomic_size_t used;
    size_t most;
    struct memory *within; /* of which this is a part; NULL: of none */
};

/* NULL: that would be too much. Zeroed. */
void *memory_block(struct memory *m, size_t size);
/* Larger or smaller; NULL: it stays as it is. */
void *memory_resize(void *block, size_t size);
void memory_free(void *block); /* NULL is fine */
struct memory *memory_of(void *block);

/* A text on a block of its own, which grows up to `size_most`; its `to` is the block. False: no
 * room. */
bool memory_text(struct memory *m, struct text *t, size_t size);

/* It does not grow any more: what is left of its block is given back. */
void memory_fit(struct text *t);

/* As large as one answer may be that is made whole. */
enum { TEXT_MOST = 32 * 1024 * 1024 };

#endif
