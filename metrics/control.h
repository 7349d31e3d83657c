/*
 * Commands as words: what may be set on a device, and somebody's wish to set it. The command
 * line, a web form and a topic all speak these; a driver carries them out.
 */
#ifndef METRICS_CONTROL_H
#define METRICS_CONTROL_H

#include "metrics/catalogue.h"

#include <stddef.h>

/* What may be set. Rows of a driver's table; name NULL ends it. */
struct command {
    const char *name;   /* the metric's name; "clock" has no metric */
    enum metric metric; /* unit, words and help come from the catalogue */
    double least, most; /* as sent for a 12 V system when `by_voltage` */
    bool by_voltage;    /* the range grows with the system's voltage */
    const char *help;   /* only when the catalogue's own is not enough */
};

enum { ORDER_TEXT = 64 };

/* One wish: NAME=VALUE. */
struct order {
    const struct command *command;
    double value;
    char text[ORDER_TEXT]; /* as it was given, for the clock and for messages */
};

/* What became of the orders: one line for the owner. */
struct told {
    bool is_dry;        /* say what would be sent, send nothing */
    bool may_cut_power; /* it was said aloud that the house may go dark */
    char why[240];      /* the reason of a refusal, or what was done */
};

#endif
