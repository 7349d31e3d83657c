/*
 * Blocks say what to ask; rows say where each number lies in the answers. Both directions of one
 * table: the collector decodes with it, the twins encode with it.
 */
#ifndef DRIVERS_ROW_H
#define DRIVERS_ROW_H

#include "base/error.h"
#include "metrics/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum refresh {
    EVERY_ROUND,
    NOW_AND_THEN, /* one slow block a round, so no round is long */
    ON_DEMAND     /* only when somebody asks for what is in it */
};

struct block {
    const char *name;      /* "live": for people */
    const char *text;      /* text wires: what is asked, "QPIGS" */
    const char *sample;    /* text wires: one true answer, from the paper or a capture */
    uint8_t least, most;   /* text wires: how many words an answer has; most 0: any */
    uint8_t function;      /* register wires: the function; text wires: the block's own number */
    uint16_t start, count; /* register wires: first register, how many; 0: not by registers */
    enum refresh refresh;
};

/* How a number is written on the wire. */
enum wire_form {
    U16,
    S16,
    U16_LESS_128,  /* 128 more than what is meant */
    U32_LOW_FIRST, /* the word at the lower address is the lower half */
    S32_LOW_FIRST,
    PART,   /* some bits of a register: shift and width */
    STATUS, /* a whole register whose parts are the PART rows at the same place */
    BIT,    /* a coil or a discrete input */
    HOUR_MINUTE,
    CLOCK, /* three registers: minute second, day hour, year month */

    /* Pages of bytes, where `at` counts bytes (drivers/bytes.h). */
    BYTE,
    BYTE_80,   /* its highest bit means the opposite */
    BYTE_BITS, /* `width` bits from `shift` on */
    BE16,      /* the higher byte first; without its lowest `shift` bits */
    BE16S,     /* the same, signed */
    BE32,      /* four bytes, the highest first */
    BYTES,     /* `width` characters, without the blanks and zeros behind them */
    FAR_LOW,   /* `width` bits from `shift` on are the higher byte; the lower is byte `of` */
    AMPS_80,   /* whole ones like BYTE_80, and tenths in the lower half of byte `of` */
    LE_BITS,   /* `width` bits from bit `at` on, the lowest first */

    /* Text wires, where `at` counts words (drivers/words.h). */
    WORD,         /* a decimal number */
    WORD_POINTED, /* only when it has a decimal point: firmwares tell themselves apart by it */
    WORD_PLAIN,   /* only when it has none */
    WORD_TEXT,  /* as it stands from character `shift` on; all words to the end when `width` is 0 */
    WORD_SIZED, /* two digits that say how many of the following count */
    LETTER,     /* one letter with a meaning */
    MARK,       /* character `shift` of the word: 1 means yes */
    MARKS,      /* `width` characters from `shift` on, as a binary number */
    DIGITS,     /* the same as a decimal number */
    SWITCH_LIST, /* E, letters that are on, D, letters that are off: letter `shift` */
    STAMP,       /* YYYYMMDDHHMMSS */
    COUNT,       /* how many characters the word has */
    NO_MARK,     /* yes when no character is 1 */
    CHOICES      /* every word is one of the possible numbers */
};

/* What a code on the wire means: its word there, and the code of the catalogue. */
struct code_word {
    int code;
    int means; /* the catalogue's code of a LABEL, its bit of FLAGS; MEANS_NOTHING: all is well */
    const char *text; /* NULL ends the list */
};
enum { MEANS_NOTHING = -1 };

struct row {
    uint8_t in;           /* register wires: the function that reads it; text wires: the block */
    uint16_t at;          /* register, word or byte */
    uint8_t shift, width; /* PART, and the forms of text wires that say so */
    uint8_t of;           /* text wires: only in an answer of so many words; 0: in any */
                          /* pages: the other byte of FAR_LOW and AMPS_80 */
    uint16_t kinds;       /* only these kinds of the family, as bits; 0: all of them */
    enum wire_form form;
    const char *native; /* the device's own short name; NULL ends the table */
    enum metric metric; /* M_NONE: shown by ask and decode only */
    double per;         /* value = raw / per */
    double scale;       /* of the metric's unit it takes so many: 1000 for Wh; 0: the same */
    const char *unit;   /* only where no metric says it, or it is another than the metric's */
    const struct code_word *words;
};

/* One number (or text) out of an answer, on its way to whoever wants it. */
struct field {
    const char *name;
    const struct row *row; /* NULL for fields that no row knows: raw registers */
    double value;
    bool is_bit;
    bool is_letter;   /* the value is the letter's code */
    const char *text; /* in words; without a number when `is_text` */
    bool is_text;
};
typedef void field_fn(void *to, const struct field *field);

unsigned row_size(const struct row *row); /* registers it takes */

/* Decodes the rows of one function over registers start..start+count. Pure. */
int rows_decode(const struct row *rows, uint8_t function, uint16_t start, const uint16_t *words,
                size_t count, field_fn *each, void *to);

/* One bit of a coil or discrete-input answer. */
void rows_decode_bit(const struct row *rows, uint8_t function, uint16_t at, bool is_on,
                     field_fn *each, void *to);

/* A field as the catalogue sees it: false when it has no metric or means nothing there.
 * Flags of several rows are gathered in what the reading has already. */
bool field_to_reading(const struct field *field, struct reading *r);

/* The twin's direction: the register at `at` as these metrics would have it. false: no row. */
bool rows_encode(const struct row *rows, uint8_t function, uint16_t at, const struct reading *from,
                 uint16_t *to);

/* Is it a row of a text wire? And what do its codes say? */
bool row_is_text(const struct row *row);
bool row_is_bytes(const struct row *row); /* of a page */
const struct code_word *row_word(const struct row *row,
                                 int64_t code); /* NULL: nobody wrote it down */

/* The code that stands for a value of the catalogue: the other direction of its words. */
int64_t row_code(const struct row *row, double value);

/* Is this row's number in the answer to this block? */
bool block_holds(const struct block *b, const struct row *row);

/* By native name or by the catalogue's. NULL: none. */
const struct row *rows_find(const struct row *rows, const char *name);

#endif
