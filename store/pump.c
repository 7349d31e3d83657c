/* The thread of a sink: its beginning, its work and its end (store/pump.h). */
#include "store/lane.h"

#include "base/clock.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting sink_settings[] = {
    /* key        type    default   least  most     choices help */
    { "kind",     TEXT,   NULL,     0,     0,       NULL, "Which kind of sink (see: helio list sinks)" },
    { "batch",    NUMBER, "1000",   1,     5000,    NULL, "Readings in one delivery, at most" },
    { "bytes",    NUMBER, "98304",  4096,  1048576, NULL, "Bytes in one delivery, at most" },
    { "age",      NUMBER, "1",      0,     3600,    NULL, "Seconds a reading may wait for others to travel with" },
    { "timeout",  NUMBER, "10",     0.1,   300,     NULL, "Seconds a delivery may take" },
    { "history",  YESNO,  "no",     0,     0,       NULL, "A new sink gets everything that is stored, not only what comes from now on" },
    SETTINGS_END,
};
// clang-format on

enum { NEWEST_ROWS = 2000 };
static const int64_t IDLE_US = 1000000, COMPANY_LOOK_US = 20000, RESEND_TURN_US = 1000000;

static bool is_hurried(struct pump *p)
{
    lock_take(&p->lock);
    bool is = p->is_stopping || p->hurried;
    lock_give(&p->lock);
    return is;
}

static void wait_for_company(struct pump *p, int64_t cursor)
{
    int64_t until = clock_us() + p->age_us;

    while (clock_us() < until && !is_hurried(p)) {
        int64_t look = clock_us() + COMPANY_LOOK_US;
        int64_t seen = store_wait_beyond(p->store, cursor + p->batch - 1,
                                         look < until ? look : until, &p->is_stopping);
        if (seen >= cursor + p->batch)
            return;
    }
}

static void pause_until(struct pump *p, int64_t until)
{
    lock_take(&p->lock);
    while (!p->is_stopping && !p->is_nudged && clock_us() < until) {
        int64_t look = clock_us() + IDLE_US; /* a turned clock must not be slept through */
        lock_wait_until(&p->lock, &p->moved, look < until ? look : until);
    }
    p->is_nudged = false;
    lock_give(&p->lock);
}

/* Does only the latest matter to this sink? */
static bool is_newest(const struct pump *p)
{
    return p->seat.sink->wants_newest && !p->seat.wants_all;
}

/* Where to go on reading: behind the cursor, or behind what is taken and not safe yet. */
static int64_t place_of(struct pump *p, struct lane *lane)
{
    int64_t cursor = store_cursor(p->store, p->seat.name, false);

    if (!p->hold.after_us)
        return cursor;
    lane->until_us = clock_us() + p->hold.after_us / 2; /* then it is asked what is safe */
    if (p->hold.sent < cursor)                          /* the cap went past it */
        p->hold.sent = cursor;
    return p->hold.sent;
}

/* From the first batch to the last. */
static void deliver(struct pump *p)
{
    if (p->seat.sink->begin)
        p->seat.sink->begin(&p->seat);
    for (bool is_last = false; !is_last;) {
        struct lane lane = {.until_us = INT64_MAX};
        struct resend resend;
        lane_confirm(p);
        lane.after = place_of(p, &lane);
        is_last = p->is_stopping; /* one more walk after being told, then the end */
        bool has_resend = store_resend_next(p->store, p->seat.name, &resend);
        bool may_wait = !is_last && (!has_resend || p->failures);
        lane.last = store_wait_beyond(p->store, lane.after, may_wait ? clock_us() + IDLE_US : 0,
                                      &p->is_stopping);
        if (is_last && p->failures) /* the far side is away: no use in trying at the very end */
            break;
        if (lane.last > lane.after) {
            if (lane.last - lane.after < p->batch && !is_last)
                wait_for_company(p, lane.after);
            lane.last = store_wait_beyond(p->store, lane.after, 0, NULL);
            if (is_newest(p) && lane.last - lane.after > NEWEST_ROWS)
                lane_move(p, &lane, lane.last - NEWEST_ROWS);
            lane_run(p, &lane);
        }
        if (has_resend && !p->failures && !is_last) {
            lane =
                (struct lane){true, resend, resend.seq, resend.last, clock_us() + RESEND_TURN_US};
            lane_run(p, &lane);
        }
        if (p->next_try_us > clock_us())
            pause_until(p, p->next_try_us);
    }
}

/* Nobody begins to use it any more; who does leaves soon, since they ask whether it stops. */
static void wait_for_pins(struct pump *p)
{
    lock_take(&p->lock);
    while (p->pins)
        lock_wait(&p->lock, &p->moved);
    lock_give(&p->lock);
}

static void close_sink(struct pump *p)
{
    if (p->seat.memory)
        p->seat.sink->close(&p->seat);
    free(p->seat.memory);
    p->seat.memory = NULL;
}

/* A sink is closed in its own thread: saying goodbye to a far side that does not answer takes its
 * time, and nobody else shall wait for it. */
static void *run(void *who)
{
    struct pump *p = who;

    deliver(p);
    wait_for_pins(p);
    close_sink(p);
    p->has_ended = true;
    return NULL;
}

/* ---- from outside ------------------------------------------------------------------------ */

static void let_go(struct pump *p)
{
    close_sink(p);
    reader_close(p->reader);
    free(p->loads[0].seqs);
    free(p->loads[1].seqs);
    pthread_cond_destroy(&p->moved);
    lock_done(&p->lock);
    free(p);
}

int pump_start(struct pump **to, struct store *store, const struct sink *sink, const char *name,
               const struct section *section, const char *site, const struct view *view)
{
    struct pump *p = calloc(1, sizeof *p);
    int rc;

    if (!p)
        return ERR_FULL;
    lock_init(&p->lock, LOCK_PUMP);
    condition_init(&p->moved);
    p->store = store;
    p->batch = (unsigned)section_number(section, "batch");
    p->age_us = (int64_t)(section_number(section, "age") * 1e6);
    p->chance = chance_seeded(0);
    p->seat = (struct seat){.name = name, .sink = sink, .section = section, .site = site};
    p->seat.view = view;
    p->seat.store = store;
    p->seat.store_path = store_path(store);
    p->seat.timeout_s = section_number(section, "timeout");
    p->seat.memory = calloc(1, sink->memory ? sink->memory : 1);
    rc = p->seat.memory ? sink->open(&p->seat) : ERR_FULL;
    if (is_newest(p) && p->batch < NEWEST_ROWS)
        p->batch = NEWEST_ROWS; /* all that is read after a gap, so that one delivery is the end */
    for (int i = 0; i < 2 && !rc; i++)
        p->loads[i].seqs = calloc(p->batch, sizeof *p->loads[i].seqs);
    if (!rc && (!p->loads[0].seqs || !p->loads[1].seqs))
        rc = ERR_FULL;
    if (rc) {
        let_go(p);
        return rc;
    }
    snprintf(p->state.name, sizeof p->state.name, "%s", name);
    p->state.cursor = store_cursor(store, name, section_yes(section, "history"));
    p->hold = (struct hold){.after_us = (int64_t)(p->seat.hold_s * 1e6), .sent = p->state.cursor};
    rc = thread_begin(&p->thread, name, run, p);
    if (rc) {
        let_go(p);
        return rc;
    }
    *to = p;
    return OK;
}

void pump_ask_stop(struct pump *p, int64_t deadline_us)
{
    lock_take(&p->lock);
    p->seat.stop_us = deadline_us > 0 ? deadline_us : 1; /* 0 would be: it goes on */
    p->is_stopping = true;
    pthread_cond_broadcast(&p->moved);
    lock_give(&p->lock);
    store_wake(p->store);
}

bool pump_has_ended(const struct pump *p)
{
    return p->has_ended;
}

void pump_stop(struct pump *p, int64_t deadline_us)
{
    if (!p)
        return;
    if (!p->is_stopping)
        pump_ask_stop(p, deadline_us);
    thread_join(p->thread);
    let_go(p);
}
