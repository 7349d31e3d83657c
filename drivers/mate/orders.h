/* What may be told to devices on MATEnet, a row each (orders.def), and what is written for it. */
#ifndef DRIVERS_MATE_ORDERS_H
#define DRIVERS_MATE_ORDERS_H

#include "drivers/mate/kinds.h"

enum mate_form {
    BY_NUMBER,  /* as its row counts */
    TENS,       /* a number the device takes in steps of ten */
    BY_WORD,    /* the code of a word */
    EQUALIZE,   /* 0 ends it; 2 begins it by the word of one program, whose author asks, too */
    AUX_SWITCH, /* bit 7 is the output; the rest means "by hand" */
    RESET,      /* a 0, which begins anew what is counted there */
    RESET_FF,   /* the same by a button of its own: FF */
};

/* One row of orders.def. */
struct mate_order {
    uint16_t at, read_back;
    enum mate_form form;
    enum metric follows; /* what its number is again a moment after a reset; M_NONE: 0 */
};

/* Rows of a driver's command table, and of the same orders beside it. */
extern const struct command mate_mx_commands[], mate_fx_commands[], mate_dc_commands[];

const struct mate_order *mate_order_of(const struct device *d, const struct command *c);
const char *mate_order_name(const struct order *o);

static inline bool mate_is_reset(const struct mate_order *m)
{
    return m->form == RESET || m->form == RESET_FF;
}

/* The order as the word to write, or why it cannot be one. */
int mate_order_word(const struct device *d, const struct order *o, uint16_t *word,
                    struct told *told) MUST_CHECK;

/* Would the whole house stand in the dark? */
bool mate_order_cuts_power(const struct device *d, const struct order *o);

/* Do these orders go together, and with what is set? Asks the device for what is not told. */
int mate_orders_agree(struct device *d, const struct order *orders, size_t count,
                      struct told *told) MUST_CHECK;

int mate_tell(struct device *d, const struct order *orders, size_t count,
              struct told *told) MUST_CHECK;

#endif
