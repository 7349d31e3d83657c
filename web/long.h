/*
 * Answers that may take long or be long: written a piece at a time by a worker, in turns, while the
 * server's thread serves others. The next piece is written when the last one was fetched, so that
 * a slow reader holds one piece, and whoever left is not written for.
 *
 *   handler: long_new, long_ask ──▶ its connection sleeps
 *   worker:  begin, go_on, go_on ... a piece is full, or all is done ──▶ its connection wakes
 *   server:  long_settled: problem, whole answer, or a stream ──▶ feed ──▶ go_on ...
 */
#ifndef WEB_LONG_H
#define WEB_LONG_H

#include "store/history.h"
#include "web/inside.h"

struct long_answer;

/* What is asked for. `own` of an answer is `memory` zeroed bytes for it. */
struct long_kind {
    size_t memory;
    /* The question against the store, and what stands before the first row. NULL: nothing does. */
    int (*begin)(struct long_answer *a, struct reader *r);
    /* OK: all is written. ERR_STOPPED: the turn is over, or a piece is full. */
    int (*go_on)(struct long_answer *a, struct reader *r);
    /* Says what is wrong with it; NULL: as usual. */
    enum MHD_Result (*refuse)(struct exchange *x, int rc);
};

/* Makes one for this exchange, of the query and the device in it. NULL: no room, and *answered
 * says so already. */
struct long_answer *long_new(struct exchange *x, const struct long_kind *kind, const char *type,
                             enum MHD_Result *answered);

/* An answer with a mark, unless it is long (answer_marked). */
void long_mark(struct long_answer *a);

/* From here on it belongs to the workers. */
enum MHD_Result long_ask(struct long_answer *a);

enum MHD_Result long_settled(struct exchange *x);
void long_free(struct long_answer *a); /* NULL is fine */

/* For begin and go_on: */
void *long_own(struct long_answer *a);
const struct query *long_query(const struct long_answer *a);
struct text *long_text(struct long_answer *a);
const struct turn *long_turn(struct long_answer *a);
bool long_is_full(const struct long_answer *a);
/* Why the question cannot be answered: 400, with these words, which stay. */
int long_refuse(struct long_answer *a, const char *why) MUST_CHECK;

#endif
