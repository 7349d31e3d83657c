/*
 * Taking in history from CSV: a row for each time and device, a column for each metric, as
 * `helio export` writes them. What cannot be true is refused and counted.
 *
 *   time,device,pv_power,battery_voltage      or, for one device given by name:   time,pv_power
 *   2026-05-02T11:24:00Z,south,812,26.1                                            ...
 */
#ifndef COLLECTOR_INTAKE_H
#define COLLECTOR_INTAKE_H

#include "store/store.h"

#include <stdio.h>

enum { INTAKE_FAULTS = 8 };

struct intake {
    struct store *store;
    bool is_dry;             /* only counts: nothing is stored; `store` may be NULL then */
    uint64_t taken, refused; /* rows */
    uint64_t known;          /* rows that are there already: same device, same time, same words */
    uint64_t left_out;       /* numbers that cannot be true */
    unsigned told;
    char faults[INTAKE_FAULTS][200]; /* the first few, in words */
};

/* "812 readings taken in, 3 rows refused, 20 known already" */
void intake_say(const struct intake *i, char *to, size_t size);

/* `device`: for files without a column of that name; "" when there is one. */
int intake_run(struct intake *i, FILE *from, const char *device) MUST_CHECK;

/* Cuts a line of CSV into cells, in place (RFC 4180). Returns how many, or -1. */
int csv_split(char *line, char **cells, int most);

#endif
