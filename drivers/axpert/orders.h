/* Settings as commands: the table, and how a value is written (orders.c). */
#ifndef DRIVERS_AXPERT_ORDERS_H
#define DRIVERS_AXPERT_ORDERS_H

#include "drivers/axpert/axpert.h"

enum order_form {
    CODE1,
    CODE2, /* a code of the row's words, with one digit or two */
    WHOLE2,
    WHOLE3, /* a whole number */
    VOLTS,
    VOLTS2,     /* a voltage with one decimal, or two */
    STEPS,      /* a voltage in whole volts of a 48 V system, as the unit's own list has them */
    STEPS_OR_0, /* the same, or 00.0: when the battery is full */
    UNIT_AMPS,  /* amperes behind the number of a unit, or not: the papers disagree */
    AMPS_OR_0,
    MINUTES,   /* in steps of 5 */
    FLAG,      /* PE or PD, and a letter */
    UNIT_CODE, /* a unit's number and a code */
    STAMP12,   /* YYMMDDHHMMSS */
    YES        /* nothing: the command says it all */
};

struct axpert_order {
    const char *prefix;
    enum order_form form;
    enum axpert_block read_back; /* AXPERT_BLOCKS: cannot be */
    enum metric shown;           /* as what it is read back */
    double least, most;          /* of a 48 V system, where it is a voltage */
    uint16_t kinds;              /* 0: all */
};

extern const struct axpert_order axpert_orders[]; /* beside axpert_commands, row by row */
const struct axpert_order *axpert_order_of(const struct command *command);

/* What is known when an order is written: settings as they are now, and what may be chosen. */
struct axpert_now {
    struct reading settings;
    unsigned kind;
    bool is_parallel;
    double rated_v;
    char choices[WORDS_TEXT]; /* "2 10 20": currents the unit offers; "" when it does not say */
};

/* The command for this order; ERR_USAGE with the reason when it must not be given. */
int axpert_order_write(const struct axpert_now *now, const struct order *order,
                       char command[AXPERT_REQUEST_MAX + 1], struct told *told) MUST_CHECK;

/* Do these orders go together, and with what is set? */
int axpert_orders_agree(const struct axpert_now *now, const struct order *orders, size_t count,
                        struct told *told) MUST_CHECK;

/* The row that decodes a metric for this kind, in this block. */
const struct row *axpert_row_of(enum axpert_block in, enum metric m, unsigned kind);

#endif
