/*
 * What a MATE owes the devices on its wire, for wires that have none: the time of day, the date,
 * and the battery's temperature, which only a charger with a sensor knows.
 */
#ifndef DRIVERS_MATE_DUTIES_H
#define DRIVERS_MATE_DUTIES_H

#include "drivers/mate/mate.h"

#include "base/complaint.h"

struct mate_duties {
    int64_t next_us; /* 0: no round was heard yet */
    unsigned turns;  /* of half a minute */
    uint16_t date;   /* as it was last told */
    bool is_announced, is_refusal_told, is_clock_told;
    uint64_t times, dates, temperatures, failed;
    int64_t summary_us; /* when they are told next */
    struct complaint trouble;
};

/* What is due, to these devices. `who` has the settings: keep_time, share_temperature, allow_tell.
 */
void mate_duties_do(struct device *who, struct mate_duties *s, struct device *const *them,
                    unsigned count);

/* Is it time for a turn at clock_us() `now`? It is taken then. The first comes half a minute after
 * the first round: a snapshot writes nothing. */
bool mate_duties_are_due(struct mate_duties *s, int64_t now);

/* keep_time alone, for a device that has the wire to itself. */
extern const struct setting mate_time_settings[];

/* Is it a number a battery sensor can give? Near both ends its cable is broken. */
bool mate_is_temperature(uint16_t raw);

#endif
