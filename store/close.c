/*
 * Rollups: a day that is over gets its own, once. The present day gets what there is of it every
 * few hours, so that a chart need not go through all its readings; it stands under the day's number
 * below zero, and goes when the day is over, or when a reading comes late into it.
 *
 * What is known of a device is kept in memory: up to where its days are closed, and when its first
 * reading since was. So one that has fallen silent costs nothing, however long the log is. Only
 * after a start the log must be looked through for it (look.c). Rows that come into a closed day
 * (an import, a clock that was set) take its rollups away with them, in their own commit; it is
 * written down in the file that they are to be made again.
 */
#include "store/days.h"
#include "store/reckon.h"
#include "store/rollup.h"

#include "base/clock.h"

static const int64_t CLOSE_AFTER_MS = 60000, /* the last round of a day has long been kept */
    REST_US = 5000000,                       /* no more rows come into days that are closed */
    AGAIN_MS = 60000;                        /* it failed: not before this */
enum { PART_SLOTS = 8 };                     /* two hours, by which a part grows at least */

/* ---- what is known ----------------------------------------------------------------------- */

void origin_closed(struct known_origin *k, int rolled)
{
    k->rolled = rolled;
    k->closed_ms = rolled ? day_start(day_next(rolled)) : 0;
    k->open_ms = k->due_ms = INT64_MAX;
}

void origin_open(struct known_origin *k, int64_t at_ms)
{
    if (at_ms >= k->open_ms)
        return;
    k->open_ms = at_ms;
    k->due_ms = day_start(day_next(day_of(at_ms))) + CLOSE_AFTER_MS;
}

static int reopen(struct store *s, struct known_origin *k, int day)
{
    int rc = sql_bind(s->statements[PUT_REOPENED], "ii", (int64_t)day, (int64_t)k->origin.id);

    if (!rc)
        rc = sql_step_done(s->statements[PUT_REOPENED]);
    if (!rc)
        rc = sql_bind(s->statements[DROP_ROLLUPS], "ii", (int64_t)k->origin.id, (int64_t)day);
    if (!rc)
        rc = sql_step_done(s->statements[DROP_ROLLUPS]);
    k->reopened = day;
    s->has_reopened = true;
    s->reopened_us = clock_us();
    return rc;
}

int origin_row(struct store *s, struct known_origin *k, int64_t at_ms)
{
    s->pruned_ms = at_ms < s->pruned_ms ? at_ms : s->pruned_ms;
    k->is_late |= k->has_part && at_ms < k->part_ms;
    if (at_ms >= k->closed_ms) {
        origin_open(k, at_ms);
        return OK;
    }
    int day = day_of(at_ms);
    return day == k->reopened ? OK : reopen(s, k, day);
}

void origins_forget_reopened(struct store *s)
{
    for (size_t i = 0; i < s->origin_count; i++)
        s->origins[i]->reopened = 0;
}

/* Another zone has other days. */
static void look_at_zone(struct store *s)
{
    unsigned turn = zone_turn();

    if (s->zone_turn == turn)
        return;
    s->zone_turn = turn;
    if (sql_run(s->db, "DELETE FROM rollup WHERE day < 0"))
        return; /* told of by the next commit */
    for (size_t i = 0; i < s->origin_count; i++) {
        origin_closed(s->origins[i], s->origins[i]->rolled);
        origin_unlook(s, s->origins[i]);
    }
    s->today.end = 0;
}

static int64_t day_slots(int64_t start, int64_t end)
{
    return (end - start + SLOT_MS - 1) / SLOT_MS;
}

/* ---- days that are over ------------------------------------------------------------------ */

static int reckon_day(struct store *s, struct reckon_order *order)
{
    order->start = day_start(order->day);
    order->end = day_start(day_next(order->day));
    order->slots = (unsigned)day_slots(order->start, order->end);
    order->is_over = true;
    return reckon(s, order);
}

/* Those whose first open day is over, and is the same one. */
static unsigned gather_due(struct store *s, int64_t now_ms, struct reckon_order *order,
                           struct known_origin *members[RECKON_MOST])
{
    for (size_t i = 0; i < s->origin_count && order->count < RECKON_MOST; i++) {
        struct known_origin *k = s->origins[i];
        if (k->due_ms > now_ms || !k->is_looked || !k->is_stored || k->is_double)
            continue;
        int day = day_of(k->open_ms);
        if (!order->count)
            order->day = day;
        if (day != order->day)
            continue;
        members[order->count] = k;
        order->devices[order->count++] = k->origin.id;
    }
    return order->count;
}

bool close_some(struct store *s, int64_t now_ms)
{
    struct reckon_order order = {0};
    struct known_origin *members[RECKON_MOST];

    if (now_ms < s->close_again_ms)
        return false;
    look_at_zone(s);
    if (look_some(s, now_ms))
        return true;
    if (!gather_due(s, now_ms, &order, members))
        return false;
    if (reckon_day(s, &order)) {
        s->close_again_ms = now_ms + AGAIN_MS;
        return false;
    }
    for (unsigned i = 0; i < order.count; i++) {
        origin_closed(members[i], order.day);
        origin_unlook(s, members[i]);
    }
    return true;
}

/* Closed days that got rows, of one date at a time; but not before that is over. */
static bool close_reopened(struct store *s, int64_t now_ms)
{
    struct reckon_order order = {0};
    sqlite3_stmt *next = s->statements[NEXT_REOPENED];

    if (!s->has_reopened || sql_bind(next, "i", (int64_t)RECKON_MOST))
        return false;
    while (sqlite3_step(next) == SQLITE_ROW && order.count < RECKON_MOST) {
        order.day = sqlite3_column_int(next, 0);
        order.devices[order.count++] = sqlite3_column_int(next, 1);
    }
    sqlite3_reset(next); /* what cannot be read is told of by the next commit */
    s->has_reopened = order.count > 0;
    return order.count && order.day < day_of(now_ms - CLOSE_AFTER_MS) &&
           reckon_day(s, &order) == OK;
}

bool close_again(struct store *s, int64_t now_ms)
{
    return s->has_reopened && clock_us() - s->reopened_us > REST_US && close_reopened(s, now_ms);
}

bool store_close_reopened(struct store *s)
{
    lock_take(&s->lock);
    bool is_more = s->db && !s->trouble.count && close_reopened(s, clock_wall_ms());
    lock_give(&s->lock);
    return is_more;
}

/* ---- the present day so far -------------------------------------------------------------- */

int part_drop(struct store *s, int device)
{
    int rc = sql_bind(s->statements[DROP_PARTS], "i", (int64_t)device);

    return rc ? rc : sql_step_done(s->statements[DROP_PARTS]);
}

/* How much there is of a device's day; 0: nothing, or it must be read to know. */
static unsigned part_in_file(struct store *s, int device, int day)
{
    struct slot slots[SLOTS_MAX];
    sqlite3_stmt *find = s->statements[FIND_PART];
    int count = 0;

    if (sql_bind(find, "ii", (int64_t)device, -(int64_t)day) == OK &&
        sqlite3_step(find) == SQLITE_ROW)
        count =
            rollup_read(sqlite3_column_blob(find, 0), (size_t)sqlite3_column_bytes(find, 0), slots);
    sqlite3_reset(find);
    return count > 0 ? (unsigned)count : 0;
}

static void set_part(struct known_origin *k, int64_t start, unsigned slots)
{
    k->part_slots = slots;
    k->has_part = true;
    k->part_ms = start + (int64_t)slots * SLOT_MS;
}

/* Is there enough that is new? After a start the file says what there is. */
static bool may_grow(struct store *s, struct known_origin *k, unsigned slots)
{
    if (k->part_day != s->today.day) {
        k->part_slots = k->part_day ? 0 : part_in_file(s, k->origin.id, s->today.day);
        k->part_day = s->today.day;
        if (k->part_slots)
            set_part(k, s->today.start, k->part_slots);
    }
    return slots >= k->part_slots + PART_SLOTS && k->is_stored && !k->is_double;
}

bool part_some(struct store *s, int64_t now_ms)
{
    int64_t then = now_ms - CLOSE_AFTER_MS;
    struct reckon_order order = {0};
    struct known_origin *members[RECKON_MOST];

    if (then < s->today.start || then >= s->today.end) {
        s->today.day = day_of(then);
        s->today.start = day_start(s->today.day);
        s->today.end = day_start(day_next(s->today.day));
    }
    unsigned slots = (unsigned)((then - s->today.start) / SLOT_MS);
    if (slots < PART_SLOTS)
        return false;
    for (size_t i = 0; i < s->origin_count && order.count < RECKON_MOST; i++)
        if (may_grow(s, s->origins[i], slots)) {
            members[order.count] = s->origins[i];
            order.devices[order.count++] = s->origins[i]->origin.id;
        }
    order.day = s->today.day;
    order.start = s->today.start;
    order.end = s->today.start + (int64_t)slots * SLOT_MS;
    order.slots = slots;
    if (!order.count)
        return false;
    int rc = reckon(s, &order);
    for (unsigned i = 0; i < order.count; i++)
        if (rc) /* it comes again when there is more */
            members[i]->part_slots = slots;
        else
            set_part(members[i], order.start, slots);
    return rc == OK;
}
