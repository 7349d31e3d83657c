/*
 * What the floors that serve others (a page, topics) may see of the house. They know no device and
 * no wire: whoever runs the house fills these in, and may be asked from any thread at any time.
 */
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include "base/error.h"
#include "metrics/control.h"
#include "store/board.h"
#include "store/pump.h"

enum { VIEW_SINKS = 8 };

struct view_device {
    const char *name, *driver, *title; /* "south", "tracer", "EPsolar Tracer" */
    const char *called;                /* "South roof": what people read; as its name if not said */
    const char *serial, *group;        /* "": unknown, none */
    const char *model, *firmware;      /* "": unknown */
    const char *through;               /* who speaks for a unit that was found; "": nobody */
    double every_s;                    /* from one reading to the next */
    unsigned desk;                     /* its place on the board */
    unsigned address;
    bool is_group;
    uint64_t asked, heard;
};

/* Exchanges of one bus. */
struct view_bus {
    const char *name;
    uint64_t asked, answered, retried, stray_bytes, failed[ERROR_KINDS];
};

struct view_health {
    double up_s, late_p50_ms, late_p99_ms;
    uint64_t rounds;
    int64_t beat_us; /* when the slowest bus thread last showed that it lives */
    bool is_store_stuck, is_stopping;
    struct store_counts store;
};

struct view {
    void *who;
    struct board *board, *settings; /* what is measured, and what is set, at the same desks */
    const char *store_path, *site, *version;
    char page[96];   /* where its page is: "http://192.0.2.7:8080/"; "": nobody could say where */
    double commit_s; /* readings reach a sink no more often than this; 0: as they come */
    const struct control *control; /* NULL: nobody may be told anything from outside */
    size_t (*devices)(void *who, struct view_device *to, size_t room); /* view_look has them all */
    size_t (*sinks)(void *who, struct pump_state *to, size_t room);
    size_t (*buses)(void *who, struct view_bus *to, size_t room);
    void (*health)(void *who, struct view_health *to);
};

/* All devices of the house, listed anew at each look; begins as {0}. */
struct view_list {
    struct view_device *all;
    size_t count, room;
};
void view_look(const struct view *v, struct view_list *to);
void view_forget(struct view_list *l);

#endif
