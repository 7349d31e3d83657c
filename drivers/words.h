/*
 * Answers made of words: cut apart and decoded by rows, and put together by twins from a sample.
 *
 *      asked   QPIGS
 *      answer  230.0 50.0 230.0 50.0 0161 0119 003 ...
 *      word      0    1     2    3    4    5    6
 */
#ifndef DRIVERS_WORDS_H
#define DRIVERS_WORDS_H

#include "base/text.h"
#include "drivers/row.h"

enum { WORDS_MAX = 48, WORDS_TEXT = 256 };

/* One answer, cut at its blanks. */
struct word_list {
    char text[WORDS_TEXT];
    char *at[WORDS_MAX]; /* into the text; a blank at the end makes no word */
    unsigned count;
};

/* Pure. ERR_GARBAGE: too long, too many, or not printable. */
int words_cut(struct word_list *w, const char *from, size_t length) MUST_CHECK;

/* Every row of this block that fits the answer and the kind. */
void words_decode(const struct row *rows, uint8_t in, unsigned kind, const struct word_list *w,
                  field_fn *each, void *to);

/* The twin's direction: the words of a sample, where a row knows a metric of `from` with that
 * value, in the sample's own width and decimals. */
void words_encode(const struct row *rows, uint8_t in, unsigned kind, const char *sample,
                  const struct reading *from, struct text *to);

#endif
