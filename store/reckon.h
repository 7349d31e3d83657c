/* Rollups of one day of some devices, made from readings and written in one go. */
#ifndef STORE_RECKON_H
#define STORE_RECKON_H

#include "store/reader_inside.h"

enum { RECKON_MOST = READER_SOME };

struct reckon_order {
    int day, devices[RECKON_MOST];
    unsigned count;
    int64_t start, end; /* of what is wanted of the day */
    unsigned slots;
    bool is_over; /* else it is written as what there is of it so far */
};

/* With the store's lock held. */
int reckon(struct store *s, const struct reckon_order *order) MUST_CHECK;

#endif
