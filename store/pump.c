/* Batches, verdicts, pauses (store/pump.h). */
#include "store/pump.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "store/inside.h"
#include "store/reader.h"

#include <pthread.h>
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

enum { STACK_BYTES = 256 * 1024, AGAINS_MOST = 64, NEWEST_ROWS = 2000, ASIDES_MOST = 50 };
static const int64_t PAUSE_LEAST_US = 200000, PAUSE_FIRST_US = 1000000, PAUSE_MOST_US = 60000000,
                     ALARM_MOST_US = 300000000, RETRY_AFTER_MOST_MS = 600000, IDLE_US = 1000000,
                     COMPANY_LOOK_US = 20000, RESEND_TURN_US = 1000000;

/* A stretch of the log: the cursor's own way, or a resend. */
struct lane {
    bool is_resend;
    struct resend resend;
    int64_t after, last;
    int64_t until_us; /* a resend lets live rows go first, now and then */
};

/* What is in one batch: up to where it reaches, and which row each line came from. */
struct load {
    int64_t upto;
    unsigned count;
    int64_t *seqs;
};

struct pump {
    struct store *store;
    struct seat seat;
    struct reader *reader;
    unsigned generation; /* of the file the reader has open */
    unsigned batch;
    int64_t age_us;
    struct load loads[2];
    char numbers[NUMBERS_MAX]; /* of a row that is still waiting */

    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t moved;
    bool is_stopping, is_hurried; /* somebody waits: no waiting for company */
    int64_t stop_us;
    struct pump_state state;

    struct complaint trouble;
    struct chance chance;
    unsigned failures, agains, asides; /* in a row */
    int64_t next_try_us;
};

/* ---- small things ------------------------------------------------------------------------ */

static bool is_out_of_time(struct pump *p)
{
    pthread_mutex_lock(&p->lock);
    bool is_out = p->is_stopping && clock_us() >= p->stop_us;
    pthread_mutex_unlock(&p->lock);
    return is_out;
}

static bool is_hurried(struct pump *p)
{
    pthread_mutex_lock(&p->lock);
    bool is = p->is_stopping || p->is_hurried;
    pthread_mutex_unlock(&p->lock);
    return is;
}

static bool is_stopping(struct pump *p)
{
    pthread_mutex_lock(&p->lock);
    bool is = p->is_stopping;
    pthread_mutex_unlock(&p->lock);
    return is;
}

static void move(struct pump *p, struct lane *lane, int64_t upto)
{
    lane->after = upto;
    if (lane->is_resend) {
        lane->resend.seq = upto;
        store_resend_move(p->store, &lane->resend);
    } else {
        store_cursor_move(p->store, p->seat.name, upto);
    }
    pthread_mutex_lock(&p->lock);
    if (!lane->is_resend)
        p->state.cursor = upto;
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
}

static void set_aside(struct pump *p, int64_t seq, const char *why)
{
    log_err(p->seat.name, "reading %lld is refused for good and set aside: %s", (long long)seq,
            why);
    store_set_aside(p->store, p->seat.name, seq, why);
    pthread_mutex_lock(&p->lock);
    p->state.aside++;
    pthread_mutex_unlock(&p->lock);
}

/* ---- filling ----------------------------------------------------------------------------- */

static bool is_wanted(const struct lane *lane, const struct record *r)
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
    enum added added = is_wanted(lane, r) ? p->seat.sink->add(&p->seat, r) : SKIPPED;

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

    pthread_mutex_lock(&p->lock);
    if (p->is_stopping && p->stop_us < deadline)
        deadline = p->stop_us;
    p->state.batches++;
    pthread_mutex_unlock(&p->lock);
    *o = (struct outcome){0};
    p->seat.sink->settle(&p->seat, deadline, o);
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
    pthread_mutex_lock(&p->lock);
    p->state.delivered += load->count - bad;
    p->state.dropped += o->dropped;
    p->state.left_out += o->left_out;
    p->state.is_alarm = p->state.is_later = false;
    p->state.why[0] = '\0';
    pthread_mutex_unlock(&p->lock);
    move(p, lane, load->upto);
}

static void later(struct pump *p, const struct outcome *o)
{
    int64_t most = o->is_alarm ? ALARM_MOST_US : PAUSE_MOST_US, wait = o->retry_after_ms;
    int64_t pause;

    p->failures++;
    pause = backoff_us(&p->chance, p->failures, PAUSE_LEAST_US, PAUSE_FIRST_US, most);
    wait = (wait < RETRY_AFTER_MOST_MS ? wait : RETRY_AFTER_MOST_MS) * US_PER_MS;
    if (wait > 0) /* obeyed, and a little jitter on top so that not all come back at once */
        pause = wait + chance_between(&p->chance, 0, wait / 10);
    p->next_try_us = clock_us() + pause;
    complain(&p->trouble, p->seat.name, o->why);
    pthread_mutex_lock(&p->lock);
    p->state.failures++;
    p->state.is_later = true;
    p->state.is_alarm = o->is_alarm;
    memcpy(p->state.why, o->why, sizeof p->state.why);
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
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
    move(p, lane, load->upto);
    return TAKEN;
}

/* ---- one lane to its end ----------------------------------------------------------------- */

/* Delivers until the lane is done, the far side says later, or time is up. */
static void run_lane(struct pump *p, struct lane *lane)
{
    struct load *filled = &p->loads[0], *away = &p->loads[1];
    struct outcome o;
    int64_t at = lane->after;
    bool is_away = false;
    enum verdict verdict = TAKEN;

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
            move(p, lane, at);
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

static void wait_for_company(struct pump *p, int64_t cursor)
{
    int64_t until = clock_us() + p->age_us;

    while (clock_us() < until && !is_hurried(p)) {
        int64_t look = clock_us() + COMPANY_LOOK_US;
        int64_t seen =
            store_wait_beyond(p->store, cursor + p->batch - 1, look < until ? look : until);
        if (seen >= cursor + p->batch)
            return;
    }
}

static void pause_until(struct pump *p, int64_t until)
{
    pthread_mutex_lock(&p->lock);
    while (!p->is_stopping && clock_us() < until) {
        int64_t left = until - clock_us();
        struct timespec ts;
        left = left < IDLE_US ? left : IDLE_US;
        clock_gettime(CLOCK_MONOTONIC, &ts);
        ts.tv_nsec += left % 1000000 * 1000;
        ts.tv_sec += left / 1000000 + ts.tv_nsec / 1000000000;
        ts.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&p->moved, &p->lock, &ts);
    }
    pthread_mutex_unlock(&p->lock);
}

static void *run(void *who)
{
    struct pump *p = who;

    for (bool is_last = false; !is_last;) {
        struct lane lane = {.until_us = INT64_MAX};
        struct resend resend;
        lane.after = store_cursor(p->store, p->seat.name, false);
        is_last = is_stopping(p); /* one more walk after being told, then the end */
        bool has_resend = store_resend_next(p->store, p->seat.name, &resend);
        bool may_wait = !is_last && (!has_resend || p->failures);
        lane.last = store_wait_beyond(p->store, lane.after, may_wait ? clock_us() + IDLE_US : 0);
        if (is_last && p->failures) /* the far side is away: no use in trying at the very end */
            break;
        if (lane.last > lane.after) {
            if (lane.last - lane.after < p->batch && !is_last)
                wait_for_company(p, lane.after);
            lane.last = store_wait_beyond(p->store, lane.after, 0);
            if (p->seat.sink->wants_newest && lane.last - lane.after > NEWEST_ROWS)
                move(p, &lane, lane.last - NEWEST_ROWS);
            run_lane(p, &lane);
        }
        if (has_resend && !p->failures && !is_last) {
            lane =
                (struct lane){true, resend, resend.seq, resend.last, clock_us() + RESEND_TURN_US};
            run_lane(p, &lane);
        }
        if (p->next_try_us > clock_us())
            pause_until(p, p->next_try_us);
    }
    return NULL;
}

/* ---- from outside ------------------------------------------------------------------------ */

static void let_go(struct pump *p)
{
    if (p->seat.memory)
        p->seat.sink->close(&p->seat);
    reader_close(p->reader);
    free(p->seat.memory);
    free(p->loads[0].seqs);
    free(p->loads[1].seqs);
    pthread_cond_destroy(&p->moved);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

int pump_start(struct pump **to, struct store *store, const struct sink *sink, const char *name,
               const struct section *section, const char *site, bool from_start)
{
    struct pump *p = calloc(1, sizeof *p);
    pthread_condattr_t monotonic;
    pthread_attr_t small;
    int rc;

    if (!p)
        return ERR_FULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p->moved, &monotonic);
    pthread_condattr_destroy(&monotonic);
    p->store = store;
    p->batch = (unsigned)section_number(section, "batch");
    p->age_us = (int64_t)(section_number(section, "age") * 1e6);
    p->chance = chance_seeded(0);
    p->seat = (struct seat){.name = name, .sink = sink, .section = section, .site = site};
    p->seat.timeout_s = section_number(section, "timeout");
    p->seat.memory = calloc(1, sink->memory ? sink->memory : 1);
    for (int i = 0; i < 2; i++)
        p->loads[i].seqs = calloc(p->batch, sizeof *p->loads[i].seqs);
    rc = p->seat.memory && p->loads[0].seqs && p->loads[1].seqs ? sink->open(&p->seat) : ERR_FULL;
    if (rc) {
        let_go(p);
        return rc;
    }
    p->state.name = name;
    p->state.cursor = store_cursor(store, name, from_start || section_yes(section, "history"));
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    rc = pthread_create(&p->thread, &small, run, p) ? ERR_SYSTEM : OK;
    pthread_attr_destroy(&small);
    if (rc) {
        let_go(p);
        return rc;
    }
    *to = p;
    return OK;
}

void pump_stop(struct pump *p, int64_t deadline_us)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    p->stop_us = deadline_us;
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
    store_wake(p->store);
    pthread_join(p->thread, NULL);
    let_go(p);
}

void pump_state(struct pump *p, struct pump_state *to)
{
    int64_t visible = store_visible(p->store);

    pthread_mutex_lock(&p->lock);
    *to = p->state;
    pthread_mutex_unlock(&p->lock);
    to->backlog = visible > to->cursor ? visible - to->cursor : 0;
    to->lost = store_cursor_lost(p->store, p->seat.name);
}

const struct section *pump_section(const struct pump *p)
{
    return p->seat.section;
}

bool pump_wait(struct pump *p, int64_t seq, int64_t deadline_us)
{
    bool is_done;

    pthread_mutex_lock(&p->lock);
    p->is_hurried = true;
    while (p->state.cursor < seq && clock_us() < deadline_us) {
        struct timespec ts;
        clock_gettime(CLOCK_MONOTONIC, &ts);
        ts.tv_nsec += 50000000;
        ts.tv_sec += ts.tv_nsec / 1000000000;
        ts.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&p->moved, &p->lock, &ts);
    }
    is_done = p->state.cursor >= seq;
    p->is_hurried = false;
    pthread_mutex_unlock(&p->lock);
    return is_done;
}

bool pump_wait_resends(struct pump *p, int64_t deadline_us)
{
    struct resend left;

    while (store_resend_next(p->store, p->seat.name, &left)) {
        if (clock_us() >= deadline_us)
            return false;
        clock_sleep_us(20000);
    }
    return true;
}
