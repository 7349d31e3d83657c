/*
 * Readings as lines of line protocol. Numbers are stored in their shortest form already, so a line
 * is made by copying them; the words around them are made once for each shape and each device.
 *
 *   solar,device=south,driver=tracer,site=home pv_voltage=37,charge_stage=2i 1700000000000
 */
#ifndef INFLUX_LINE_PROTOCOL_H
#define INFLUX_LINE_PROTOCOL_H

#include "store/record.h"

#include <stddef.h>

enum line_layout { LAYOUT_HELIO, LAYOUT_INDIVIDUAL, LAYOUT_AGGREGATE };

enum { LINE_CACHES = 64, LEFT_OUT_MAX = 64, LINE_BYTES = 24 * 1024 };

/* Fields a database will not store: left out until the hour is over. */
struct left_out {
    size_t count;
    struct {
        char name[80];
        int64_t until_us;
    } fields[LEFT_OUT_MAX];
};

/* How lines are to look; and what was made once. */
struct line_maker {
    enum line_layout layout;
    const char *measurement, *site, *group;
    struct left_out left_out;
    uint64_t left_out_count;
    struct line_keys *keys[LINE_CACHES]; /* by shape, in turn */
    struct {
        struct origin from;
        bool is_day;
        char text[400];
    } heads[LINE_CACHES];
    unsigned next_key, next_head;
};

void line_maker_done(struct line_maker *m);

/* Appends one line with its LF to `to`; returns its length, 0 when there is nothing to say for
 * this layout, or ERR_FULL. */
int line_make(struct line_maker *m, const struct record *r, char *to, size_t size);

/* The layout `helio`, one record: for export. */
int line_of_record(const struct record *r, const char *site, char *to, size_t size);

/* A name as it stands in a line; `where` says what must be escaped there. */
enum line_place { IN_MEASUREMENT, IN_TAG_OR_KEY };
size_t line_escape(const char *name, enum line_place where, char *to, size_t size);

/* The database will not have this field: not again within the hour. False: it was known. */
bool line_leave_out(struct line_maker *m, const char *field, int64_t now_us);

#endif
