/*
 * Asleep, or missing? Who is fed by its panels is not there at night, and that is no fault. But
 * sleep needs a reason at the moment it falls silent: a cable pulled at noon is a fault.
 *
 *      answers ──silent, with a reason──▶ asleep ──the reason is over──▶ missing
 *         ▲  └───silent, without one──────────────────────────────────────▲ │
 *         └──────────────────────────an answer──────────────────────────────┘
 *
 * Pure: what is known goes in, the state comes out.
 */
#ifndef DRIVERS_SLEEP_H
#define DRIVERS_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

/* What is known when it does not answer. */
struct signs {
    bool is_sun_known;
    double sun_deg;         /* over the horizon */
    bool is_power_known;    /* of its last reading, and what it is rated at */
    double last_w, rated_w; /* both in watts */
    int64_t silent_us;      /* since its first round without an answer */
};

enum rest { REST_NONE, REST_ASLEEP, REST_MISSING };
enum sleep_reason { SLEEP_NO_REASON, SLEEP_SUN, SLEEP_POWER };

struct sleep {
    enum rest rest;
    enum sleep_reason reason; /* while it is asleep */
    bool may_begin_late;      /* missing, but the sun was about to set, or not known yet */
};

/* One more round without an answer. After an answer it is zeroed. */
void sleep_step(struct sleep *s, const struct signs *now);

#endif
