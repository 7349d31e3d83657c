/*
 * Models differ in which registers they have, and in how many they give at once; no list tells.
 * So it is learned: a block that is refused is halved until the holes are found, then what is
 * whole is put together again as far as no refused stretch is inside.
 *
 *      asked   [3100 ............ 3112]   no
 *              [3100 .... 3108]  yes  [3109 ... 3112]  no  ...  [3112]  no: a hole
 *      kept    [3100 ........... 3111]
 *
 * A busy unit may refuse what it has. So a refusal holds for its round only; two in different
 * rounds, in which the unit gave something else, are believed for a day. What was ever given is
 * asked for in every round, whatever was refused since.
 */
#ifndef DRIVERS_PIECES_H
#define DRIVERS_PIECES_H

#include "drivers/row.h"

#include <stdbool.h>
#include <stdint.h>

enum { PIECES_MAX = 32, PIECES_REGISTERS = 256 };

struct piece {
    uint16_t start, count;
};

/* A stretch that was refused: in how many rounds, and also in this one? */
struct refusal {
    struct piece what;
    uint8_t rounds;
    bool is_new;
};

struct pieces {
    bool is_begun, is_stale; /* stale: what to ask must be worked out again */
    uint8_t count, refused_count;
    uint16_t first;                /* of the block */
    struct piece have[PIECES_MAX]; /* what to ask, in order */
    struct refusal refused[2 * PIECES_MAX];
    uint8_t given[PIECES_REGISTERS / 8]; /* a bit a register, counted from the first */
    int64_t again_us;                    /* what is believed is doubted again then; 0: nothing is */
};

/* The block is about to be asked. */
void pieces_begin(struct pieces *p, const struct block *b, const struct row *rows, int64_t now_us);

/* Piece `at` was given: go on with the next. */
void pieces_give(struct pieces *p, unsigned at);

/* Piece `at` was refused: it is halved at a row's border, or left out of this round. Ask the same
 * place again, unless it is past the end now. true: it was given before, so this is a loss. */
bool pieces_refuse(struct pieces *p, unsigned at, const struct row *rows, uint8_t function);

/* The round is over. A unit that gave nothing in it teaches nothing. */
void pieces_end(struct pieces *p, bool has_answered, int64_t now_us);

/* Nothing of the block is left to ask for today. */
bool pieces_is_empty(const struct pieces *p, int64_t now_us);

/* Refused now or believed to be a hole, and never given. */
bool pieces_lacks(const struct pieces *p, uint16_t at);

#endif
