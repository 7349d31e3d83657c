/*
 * The cast: every twin on one simulated wire, the plant they share, and the moods of the wire. It
 * answers for the sim line and behind a pseudo-terminal or TCP alike.
 */
#ifndef COLLECTOR_CAST_H
#define COLLECTOR_CAST_H

#include "bus/moods.h"
#include "drivers/driver.h"
#include "sim/plant.h"

enum { CAST_MAX = 32 };

struct cast {
    struct plant plant;
    struct twin twins[CAST_MAX];
    unsigned count;
    struct moods moods;
    struct chance chance;
    const char *script; /* a file of moods by the second; NULL: none */
    unsigned script_line;
    int64_t started_us, started_ms; /* the moment the play began, and the plant's hour then */
    double time_scale;
    int64_t turnaround_us;
    const struct speech *speech;
};

/* The section holds the sim line's settings. Logs what is wrong. */
int cast_init(struct cast *c, const struct section *section) MUST_CHECK;
int cast_add(struct cast *c, const struct driver *driver, uint8_t address,
             const struct section *section) MUST_CHECK;
void cast_done(struct cast *c);

/* What the cast says by itself: one packet after the other; ERR_ABSENT: no more in this second. */
int cast_announce(void *cast, unsigned which, uint64_t round, struct far_answer *answer);
int cast_answer(void *cast, const uint8_t *asked, size_t length, struct far_answer *answer);

#endif
