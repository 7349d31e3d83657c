/*
 * Means over the last half hour (or whatever the window is), and how much of it was heard. Nothing
 * from before the start of the process is in it.
 */
#ifndef COLLECTOR_RULE_WINDOW_H
#define COLLECTOR_RULE_WINDOW_H

#include <stdint.h>

enum { WINDOW_PARTS = 30 };

struct rule_window {
    int64_t part_us;
    unsigned parts;
    struct {
        int64_t at; /* its number since the clock began */
        double volts, charge_a, discharge_a;
        unsigned count;
    } slots[WINDOW_PARTS];
};

/* `every_us`: how often the device is asked; a part is long enough to hear it once at least. */
void rule_window_begin(struct rule_window *w, int64_t window_us, int64_t every_us);

/* `net_a` is positive into the battery. */
void rule_window_add(struct rule_window *w, int64_t now_us, double volts, double net_a);

/* Returns the share of the window that was heard; the means are 0 when nothing was. */
double rule_window_means(const struct rule_window *w, int64_t now_us, double *volts,
                         double *charge_a, double *discharge_a);

#endif
