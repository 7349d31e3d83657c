/* Batches, verdicts, halving (store/lane.h). */
#include "store/lane.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { AGAINS_MOST = 64, ASIDES_MOST = 50 };
static const int64_t PAUSE_LEAST_US = 200000, PAUSE_FIRST_US = 1000000, PAUSE_MOST_US = 60000000,
                     ALARM_MOST_US = 300000000, RETRY_AFTER_MOST_MS = 600000;

/* ---- small things ------------------------------------------------------------------------ */

static bool is_out_of_time(const struct pump *p)
{
    return clock_us() >= seat_until(&p->seat.stop_us, INT64_MAX);
}

static void move_cursor(struct pump *p, int64_t upto)
{
    store_cursor_move(p->store, p->seat.name, upto);
    lock_take(&p->lock);
    p->state.cursor = upto;
    p->state.held = p->hold.after_us ? p->hold.sent - upto : 0;
    pthread_cond_broadcast(&p->moved);
    lock_give(&p->lock);
}

void lane_move(struct pump *p, struct lane *lane, int64_t upto)
{
    lane->after = upto;
    if (lane->is_resend) {
        lane->resend.seq = upto;
        store_resend_move(p->store, &lane->resend);
        lock_take(&p->lock);
        pthread_cond_broadcast(&p->moved);
        lock_give(&p->lock);
    } else if (p->hold.after_us) {
        hold_add(&p->hold, upto, clock_us());
        lock_take(&p->lock);
        p->state.held = upto - p->state.cursor;
        lock_give(&p->lock);
    } else {
        move_cursor(p, upto);
    }
}

static void set_aside(struct pump *p, int64_t seq, const char *why)
{
    char what[WHY_MAX + 100];

    snprintf(what, sizeof what,
             "reading %lld is refused for good and set aside (all of them: table aside): %s",
             (long long)seq, why);
    complain(&p->refused, p->seat.name, what);
    store_set_aside(p->store, p->seat.name, seq, why);
    lock_take(&p->lock);
    p->state.aside++;
    lock_give(&p->lock);
}

/* ---- filling ----------------------------------------------------------------------------- */

bool lane_wants(const struct lane *lane, const struct record *r)
{
    if (r->kind == RECORD_UNTIMED)
        return false; /* of an earlier start of the machine: its time will never be known */
    if (!lane->is_resend)
        return r->kind != RECORD_IMPORTED;
    return r->at_ms >= lane->resend.from_ms && r->at_ms < lane->resend.to_ms;
}

static bool open_reader(struct pump *p)
{
    unsigned generation = store_generation(p->store);

    if (p->reader && p->generation == generation)
        return true;
    reader_close(p->reader);
    p->reader = NULL;
    p->generation = generation;
    return reader_open(&p->reader, store_path(p->store)) == OK;
}

/* Adds one record; false when the batch is full without it. */
static bool add_one(struct pump *p, const struct lane *lane, const struct record *r,
                    struct load *to)
{
    enum added added = lane_wants(lane, r) ? p->seat.sink->add(&p->seat, r) : SKIPPED;

    if (added == IS_FULL)
        return false;
    to->upto = r->seq;
    if (added == ADDED)
        to->seqs[to->count++] = r->seq;
    return true;
}

/* From behind `after`, `most` lines at most. `upto` says how far the log was read. */
static void fill(struct pump *p, const struct lane *lane, int64_t after, unsigned most,
                 struct load *to)
{
    struct record r;
    int rc = ERR_ABSENT;
    bool has_room = true;

    to->upto = after;
    to->count = 0;
    if (open_reader(p))
        rc = reader_after(p->reader, after, lane->last);
    while (!rc && has_room && to->count < most) {
        rc = reader_next(p->reader, &r);
        if (!rc)
            has_room = add_one(p, lane, &r, to);
    }
    if (p->reader)
        reader_rest(p->reader);
    if (rc == ERR_DATA) {
        if (p->generation == store_generation(p->store)) /* else it was the file before this one */
            store_suspect(p->store);
        return;
    }
    if (rc != ERR_ABSENT)
        return;
    if (!lane->is_resend && store_is_stuck(p->store))
        while (has_room && to->count < most && to->upto < lane->last &&
               store_waiting_row(p->store, to->upto, &r, p->numbers, sizeof p->numbers))
            has_room = add_one(p, lane, &r, to);
    else if (has_room && to->count < most)
        to->upto = lane->last; /* rows that are no longer there hold nobody up */
}

/* ---- verdicts ---------------------------------------------------------------------------- */

static void settle(struct pump *p, struct outcome *o)
{
    int64_t deadline = clock_us() + (int64_t)(p->seat.timeout_s * 1e6);

    lock_take(&p->lock);
    p->state.batches++;
    lock_give(&p->lock);
    *o = (struct outcome){0};
    p->seat.sink->settle(&p->seat, seat_until(&p->seat.stop_us, deadline), o);
}

static void taken(struct pump *p, struct lane *lane, const struct load *load,
                  const struct outcome *o)
{
    unsigned bad = 0;

    for (unsigned i = 0; i < o->bad_count && i < BAD_MAX; i++)
        if (o->bad[i] < load->count) {
            set_aside(p, load->seqs[o->bad[i]], o->why);
            bad++;
        }
    complaint_over(&p->trouble, p->seat.name, "delivers again");
    p->failures = p->agains = p->asides = 0;
    lock_take(&p->lock);
    p->state.delivered += load->count - bad;
    p->state.dropped += o->dropped;
    p->state.left_out += o->left_out;
    p->state.is_alarm = p->state.is_later = false;
    p->state.why[0] = '\0';
    lock_give(&p->lock);
    lane_move(p, lane, load->upto);
    if (p->seat.sink->keeps_doubles)
        store_cursor_keep(p->store);
}

int64_t lane_retry_ms(int64_t asked_ms)
{
    return asked_ms < RETRY_AFTER_MOST_MS ? asked_ms : RETRY_AFTER_MOST_MS;
}

static void later(struct pump *p, const struct outcome *o)
{
    int64_t most = o->is_alarm ? ALARM_MOST_US : PAUSE_MOST_US, wait = o->retry_after_ms;
    int64_t pause;

    p->failures++;
    pause = backoff_us(&p->chance, p->failures, PAUSE_LEAST_US, PAUSE_FIRST_US, most);
    wait = lane_retry_ms(wait) * US_PER_MS;
    if (wait > 0) /* obeyed, and a little jitter on top so that not all come back at once */
        pause = wait + chance_between(&p->chance, 0, wait / 10);
    p->next_try_us = clock_us() + pause;
    complain(&p->trouble, p->seat.name, o->why);
    lock_take(&p->lock);
    p->state.failures++;
    p->state.is_later = true;
    p->state.is_alarm = o->is_alarm;
    memcpy(p->state.why, o->why, sizeof p->state.why);
    pthread_cond_broadcast(&p->moved);
    lock_give(&p->lock);
}

static enum verdict judge(struct pump *p, struct lane *lane, const struct load *load,
                          struct outcome *o)
{
    settle(p, o);
    if (o->verdict == AGAIN && ++p->agains > AGAINS_MOST)
        o->verdict = LATER;
    if (o->verdict == TAKEN)
        taken(p, lane, load, o);
    if (o->verdict == LATER)
        later(p, o);
    return o->verdict;
}

/*
 * A batch was refused: halves of it are tried until the bad one stands alone. When the first half
 * is taken, the second must hold the fault and is halved at once.
 */
static enum verdict narrow(struct pump *p, struct lane *lane, unsigned count, struct outcome *o)
{
    struct load *load = &p->loads[0];

    while (count > 1) {
        unsigned half = (count + 1) / 2;
        fill(p, lane, lane->after, half, load);
        if (!load->count)
            return LATER;
        p->seat.is_single = load->count == 1;
        p->seat.sink->send(&p->seat);
        enum verdict verdict = judge(p, lane, load, o);
        if (verdict == AGAIN)
            continue;
        if (verdict == LATER)
            return LATER;
        if (verdict == REFUSED && load->count == 1)
            break;
        if (verdict == REFUSED) {
            verdict = narrow(p, lane, load->count, o);
            if (verdict != TAKEN)
                return verdict;
            return TAKEN; /* the rest is tried as an ordinary batch again */
        }
        count -= load->count;
    }
    fill(p, lane, lane->after, 1, load);
    p->seat.is_single = true;
    if (load->count && count == 1) { /* alone it gets one more chance, and its own words */
        p->seat.sink->send(&p->seat);
        enum verdict verdict = judge(p, lane, load, o);
        if (verdict != REFUSED)
            return verdict == TAKEN ? TAKEN : LATER;
    } else {
        p->seat.sink->forget(&p->seat);
    }
    /* Nothing is ever taken: then it is not the readings that are bad. */
    if (load->count && ++p->asides > ASIDES_MOST) {
        p->asides = 0;
        o->is_alarm = true;
        later(p, o);
        return LATER;
    }
    if (load->count)
        set_aside(p, load->seqs[0], o->why);
    lane_move(p, lane, load->upto);
    return TAKEN;
}

/* ---- what is held back ------------------------------------------------------------------- */

static bool ask_life(struct pump *p, uint64_t *life)
{
    char why[WHY_MAX] = "";

    p->hold.asked_us = clock_us();
    if (p->seat.sink->life(&p->seat, life, why)) {
        complaint_over(&p->unsure, p->seat.name, "confirms again");
        return true;
    }
    complain(&p->unsure, p->seat.name, why);
    lock_take(&p->lock);
    memcpy(p->state.why, why, sizeof p->state.why);
    lock_give(&p->lock);
    return false;
}

void lane_confirm(struct pump *p)
{
    int64_t now = clock_us(), cursor = store_cursor(p->store, p->seat.name, false), upto;
    uint64_t life;
    bool is_anew;

    if (!hold_is_due(&p->hold, now) || !ask_life(p, &life))
        return;
    int64_t sent = p->hold.sent;
    upto = hold_answer(&p->hold, life, now, cursor, &is_anew);
    if (is_anew)
        log_warn(p->seat.name,
                 "it began anew, and may have lost what it took: rows %lld to %lld are "
                 "sent again",
                 (long long)cursor + 1, (long long)sent);
    if (upto > cursor)
        move_cursor(p, upto);
}

/* Before the first batch it must be known in which life it is taken. */
static bool knows_life(struct pump *p)
{
    struct outcome o = {.verdict = LATER};
    bool is_anew;
    uint64_t life;

    if (!p->hold.after_us || p->hold.life)
        return true;
    if (p->seat.sink->life(&p->seat, &life, o.why)) {
        (void)hold_answer(&p->hold, life, 0, p->hold.sent, &is_anew);
        return true;
    }
    later(p, &o);
    return false;
}

/* ---- one lane to its end ----------------------------------------------------------------- */

void lane_run(struct pump *p, struct lane *lane)
{
    struct load *filled = &p->loads[0], *away = &p->loads[1];
    struct outcome o;
    int64_t at = lane->after;
    bool is_away = false;
    enum verdict verdict = knows_life(p) ? TAKEN : LATER;

    while (verdict == TAKEN && !is_out_of_time(p) && clock_us() < lane->until_us) {
        p->seat.is_single = false;
        fill(p, lane, at, p->batch, filled);
        bool is_end = filled->upto == at;
        if (is_away)
            verdict = judge(p, lane, away, &o);
        is_away = false;
        if (verdict != TAKEN || is_end)
            break;
        at = filled->upto;
        if (!filled->count) {
            lane_move(p, lane, at);
            continue;
        }
        p->seat.sink->send(&p->seat);
        is_away = true;
        struct load *swap = filled;
        filled = away;
        away = swap;
    }
    if (is_away)
        verdict = judge(p, lane, away, &o);
    else
        p->seat.sink->forget(&p->seat);
    if (verdict == REFUSED) {
        p->seat.sink->forget(&p->seat);
        (void)(narrow(p, lane, away->count, &o) == TAKEN); /* what it did is told already */
    }
    p->seat.is_single = false;
}
