/*
 * A rule as its owner set it: the charge assistant holds a lead-acid battery at its absorb voltage
 * by raising the device's float setting. What it does with that: collector/rules/rule_step.h.
 */
#ifndef COLLECTOR_PLAN_RULE_H
#define COLLECTOR_PLAN_RULE_H

#include "base/section.h"

#include <stdbool.h>
#include <stdint.h>

/* What the owner set. */
struct rule {
    bool is_enabled;
    double normal_v, absorb_v;        /* float in normal times, and while it is raised */
    double band_v;                    /* this near to absorb_v counts as there */
    double end_a;                     /* less than this is the end of absorption */
    int64_t window_us;                /* averages are taken over this */
    int start, stop_from, stop_until; /* minutes of the site's day */
    int64_t held_most_us, raised_most_us;
    double temperature_most;
    unsigned changes; /* raises a day, and as many failures */
};

extern const struct setting rule_settings[];

/* From its section; complaints through section_fault. ERR_CONFIG when there was one. */
int rule_load(struct rule *to, struct section *s) MUST_CHECK;

#endif
