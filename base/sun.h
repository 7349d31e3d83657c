/*
 * Where the sun stands: enough to know whether panels can make anything. Pure.
 */
#ifndef BASE_SUN_H
#define BASE_SUN_H

#include <stdbool.h>
#include <stdint.h>

/* The sky over a site, as far as its settings say where that is. */
struct sky {
    bool is_known;
    double latitude, longitude; /* degrees north and east */
};

/* Degrees of its centre over the horizon, without what the air bends: right within 0.1 for this
 * century. The air lifts a rising or setting sun by about half a degree. */
double sun_height(double latitude, double longitude, int64_t wall_ms);

bool sky_is_same(const struct sky *a, const struct sky *b);

#endif
