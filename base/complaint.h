/*
 * Trouble is told when it starts, ever more rarely while it lasts, and once when it ends, with
 * a count. One struct stands beside the thing that suffers.
 */
#ifndef BASE_COMPLAINT_H
#define BASE_COMPLAINT_H

#include <stdint.h>

struct complaint {
    uint32_t count;      /* how often since it began; 0: all is well */
    int64_t next_us;     /* when it may be told again */
    int64_t interval_us; /* grows to an hour */
};

void complain(struct complaint *c, const char *who, const char *what);

/* Perhaps it is none: told, and again every six hours. */
void complain_rarely(struct complaint *c, const char *who, const char *what);
void complaint_over(struct complaint *c, const char *who, const char *what);

#endif
