/* What an inverter can make, by its model: "GW3600D-NS" is one of 3600 W, "GW17K-DT" of 17 kW. */
#ifndef DRIVERS_GOODWE_RATING_H
#define DRIVERS_GOODWE_RATING_H

struct device;

double goodwe_watts(const char *model); /* 0: it does not say */
double goodwe_rated_w(const struct device *d);

#endif
