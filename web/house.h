/*
 * What the web may see of the house. It knows no device and no wire: whoever runs the house fills
 * these in, and may be asked from the server's thread at any time.
 */
#ifndef WEB_HOUSE_H
#define WEB_HOUSE_H

#include "base/error.h"
#include "store/board.h"
#include "store/pump.h"

enum { WEB_DEVICES = 512, WEB_SINKS = 8 };

struct web_device {
    const char *name, *driver, *title; /* "south", "tracer", "EPsolar Tracer" */
    const char *serial, *group;        /* "": unknown, none */
    unsigned desk;                     /* its place on the board */
    unsigned address;
    bool is_group;
    uint64_t asked, heard;
};

/* Exchanges of one bus. */
struct web_bus {
    const char *name;
    uint64_t asked, answered, retried, stray_bytes, failed[ERROR_KINDS];
};

struct web_health {
    double up_s, late_p50_ms, late_p99_ms;
    uint64_t rounds;
    int64_t beat_us; /* when the slowest bus thread last showed that it lives */
    bool is_store_stuck, is_stopping;
    struct store_counts store;
};

struct web_front {
    void *who;
    struct board *board;
    const char *store_path, *site, *version;
    size_t (*devices)(void *who, struct web_device *to, size_t room);
    size_t (*sinks)(void *who, struct pump_state *to, size_t room);
    size_t (*buses)(void *who, struct web_bus *to, size_t room);
    void (*health)(void *who, struct web_health *to);
};

#endif
