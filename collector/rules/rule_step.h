/*
 * The charge assistant, thought only: it holds a lead-acid battery at its absorb voltage by raising
 * the device's float setting before the sun comes, and lowers it when absorption is finished or
 * anything at all is in doubt. Nothing here asks, tells, waits or looks at a clock: what is known
 * goes in, what should be done comes out (collector/rules/rules.h does it).
 */
#ifndef COLLECTOR_RULE_STEP_H
#define COLLECTOR_RULE_STEP_H

#include "collector/plan/rule.h"

enum { RULE_WHY = 160, RULE_TYPE_UNKNOWN = -1 };

/* What is known now. Currents are means over the window, both counted up from 0. */
struct rule_known {
    int64_t now_us; /* steady */
    int64_t wall_s;
    bool is_clock_trusted;
    int day, minute; /* the site's: 20260502, 0 to 1439 */

    bool is_leaving;  /* the daemon ends, or the rule does */
    int64_t stuck_us; /* how long the store could not write; 0: it can */

    int64_t silent_us; /* since voltage and current were last heard */
    bool is_online;    /* heard within its own pace */
    double covered;    /* share of the window that was heard */
    double volts, charge_a, discharge_a, volts_now;
    bool has_temperature;
    double temperature;
    int battery_type; /* a word of the catalogue, or RULE_TYPE_UNKNOWN */

    bool has_float, has_absorb; /* the device's own settings, as last read */
    double float_v, device_absorb_v;
    int64_t float_us; /* when float was read, steady */
};

/* What it remembers. `is_raised` to `is_done` outlive the process (collector/rules/rules.h). */
struct rule_state {
    bool is_raised;
    int64_t raised_s; /* wall time */
    int64_t held_us;  /* near absorb_v, in sum */
    int day;
    unsigned raises, lowers; /* orders this day, whatever became of them */
    bool is_done;            /* no more raising this day */

    int64_t begun_us; /* when this process first knew it raised */
    int64_t last_raise_us, last_order_us, last_step_us;
    unsigned failures; /* in a row */
    bool is_lost;      /* it was silent for too long while raised */
    int said;          /* which refusals were told this day */
    int64_t since_s;   /* of the last change, for the owner's eyes */
    char why[RULE_WHY];
};

enum rule_act { RULE_NOTHING, RULE_SAY, RULE_RAISE, RULE_LOWER };

struct rule_word {
    enum rule_act act;
    double volts;
    char why[RULE_WHY]; /* for RULE_NOTHING: what is waited for */
};

/* The next thing to do. May be called at any pace, but not while an order is under way. */
void rule_step(const struct rule *rule, struct rule_state *state, const struct rule_known *known,
               struct rule_word *word);

/* What became of an order of rule_step: OK or an error. */
void rule_ended(const struct rule *rule, struct rule_state *state, const struct rule_known *known,
                const struct rule_word *word, int result);

/* It was raised by an earlier process. */
void rule_resume(struct rule_state *state, int64_t now_us);

const char *rule_state_word(const struct rule *rule, const struct rule_state *state);

#endif
