/*
 * Mending: a wrong field is overwritten where the local store knows the truth; elsewhere the whole
 * point goes into a durable journal, is deleted by its exact time and tags (a field alone cannot
 * be), and its good fields are written back. A journal that is not empty is finished first.
 */
#ifndef INFLUX_MEND_H
#define INFLUX_MEND_H

#include "influx/judge.h"

/* What really was: NULL where nobody knows. */
struct truth {
    bool (*find)(void *who, const struct point *p, const char *field, double *value);
    void *who;
};

struct mend {
    struct door *door;
    const char *folder; /* of the journal and of backups; made when needed */
    struct truth truth;
    const struct judge *judge;
    int64_t from_ns, to_ns;
    uint64_t overwritten, removed, points; /* fields, fields, points */
    uint64_t left; /* points that cannot be named without naming others: left as they are */
    int lock;      /* -1: not held */
};

/* One repair of a sink at a time: ERR_BUSY while another one is at work. */
int mend_lock(struct mend *m) MUST_CHECK;
void mend_unlock(struct mend *m);

/* Finishes what an earlier run began. Returns how many points, or an error. */
int mend_finish(struct mend *m) MUST_CHECK;

/* All points of a measurement into a file, counted on both sides; ERR_DATA when they differ. */
int mend_backup(struct mend *m, const char *measurement, char *file, size_t size) MUST_CHECK;

/* Mends the findings of one measurement. */
int mend_measurement(struct mend *m, const char *measurement) MUST_CHECK;

#endif
