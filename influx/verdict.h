/* What an answer means: pure, and decided for every status there is. */
#ifndef INFLUX_VERDICT_H
#define INFLUX_VERDICT_H

#include "influx/door.h"
#include "store/sink.h"

#include <stdbool.h>

struct answer_seen {
    enum influx_api api;
    long status;
    const char *body;        /* ends with NUL; may be cut */
    const char *retry_after; /* the header, or "" */
    int64_t now_ms;
    bool is_single; /* the batch held one line */
};

/* Beyond the outcome, what the sink itself must do about it. */
struct judged {
    struct outcome outcome;
    char field[80]; /* a field whose type is another there: leave it out */
    bool is_database_missing, is_too_large;
    const char *dropped_why; /* where outcome.dropped says that points were thrown away there */
};

void verdict_judge(const struct answer_seen *a, struct judged *to);

#endif
