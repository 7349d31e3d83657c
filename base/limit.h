/*
 * How long somebody waits: until a moment, and only while it is still wanted. Whoever waits for
 * something that may take long looks at both now and then, so that neither an asker who left nor an
 * end of the program is waited out.
 */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include "base/clock.h"

struct limit {
    int64_t until_us;              /* clock_us() */
    bool (*is_called_off)(void *); /* must not wait; NULL: only the time counts */
    void *who;
};

static inline bool limit_is_over(const struct limit *l)
{
    return clock_us() >= l->until_us || (l->is_called_off && l->is_called_off(l->who));
}

/* When to look at it again, at the latest. */
static inline int64_t limit_next_look(const struct limit *l)
{
    static const int64_t look_us = 50000;
    int64_t next = clock_us() + look_us;

    return l->until_us < next ? l->until_us : next;
}

#endif
