/*
 * What a made-up USB unit answers: a text file.
 *
 *   5150494753b7a90d<TAB>283233302e30...   this question, this answer (none: silence)
 *   *<TAB>284e414b73730d                   any other that ends with a carriage return
 *   unplug after 3                         the cable is pulled after 3 answers
 *   unplug after 17 reports                or in the middle of one
 *   replug after 500                       and is put back 500 ms later
 *   instant                                answers come sooner than the question can have ended
 *   # a comment
 *
 * A question that stands there several times gets its answers in turn, the last one for ever.
 */
#ifndef TESTS_QEMU_ANSWERS_H
#define TESTS_QEMU_ANSWERS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT = 8, QUESTION_MAX = 64, ANSWER_MAX = 512, EXCHANGES_MAX = 100 };

struct exchange {
    uint8_t question[QUESTION_MAX], answer[ANSWER_MAX];
    size_t question_length, answer_length;
    bool is_used;
};

struct answers {
    struct exchange rows[EXCHANGES_MAX];
    size_t count;
    struct exchange other;                   /* answer_length 0: silence */
    unsigned unplug_answers, unplug_reports; /* 0: never */
    int replug_ms;                           /* -1: never */
    bool is_instant;
};

MUST_CHECK int answers_load(struct answers *a, const char *path);

/*
 * The answer to what came so far, in reports whose last one may be padded with zeros. NULL: there
 * is none; is_begun says whether a question could still become of it.
 */
const struct exchange *answers_find(struct answers *a, const uint8_t *asked, size_t length,
                                    bool *is_begun);

#endif
