/*
 * Models differ in which registers they have, and in how many they give at once; no list tells.
 * So it is learned: a block that is refused is halved until the holes are found, then what is
 * whole is put together again as far as no refused stretch is inside. What was learned is kept.
 *
 *      asked   [3100 ............ 3112]   no
 *              [3100 .... 3108]  yes  [3109 ... 3112]  no  ...  [3112]  no: a hole
 *      kept    [3100 ........... 3111]
 */
#ifndef DRIVERS_PIECES_H
#define DRIVERS_PIECES_H

#include "drivers/row.h"

#include <stdbool.h>
#include <stdint.h>

enum { PIECES_MAX = 24 };

struct piece {
    uint16_t start, count;
};

struct pieces {
    bool is_begun, is_settled;
    uint8_t count, refused_count;
    struct piece have[PIECES_MAX];        /* what to ask, in order */
    struct piece refused[2 * PIECES_MAX]; /* stretches the device does not give */
};

void pieces_begin(struct pieces *p, const struct block *b);

/* Piece `at` was refused: halve it at a row's border, or note a hole. Ask the same place again,
 * unless it is past the end now. */
void pieces_refuse(struct pieces *p, unsigned at, const struct row *rows, uint8_t function);

/* All pieces were given: put together what may be. */
void pieces_settle(struct pieces *p);

#endif
