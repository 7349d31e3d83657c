/*
 * The charge assistants of the house: readings in, orders out. They live in the main thread; an
 * order is a job of the device's bus thread and its end is looked for later, so nothing waits for
 * a wire. What must outlive the process is in the store before anything is sent.
 */
#ifndef COLLECTOR_RULES_H
#define COLLECTOR_RULES_H

#include "base/lock.h"

#include "collector/intake/keeper.h"
#include "collector/rules/rule_step.h"
#include "collector/rules/rule_window.h"
#include "collector/run/errand.h"

#include <pthread.h>

struct daemon;

enum { RULE_SEATS = 2 * PLAN_RULES }; /* some may still be lowered after their rule is gone */

/* What was heard of the device, and when. */
struct rule_heard {
    int64_t at_us, float_us, absorb_us, temperature_us;
    double volts, float_v, absorb_v, temperature;
    int battery_type;
};

struct rule_seat {
    char name[ORIGIN_NAME], device[ORIGIN_NAME];
    const struct origin *from;
    struct rule rule;
    bool has_rule, has_next; /* `next` holds as soon as the old one has lowered */
    struct rule next;
    struct rule_state state;
    struct rule_window window;
    struct rule_heard heard;
    int64_t every_us;

    bool is_ordered, is_posted; /* an order is under way */
    bool is_to_commit;          /* what is noted of it is not on the disk yet */
    int64_t ordered_us;
    struct rule_word word;
    struct told told;
    char order[ORDER_TEXT]; /* "float_voltage=27.6" */
    char *words[1];
    struct errand errand;
    unsigned leaving; /* tries since everything ends */
};

struct rules {
    struct store *store;
    struct rule_seat *seats[RULE_SEATS];
    size_t count;
    int64_t looked_us, stuck_us; /* since when the store cannot be written; 0: it can */
    struct lock lock;            /* of the seats; the main thread alone changes them */
};

void rules_init(struct rules *r, struct store *store);
void rules_done(struct rules *r); /* after the bus threads have ended */

/* The rules of this plan from now on; also what an earlier run raised and nobody rules any more. */
void rules_follow(struct rules *r, const struct plan *plan);

/* A reading passed the gate; for struct keeper. */
void rules_hear(void *rules, const char *device, const struct reading *read, int64_t heard_us);

/* Looks around once a second; sends orders and looks for their ends. */
void rules_look(struct rules *r, struct daemon *d);

/* Lowers what is raised by rules that `next` does not have as they are (NULL: all of them). Called
 * again and again until it is true: nothing more can be done then, and rules_say_left tells what
 * could not. */
bool rules_have_left(struct rules *r, struct daemon *d, const struct plan *next);
void rules_say_left(struct rules *r, struct daemon *d, const struct plan *next);

#endif
