/* Finds places in an array by a hash of what stands there: it grows by itself, and forgets nothing.
 */
#ifndef STORE_LOOKUP_H
#define STORE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lookup {
    struct lookup_slot {
        uint32_t hash, place; /* the place + 1; 0: a free slot */
    } * slots;
    size_t size, used;
};

/* What may be there: the caller compares, for two keys may have one hash. Begin with {hash}. */
struct lookup_walk {
    uint32_t hash;
    size_t step;
};
bool lookup_next(const struct lookup *l, struct lookup_walk *w, size_t *place);

bool lookup_add(struct lookup *l, uint32_t hash, size_t place); /* false: no memory */

/* Room for one more, so that the next lookup_add does not fail: who is in two lookups must be in
 * both or in none. */
bool lookup_reserve(struct lookup *l);
void lookup_done(struct lookup *l);

/* Room for one more behind `count`, doubled when there is none; NULL: no memory, and `array` is as
 * it was. */
void *array_more(void *array, size_t count, size_t *room, size_t each);

#endif
