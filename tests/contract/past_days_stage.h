/*
 * For tests of finished days: a twin whose log is its plant's past, a program that is ended, killed
 * and away again and again, and rounds that fail. Each day must be stored once, with its value.
 */
#ifndef TESTS_PAST_DAYS_STAGE_H
#define TESTS_PAST_DAYS_STAGE_H

#include "base/chance.h"
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/keeper.h"
#include "store/days.h"
#include "store/reader.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUND_S = 1200, ROUNDS_A_DAY = 72, DAYS_MAX = 600, FIRST = 20260301 };

/* The day after the last: more days than a log has pages, and the 70 that the program is away. A
 * season with HELIO_SHORT (where each step takes long: valgrind), and a year with HELIO_LONG. */
enum { AFTER_A_SEASON = 20260601, AFTER_200_DAYS = 20260917, AFTER_A_YEAR = 20270310 };
static int last = AFTER_200_DAYS;

static char folder[64], path[160], file[128];

static const char settings[] = "[site]\ntimezone = Europe/Sofia\n"
                               "[store]\npath = %s\ncommit_s = 3000\n"
                               "[bus wall]\nline = sim\nevery = %d\nturnaround = 0\nmodel = %s\n"
                               "[device roof]\ndriver = %s\nbus = wall\n%s";

static inline void write_settings(const char *driver, const char *model, const char *more)
{
    FILE *out = fopen(file, "w");

    assert_non_null(out);
    fprintf(out, settings, path, ROUND_S, model, driver, more);
    assert_int_equal(fclose(out), 0);
}

static inline int begin(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    if (getenv("HELIO_LONG"))
        last = AFTER_A_YEAR;
    else if (getenv("HELIO_SHORT"))
        last = AFTER_A_SEASON;
    snprintf(folder, sizeof folder, "/tmp/helio_past_XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(file, sizeof file, "%s/a.ini", folder);
    return 0;
}

static inline int end(void **state)
{
    char command[160];

    (void)state;
    clock_give_back();
    zone_set("UTC");
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- one life of the program ---------------------------------------------------------------- */

static unsigned asked, lost;
static struct chance luck;

/* The bus thread's part is done on the spot; now and then the answer is lost. */
static inline int do_now(struct rounds *r, size_t bus, struct job *job)
{
    asked++;
    if (chance_hits(&luck, 0.05))
        return ERR_BUSY;
    job->result = job->run(r, bus, job->to);
    if (chance_hits(&luck, 0.1)) {
        job->result = ERR_TIMEOUT;
        lost++;
    }
    job->is_done = true;
    return OK;
}

static inline void take_units(struct keeper *k, struct news *n, struct device *d)
{
    static struct news unit;

    for (unsigned which = 0; d->driver->others; which++) {
        struct identity who = {0};
        unit = *n;
        unit.reading = (struct reading){.round_ms = n->reading.round_ms, .device = n->device};
        if (d->driver->others(d, which, &unit.reading, &who))
            return;
        snprintf(unit.unit, sizeof unit.unit, "%s", who.serial);
        unit.driver = who.driver;
        unit.result = who.result;
        unit.heard_us = clock_us();
        keeper_take(k, &unit);
    }
}

static inline void one_round(struct rounds *r, struct keeper *k)
{
    static struct news n;
    struct device *d = &r->house->devices[0];

    n = (struct news){.from = r, .is_last = true};
    int64_t tick = clock_wall_ms();
    if (bus_borrow(&r->house->buses[0], 0))
        abort();
    n.result = device_round(d, LIVE_ONLY, tick, &n.reading);
    n.reading.round_ms = tick;
    n.heard_us = clock_us();
    keeper_take(k, &n);
    if (!n.result &&
        board_state(k->board, (unsigned)keeper_place(k, "roof"), n.heard_us, NULL, NULL) != HEARD)
        abort(); /* a hub, which has no numbers of its own, too */
    if (!n.result)
        take_units(k, &n, d);
    bus_return(&r->house->buses[0]);
    (void)keeper_settle(k, true);
}

/* From `wall_ms` on for so many rounds; it is killed at the end, or closes what it has open. */
static inline void live(int64_t wall_ms, unsigned rounds, bool is_killed)
{
    static struct house house;
    struct plan *plan = plan_new();
    struct rounds r = {.house = &house, .depth = LIVE_ONLY};
    struct keeper keeper;
    struct store *store;
    char holder[64];

    clock_take(wall_ms);
    luck = chance_seeded((uint64_t)wall_ms);
    if (!plan || plan_load(plan, file) ||
        store_open(&store, path, plan->store, holder, sizeof holder) ||
        keeper_init(&keeper, plan, store) || house_build(&house, plan))
        _exit(1);
    keeper.post = do_now;
    keeper_pace(&keeper, &r);
    for (unsigned i = 0; i < rounds; i++) {
        clock_step(wall_ms + (int64_t)i * ROUND_S * 1000 - clock_wall_ms());
        int64_t before = clock_wall_ms();
        if (!chance_hits(&luck, 0.03)) /* a round that nobody answered */
            one_round(&r, &keeper);
        clock_sleep_us((int64_t)ROUND_S * 1000000 - (clock_wall_ms() - before) * 1000);
    }
    if (is_killed)
        _exit(0);
    if (keeper_finish(&keeper))
        _exit(1);
    house_raze(&house);
    keeper_done(&keeper);
    store_close(store);
    plan_free(plan);
    _exit(0);
}

static inline void live_in_a_process(int64_t wall_ms, unsigned rounds, bool is_killed)
{
    int status;

    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        live(wall_ms, rounds, is_killed);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- many lives ----------------------------------------------------------------------------- */

static unsigned lives, kills;

static inline void live_to_the_last(void)
{
    struct chance c = chance_seeded(11);
    int64_t wall_ms = day_start(FIRST) + 9 * 3600000, until = day_start(last) + 20 * 3600000;

    lives = kills = 0;
    while (wall_ms < until) {
        int64_t days = chance_hits(&c, 0.5) ? 0 : chance_between(&c, 1, 6);
        unsigned rounds = (unsigned)(days * ROUNDS_A_DAY + chance_between(&c, 1, ROUNDS_A_DAY));
        bool is_killed = chance_hits(&c, 0.6);
        int64_t left = (until - wall_ms) / (ROUND_S * 1000);
        if (left < 3 * ROUNDS_A_DAY || rounds > left) /* the last life ends with the last day */
            rounds = (unsigned)left + 1;
        live_in_a_process(wall_ms, rounds, is_killed);
        wall_ms += (int64_t)rounds * ROUND_S * 1000;
        lives++;
        kills += is_killed;
        if (wall_ms > until)
            break;
        int64_t away = chance_hits(&c, 0.3) ? chance_between(&c, 1, 9 * ROUNDS_A_DAY)
                                            : chance_between(&c, 0, 20);
        if (lives == 40)
            away = (int64_t)70 * ROUNDS_A_DAY;
        if (wall_ms + away * ROUND_S * 1000 < until - (int64_t)3 * 86400000)
            wall_ms += away * ROUND_S * 1000;
    }
}

struct seen {
    const char *name;
    unsigned count;
    int dates[DAYS_MAX];
    double kwh[DAYS_MAX];
};

static inline void see(void *to, const struct origin *from, int date, const struct reading *day)
{
    struct seen *s = to;

    if (strcmp(from->name, s->name) != 0)
        return;
    assert_true(s->count < DAYS_MAX);
    s->dates[s->count] = date;
    assert_true(reading_get(day, M_PV_ENERGY_TODAY, &s->kwh[s->count++]));
}

/* What the plant truly made on a date, in tenths as the log has them. */
static inline double made_on(struct plant *p, int date, double share)
{
    int64_t days = 0;

    for (int day = 20250101; day < date; day = day_next(day))
        days++;
    plant_to(p, INT64_C(1735689600000) + (days + 1) * 86400000 - 1);
    return round(plant_now(p)->pv_kwh_today * share * 10) / 10;
}

static inline unsigned rows_of_days(struct reader *reader, const char *name)
{
    struct record r;
    unsigned count = 0;

    assert_int_equal(reader_between(reader, 0, INT64_MAX, 0), OK);
    while (reader_next(reader, &r) == OK) {
        if (r.kind != RECORD_DAY || strcmp(r.from->name, name) != 0)
            continue;
        assert_int_equal(r.at_ms, day_noon(day_of(r.at_ms)));
        count++;
    }
    return count;
}

static inline void look_at(const char *name, double share)
{
    static struct seen s;
    struct reader *reader = NULL;
    struct plant plant;
    double made = 0, stored = 0;
    unsigned wrong = 0, produced = 0;

    s = (struct seen){.name = name};
    plant_init(&plant, 1, 24, NULL);
    assert_true(zone_set("Europe/Sofia"));
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_days(reader, 20250101, 20991231, see, &s), OK);
    assert_true(s.count > 0);
    for (int date = s.dates[0]; date < last; date = day_next(date)) {
        double kwh = made_on(&plant, date, share);
        unsigned i = produced++;
        made += kwh;
        wrong += i >= s.count || s.dates[i] != date || fabs(s.kwh[i] - kwh) > 0.001;
        stored += i < s.count ? s.kwh[i] : 0;
    }
    unsigned rows = rows_of_days(reader, name);
    reader_close(reader);
    print_message("%s: %u days of %.1f kWh produced, %u days of %.1f kWh stored, %u wrong, %u rows "
                  "for sinks; %u lives, %u killed\n",
                  name, produced, made, s.count, stored, wrong, rows, lives, kills);
    assert_int_equal(wrong, 0);
    assert_int_equal(s.count, produced);
    assert_int_equal(rows, s.count);
    assert_true(s.dates[0] < FIRST); /* what was before the program came */
    assert_true(produced > 127);     /* more than there are pages */
}

#endif
