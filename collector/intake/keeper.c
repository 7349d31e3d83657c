/* News in, rows out (collector/intake/keeper.h). */
#include "collector/intake/keeper_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/plural.h"

#include <stdlib.h>
#include <string.h>

enum {
    METERS_AFTER = 3, /* readings, until it is known what a device says */
    TIDY_RESTS = 19   /* of twenty parts of the time: tidying takes a twentieth of a core at most */
};
static const int64_t GRACE_US = 400000, COMMIT_TICK_US = 200000, IDLE_US = 1000000,
                     SET_BACK_MS = 3600000;

int keeper_init(struct keeper *k, const struct plan *plan, struct store *store)
{
    *k = (struct keeper){.store = store, .post = rounds_post};
    k->board = board_new(0);
    k->settings = board_new(0);
    return k->board && k->settings ? keeper_learn(k, plan) : ERR_FULL;
}

void keeper_done(struct keeper *k)
{
    for (size_t i = 0; i < k->count; i++) {
        gate_free(k->slots[i]->gate);
        group_totals_free(k->slots[i]->totals);
        past_days_free(k->slots[i]->past);
        free(k->slots[i]->has);
        free(k->slots[i]->settings);
        for (struct shown_as *shown = k->slots[i]->shown, *older; shown; shown = older) {
            older = shown->older;
            free(shown);
        }
        free(k->slots[i]->spare);
        free(k->slots[i]);
    }
    lookup_done(&k->names);
    free(k->slots);
    for (size_t i = 0; i < ROOMS_MOST; i++)
        free(k->outgrown[i]);
    board_free(k->board);
    board_free(k->settings);
    *k = (struct keeper){0};
}

/* ---- one reading ------------------------------------------------------------------------- */

/* Questions in words that have their turn one a round: until then it is not known which of them
 * the model knows. */
static unsigned slow_words(const struct driver *driver)
{
    unsigned count = 0;

    for (const struct block *b = driver->blocks; b->name; b++)
        count += (b->text || driver->speech->piece) && b->refresh == NOW_AND_THEN;
    return 2 * count; /* a refusal is believed the second time */
}

/* A unit with a section of its own may turn out to be of another driver than the one that speaks
 * for it: its rows are that one's. */
static const struct driver *driver_of(const struct slot_of *s)
{
    const struct driver *turned_out = s->turned_out;

    return turned_out ? turned_out : s->driver;
}

/* What it has rows for, it will say sooner or later, unless it never heard of the question. */
static void count_rows(struct slot_of *s)
{
    const struct driver *d = driver_of(s);

    for (const struct row *row = d->rows; row->native; row++) {
        bool is_asked = !row_is_text(row) && !d->speech->piece;
        for (size_t i = 0; d->blocks[i].name && !is_asked; i++)
            is_asked = d->blocks[i].refresh == NOW_AND_THEN && !(s->lacking >> i & 1) &&
                       block_holds(&d->blocks[i], row);
        s->has[row->metric] |= is_asked;
    }
}

struct marks {
    struct keeper *keeper;
    struct slot_of *of;
};

static double mark_of(void *who, enum metric power)
{
    const struct marks *m = who;
    double mark = 0, carry;

    return store_meter_get(m->keeper->store, m->of->from, power, &mark, &carry) ? mark : 0;
}

static void put_mark(void *who, enum metric power, double mark)
{
    const struct marks *m = who;

    if (mark > 0 || mark_of(who, power) > 0)
        store_meter_put(m->keeper->store, m->of->from, power, mark, 0);
}

static void restore_meters(struct keeper *k, struct slot_of *s)
{
    double kwh, carry;

    for (unsigned i = 0; i < s->meter.count; i++)
        if (store_meter_get(k->store, s->from, s->meter.rows[i].energy, &kwh, &carry))
            meter_restore(&s->meter, s->meter.rows[i].energy, kwh);
}

/* The meters of a device begin when it is known what it says by itself; those that an earlier run
 * had, at once. */
static void begin_meters(struct keeper *k, struct slot_of *s, const struct reading *r)
{
    struct marks marks = {k, s};

    if (!s->has)
        return;
    if (!s->readings) {
        meter_begin_marked(&s->meter, mark_of, &marks, s->every_ms * US_PER_MS);
        restore_meters(k, s);
    }
    for (unsigned i = 0; i < r->count; i++)
        s->has[r->fields[i].metric] = true;
    if (++s->readings < METERS_AFTER + (s->is_part ? 0 : slow_words(driver_of(s))))
        return;
    if (!s->is_part)
        count_rows(s);
    struct meter before = s->meter;
    meter_begin(&s->meter, s->has, s->every_ms * US_PER_MS);
    restore_meters(k, s);
    meter_go_on(&s->meter, &before);
    meter_each_mark(&s->meter, put_mark, &marks);
    free(s->has);
    s->has = NULL;
}

static void keep_meters(struct keeper *k, struct slot_of *s)
{
    struct gate_counter changed[16];
    unsigned count = gate_changed(s->gate, changed, 16);

    for (unsigned i = 0; i < count; i++) {
        store_meter_put(k->store, s->from, changed[i].metric, changed[i].last, changed[i].carry);
    }
    for (unsigned i = 0; i < s->meter.count; i++) {
        bool is_changed = s->meter.rows[i].is_changed, is_over = s->meter.rows[i].is_over;
        if (is_changed && is_over)
            meter_each_mark(&s->meter, put_mark, &(struct marks){k, s});
        else if (is_changed)
            store_meter_put(k->store, s->from, s->meter.rows[i].energy, s->meter.rows[i].kwh, 0);
        s->meter.rows[i].is_changed = false;
    }
    const char *news = gate_news(s->gate);
    if (*news) {
        log_warn(s->name, "%s", news);
        store_event(k->store, LOG_LEVEL_WARN, s->name, news);
    }
}

/* A clock that was never set must not stamp anything: those rows wait for the right time. */
static void append(struct keeper *k, const struct origin *from, enum record_kind kind,
                   const struct reading *r, int64_t heard_us)
{
    bool is_timed = clock_is_trusted(r->round_ms);
    int64_t seq = store_append(k->store, from, is_timed ? kind : RECORD_UNTIMED,
                               is_timed ? r->round_ms : heard_us / US_PER_MS, r);

    if (seq < 0)
        log_err(from->name, "a reading could not be kept: %s", error_text((int)seq));
    if (!k->since_us)
        k->since_us = clock_us();
}

/* Ratings and settings are kept apart, and only when they change. */
static void keep_settings(struct keeper *k, struct slot_of *s, struct reading *r, int64_t heard_us)
{
    static struct reading said; /* of the keeper's thread alone */
    struct reading changed = {.round_ms = r->round_ms, .device = r->device};
    double before;

    said = changed;
    for (unsigned i = 0; i < r->count;) {
        enum metric m = (enum metric)r->fields[i].metric;
        double value = r->fields[i].value;
        if (catalogue[m].kind != SETTING) {
            i++;
            continue;
        }
        (void)reading_put(&said, m, value); /* there is as much room as in what it comes from */
        if (!reading_get(s->settings, m, &before) || before < value || before > value)
            if (reading_put(&changed, m, value))
                (void)reading_put(s->settings, m, value); /* what finds no room is stored again */
        reading_drop(r, m);
    }
    if (said.count)
        board_note(k->settings, &said, heard_us);
    if (changed.count)
        append(k, s->from, RECORD_SETTING, &changed, heard_us);
}

static bool is_kept_already(struct keeper *k, const struct slot_of *s, int64_t at_ms)
{
    static const struct reading anything = {.count = 0};

    if (!clock_is_trusted(at_ms) || (s->kept_ms && at_ms > s->kept_ms))
        return false;
    return at_ms == s->kept_ms || store_has(k->store, s->from, at_ms, &anything);
}

/*
 * One tick, one row. A device that was away for a moment is asked at once when it is back, and so
 * is every device after a start, or when it is asked less often from now on: perhaps for a tick
 * that has its row already. Then the reading is of its own moment.
 */
static void date(struct keeper *k, struct slot_of *s, struct reading *r, int64_t heard_us)
{
    if (is_kept_already(k, s, r->round_ms))
        r->round_ms = clock_wall_ms() - (clock_us() - heard_us) / US_PER_MS;
    s->kept_ms = r->round_ms;
}

static void count_lateness(struct keeper *k, int64_t late_us)
{
    int64_t ms = late_us / US_PER_MS;

    k->late[ms < LATE_STEPS ? ms : LATE_STEPS - 1]++;
    k->rounds++;
}

double keeper_late_ms(const struct keeper *k, double share)
{
    uint64_t seen = 0;

    for (unsigned i = 0; i < LATE_STEPS; i++) {
        seen += k->late[i];
        if ((double)seen >= share * (double)k->rounds)
            return (double)i + 1;
    }
    return 0;
}

int64_t keeper_tick(int64_t known_ms, int64_t heard_ms)
{
    return heard_ms > known_ms || known_ms - heard_ms > SET_BACK_MS ? heard_ms : known_ms;
}

/* What was told stands at once where settings stand, and in the store: a switch or a word too,
 * which is a setting by having been told. */
static void take_told(struct keeper *k, struct slot_of *s, unsigned place, const struct news *n)
{
    static struct reading r; /* of the keeper's thread alone */

    r = n->reading;
    r.device = (uint16_t)place;
    if (k->hear)
        k->hear(k->who, s->name, &r, n->heard_us);
    keep_settings(k, s, &r, n->heard_us);
    if (r.count) {
        board_note(k->board, &r, n->heard_us);
        append(k, s->from, RECORD_SETTING, &r, n->heard_us);
    }
    if (store_commit(k->store)) /* somebody watches the knob that was turned */
        log_debug(s->name, "what it was told is kept in memory for now");
}

static void take_sleep(struct keeper *k, struct slot_of *s, unsigned place, const struct news *n)
{
    board_miss(k->board, place, n->result, n->heard_us);
    board_sleep(k->board, place, true);
    meter_pause(&s->meter);
}

void keeper_take(struct keeper *k, const struct news *n)
{
    static struct reading r; /* of the keeper's thread alone: too large for its stack */
    char text[ORIGIN_NAME];
    const char *name = news_name(n, text, sizeof text);
    size_t at = keeper_place(k, name);
    struct slot_of *s = at < k->count ? k->slots[at] : NULL;

    if (*n->unit && !n->is_told && (!s || s->is_found || s->is_gone)) {
        s = keeper_found(k, n, name);
        at = keeper_place(k, name);
    }

    if (!s || s->is_gone)
        return;
    if (n->is_told) {
        take_told(k, s, (unsigned)at, n);
        return;
    }
    if (n->is_last)
        count_lateness(k, n->late_us);
    s->tick_ms = n->reading.round_ms;
    s->lacking = n->lacking;
    s->asked += n->result != ERR_ASLEEP; /* nobody counts on its answer */
    k->tick_ms = keeper_tick(k->tick_ms, n->reading.round_ms);
    r = n->reading;
    r.device = (uint16_t)at;
    if (n->result == ERR_ASLEEP) {
        take_sleep(k, s, (unsigned)at, n);
        return;
    }
    board_sleep(k->board, (unsigned)at, false);
    keeper_hear_other(k, s, n);
    gate_pass(s->gate, &r, n->heard_us);
    if (!n->reading.count && !n->result && !*n->unit && s->driver && s->driver->others) {
        s->heard++; /* who only speaks for others has nothing of its own to say */
        board_hear(k->board, (unsigned)at, n->heard_us);
        return;
    }
    if (!r.count) {
        board_miss(k->board, (unsigned)at, n->result ? n->result : ERR_DATA, n->heard_us);
        return;
    }
    s->heard++;
    keeper_hear_serial(k, s, n);
    s->is_part = *n->unit && !n->driver;
    if (*n->unit && n->driver)
        keeper_turn_out(k, s, n->driver);
    if (k->hear)
        k->hear(k->who, s->name, &r, n->heard_us);
    begin_meters(k, s, &r);
    meter_take(&s->meter, &r, n->heard_us);
    keep_meters(k, s);
    date(k, s, &r, n->heard_us);
    keep_settings(k, s, &r, n->heard_us);
    board_note(k->board, &r, n->heard_us);
    append(k, s->from, RECORD_LIVE, &r, n->heard_us);
    if (s->past)
        past_days_hear(s->past, n, &r, k->post);
}

/* ---- rounds ------------------------------------------------------------------------------ */

/* Has it reported for this tick, or is its own next tick still to come? */
static bool is_up_to(const struct slot_of *s, int64_t tick_ms)
{
    bool is_away = (s->is_found || s->is_implied) && tick_ms - s->tick_ms > 3 * s->every_ms;

    return s->is_gone || s->is_group || is_away || s->tick_ms + s->every_ms > tick_ms;
}

/* Whom the last look had to wait for is most likely still to come. */
static bool is_whole(struct keeper *k, int64_t tick_ms)
{
    if (k->behind < k->count && !is_up_to(k->slots[k->behind], tick_ms))
        return false;
    for (k->behind = 0; k->behind < k->count; k->behind++)
        if (!is_up_to(k->slots[k->behind], tick_ms))
            return false;
    return true;
}

static void fold(struct keeper *k, size_t at, int64_t tick_ms)
{
    struct slot_of *s = k->slots[k->group_slots[at]];
    struct reading r = {.round_ms = tick_ms, .device = (uint16_t)k->group_slots[at]};
    int64_t now = clock_us();

    k->group_ms[at] = tick_ms;
    if (!group_fold(&k->groups[at], k->board, now, &r))
        return;
    group_totals_take(s->totals, k->board, &r);
    board_note(k->board, &r, now);
    append(k, s->from, RECORD_LIVE, &r, now);
}

/* A group is folded once for each tick of its members: when all have reported, or none is waited
 * for any longer. */
static void fold_groups(struct keeper *k, bool is_late)
{
    for (size_t g = 0; g < k->group_count; g++) {
        int64_t tick = INT64_MIN;
        bool is_complete = true;
        for (size_t m = 0; m < k->groups[g].count; m++) {
            const struct slot_of *s = k->slots[k->groups[g].members[m].device];
            if (s->tick_ms > tick)
                tick = s->tick_ms;
        }
        for (size_t m = 0; m < k->groups[g].count; m++)
            is_complete &= is_up_to(k->slots[k->groups[g].members[m].device], tick);
        if (tick > 0 && tick != k->group_ms[g] && (is_complete || is_late))
            fold(k, g, tick);
    }
}

static void trust_clock(struct keeper *k)
{
    int64_t wall = clock_wall_ms(), count;

    if (!clock_is_trusted(wall)) {
        if (!k->is_clock_told)
            log_warn("clock", "the machine's clock is not set; readings are kept, and get their "
                              "time when it is");
        k->is_clock_told = true;
        return;
    }
    if (!store_has_untimed(k->store))
        return;
    count = store_stamp(k->store, wall - clock_us() / US_PER_MS);
    log_note("clock", "the clock is set; %lld reading%s got %s time", (long long)count,
             plural_s(count), count == 1 ? "its" : "their");
    k->is_clock_told = false;
}

/* A step of tidying, and then a rest: so what is to be done after a start, or at midnight for
 * hundreds of devices, is spread. Returns how long until the next step; `most`: there is none. */
static int64_t tidy(struct keeper *k, int64_t most)
{
    int64_t begun_us = clock_worked_us(), now = clock_us();

    if (now >= k->tidy_us && !store_tidy(k->store, clock_wall_ms()))
        return most;
    if (now >= k->tidy_us)
        k->tidy_us = clock_us() + (clock_worked_us() - begun_us) * TIDY_RESTS;
    int64_t rest = k->tidy_us - clock_us();
    return rest < 0 ? 0 : rest < most ? rest : most;
}

int64_t keeper_settle(struct keeper *k, bool is_idle)
{
    int64_t waited = k->since_us ? clock_us() - k->since_us : 0;
    bool is_late = waited >= GRACE_US;

    trust_clock(k);
    if (!is_idle && !is_late)
        return 0;
    bool is_ready = is_whole(k, k->tick_ms);
    fold_groups(k, is_late || is_ready);
    if (k->since_us && (is_ready || is_late))
        if (store_commit_due(k->store) == OK)
            k->since_us = 0;
    int64_t rest = is_idle && !k->since_us ? tidy(k, IDLE_US) : IDLE_US;
    if (!k->since_us && !store_is_stuck(k->store)) { /* cursors, events */
        bool is_clean = store_commit_due(k->store) == OK;
        return is_clean || rest < COMMIT_TICK_US ? rest : COMMIT_TICK_US;
    }
    return waited < GRACE_US ? GRACE_US - waited : COMMIT_TICK_US;
}

int keeper_finish(struct keeper *k)
{
    trust_clock(k);
    fold_groups(k, true);
    return store_commit(k->store);
}
