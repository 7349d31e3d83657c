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
    bool may_go_dark;   /* one value of it leaves what is fed without power: */
    double dark;        /* this one */
    double step;        /* in which the device takes it; 0: as fine as its unit */
    bool steps_grow;    /* the step, too, is for 12 V and grows with the system's voltage */
    const char *only;   /* all the values it takes, where they are few: "50 60" */
    enum metric shown;  /* as what the device shows it; M_NONE: as `metric` */
    const char *help;   /* only when the catalogue's own is not enough */
};

/* The catalogue's name, or its own; NULL at the end of a table. */
const char *command_name(const struct command *c);

/* What the device shows of it afterwards. */
static inline enum metric command_shown(const struct command *c)
{
    return c->shown != M_NONE ? c->shown : c->metric;
}

enum { ORDER_TEXT = 64 };

/* One wish: NAME=VALUE. */
struct order {
    const struct command *command;
    double value;
    char text[ORDER_TEXT]; /* as it was given, for the clock and for messages */
};

/* Why orders were denied; the sentence is in `why`. */
enum denial { DENIED_BY_SETTINGS, DENIED_BY_BUDGET, DENIED_TO_GO_DARK };

/* What became of the orders: one line for the owner. */
struct told {
    bool is_dry;        /* say what would be sent, send nothing */
    bool may_cut_power; /* it was said aloud that the house may go dark */
    char why[240];      /* the reason of a refusal, or what was done */
    enum denial denial; /* when it was refused with ERR_DENIED */
};

/* ---- from outside ----------------------------------------------------------------------- */

enum { WISH_ORDERS = 16, WISH_WORD = 128, WISH_NAME = 64 };

/* What somebody outside wants set: a page, a topic. Theirs until `done`, the house's meanwhile. */
struct wish {
    char device[WISH_NAME];
    char words[WISH_ORDERS][WISH_WORD]; /* "float_voltage=27.6" */
    unsigned count;
    char by[80];      /* for the events: "page, 127.0.0.1" */
    struct told told; /* in: is_dry, may_cut_power; out: what was done, or why not */
    int result;
    void (*done)(struct wish *w); /* from a thread of the house, exactly once */
    void *who;                    /* the asker's own */
};

/* One thing that may be set on a device, as it is now. */
struct offer {
    const struct command *command;
    const char *name;   /* the metric's, or the command's own */
    double least, most; /* as this very device takes them; both 0: not known, or no number */
    double step;        /* in which this very device takes it; 0: as fine as its unit */
    bool is_vain;       /* as the device is now, it would refuse it alone, whatever the value */
};

/* How floors that know no device have one told something. Whoever runs the house fills it in; both
 * may be called from any thread. */
struct control {
    void *who;
    /* All that this device's family lets be set, and how many; none for whoever is not known. */
    size_t (*offers)(void *who, const char *device, struct offer *to, size_t room,
                     bool *is_allowed); /* by its own settings: allow_tell */
    /* Returns at once. OK: `done` will be called, with ERR_STOPPED if a reload or the end comes
     * first. ERR_FULL: too many wait. ERR_ABSENT: there is no such device. ERR_STOPPED: nobody
     * takes wishes now. */
    int (*tell)(void *who, struct wish *w);
};

#endif
