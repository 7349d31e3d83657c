/*
 * What a database holds already, as the CSV that helio import takes: the fields of the old
 * logtracer, or ours, or any that the map names. Everything is read twice: first it is judged as
 * helio repair does (influx/judge.h), then what cannot be true is left out.
 *
 *   time,device,pv_power,battery_voltage
 *   1600000000000,solar_1,812,26.1
 */
#ifndef INFLUX_OLD_POINTS_H
#define INFLUX_OLD_POINTS_H

#include "influx/door.h"

#include <stdio.h>

/* "" where all is wanted. A device without a name is that of the tag, else the measurement. */
struct old_points_want {
    const char *measurement, *device;
    const char *map; /* "PVw=pv_power,kwh=pv_energy" */
    int64_t from_ms, to_ms;
};

struct old_points;

/* Finds out what is there, and judges it. Logs what is wrong; ERR_ABSENT: nothing of it is ours.
 * `d` and the words are borrowed. */
int old_points_open(struct old_points **to, struct door *d,
                    const struct old_points_want *want) MUST_CHECK;
void old_points_close(struct old_points *o);

/* The CSV; close it before the rest. NULL: no memory. */
FILE *old_points_csv(struct old_points *o);

/* Why it ended early; OK when all was read. */
int old_points_error(const struct old_points *o);

/* How many points of which measurement, what was left out and why, fields that are not known. */
void old_points_say(const struct old_points *o, FILE *to);

#endif
