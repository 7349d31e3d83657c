/*
 * One row of the log as its readers see it: what one device said in one round, with the names it
 * was stored under. Borrowed for the call it is handed to.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "metrics/reading.h"

#include <stdbool.h>
#include <stdint.h>

enum record_kind {
    RECORD_LIVE,     /* polled */
    RECORD_SETTING,  /* ratings and settings: stored when they change */
    RECORD_IMPORTED, /* brought in from elsewhere: delivered only by a resend */
    RECORD_UNTIMED,  /* polled before the clock could be trusted: `at_ms` counts from the boot */
    RECORD_DAY,      /* what a device kept of a day that is over; `at_ms` is that day's noon */
    RECORD_KINDS
};

/* Which names a row's numbers have, in their order. Many rows share one shape. */
struct shape {
    int id;
    unsigned count;
    struct {
        char *name;      /* as it was stored: a renamed metric never changes history */
        uint16_t metric; /* M_NONE when today's catalogue does not know the name */
    } fields[READING_MAX];
};

enum { ORIGIN_NAME = 64, ORIGIN_WORD = 48 };

/* Who said it. */
struct origin {
    int id; /* in the store */
    char name[ORIGIN_NAME], driver[ORIGIN_WORD], serial[ORIGIN_WORD], firmware[ORIGIN_WORD];
    char group[ORIGIN_NAME]; /* the group it is a member of, or "" */
    unsigned address;        /* on its bus; 0 for a group */
};

struct record {
    int64_t seq, at_ms;
    enum record_kind kind;
    const struct origin *from;
    const struct shape *shape;
    const char *numbers; /* "37,100,25.95": as many as the shape has names; null where missing */
};

/* Something said at its time: what charts, rollups and totals are made of. */
static inline bool record_is_said(const struct record *r)
{
    return r->kind != RECORD_UNTIMED && r->kind != RECORD_DAY;
}

/* Walks the numbers as they were written. Begin with `at` = r->numbers; false at the end. */
bool record_next(const char **at, const char **number, unsigned *length);

/* The same as plain values; names the catalogue does not know are left out. */
void record_reading(const struct record *r, struct reading *to);

#endif
