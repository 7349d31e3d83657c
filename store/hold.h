/*
 * Holding the cursor back, for a far side whose "taken" is not on its disk yet. What was taken
 * waits here until the far side has lived on for long enough; if it began anew meanwhile, all of it
 * is read and sent again. For this room only.
 *
 *   cursor ........ entries: taken, and when ........ sent        (places in the log)
 *   safe            will be safe if it lives          next to read
 */
#ifndef STORE_HOLD_H
#define STORE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

enum { HOLDS = 32 };

struct hold {
    int64_t after_us; /* 0: nothing is held back */
    int64_t sent;
    uint64_t life; /* which life of the far side the entries belong to; 0: not asked yet */
    int64_t asked_us;
    unsigned count;
    struct {
        int64_t upto, begun_us, taken_us;
    } entries[HOLDS]; /* oldest first */
};

/* Taken up to here, just now. Neighbours in time share an entry, which counts from its last. */
void hold_add(struct hold *h, int64_t upto, int64_t now_us);

/* Is it time to ask whether the far side still lives the same life? */
bool hold_is_due(const struct hold *h, int64_t now_us);

/*
 * It does, since `life` was first seen: gives the place up to which all is safe, or -1. Another
 * life: forgets all entries and begins again behind `cursor`; -1, and *is_anew. `now_us` is from
 * before it was asked.
 */
int64_t hold_answer(struct hold *h, uint64_t life, int64_t now_us, int64_t cursor, bool *is_anew);

#endif
