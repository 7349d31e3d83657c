/*
 * Made units with counters of their own behind the real gate, groups and store, and hands on the
 * clock: swaps, resets, silences, restarts, reloads and midnights in any order.
 */
#ifndef TESTS_ENERGY_STAGE_H
#define TESTS_ENERGY_STAGE_H

#include "base/chance.h"
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/keeper.h"
#include "store/days.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES = 3, UNITS = 5, ROUND_S = 60, QUIET = 12, FACES = PLACES + 2 };
static const char *const names[FACES] = {"south", "east", "west", "house", "loose"};

/* ---- the plant ------------------------------------------------------------------------------- */

static struct maker {
    double kwh, today;
    int day_ahead_s; /* its own clock before ours */
    int day;
} makers[UNITS];

static struct spot {
    size_t unit, heard_unit; /* who is there, and who was heard last */
    bool has_heard;
    double heard_kwh;
    unsigned silent; /* rounds */
} spots[PLACES];

static double made[FACES]; /* between two readings of one unit, so known to somebody */
static bool is_member[PLACES];
static struct chance chance;

static inline void makers_work(int64_t wall_ms, double hours)
{
    for (size_t i = 0; i < UNITS; i++) {
        int day = day_of(wall_ms + makers[i].day_ahead_s * 1000);
        if (day != makers[i].day)
            makers[i].today = 0;
        makers[i].day = day;
        double more = floor(chance_share(&chance) * 1.9 * hours * 1000) / 1000;
        makers[i].kwh += more;
        makers[i].today += more;
    }
}

static inline void count_made(size_t at)
{
    struct spot *p = &spots[at];
    const struct maker *u = &makers[p->unit];
    double more = u->kwh < p->heard_kwh ? u->kwh : u->kwh - p->heard_kwh; /* it began at 0 */

    if (p->has_heard && p->heard_unit == p->unit) {
        made[at] += more;
        made[PLACES] += is_member[at] ? more : 0;
        made[PLACES + 1] += is_member[at] ? more : 0;
    }
    p->has_heard = true;
    p->heard_unit = p->unit;
    p->heard_kwh = u->kwh;
}

/* ---- the program ----------------------------------------------------------------------------- */

static char folder[64], path[160], file[160];
static struct plan *plan;
static struct house house;
static struct rounds rounds;
static struct keeper keeper;
static struct store *store;

static const char *south_is = "south"; /* its name in the plan */
static const char *serial_of_south = "";

static inline struct plan *planned(void)
{
    FILE *out = fopen(file, "w");
    const char *west = is_member[2] ? ", west" : "";
    struct plan *made_plan = plan_new();

    assert_non_null(out);
    fprintf(out,
            "[site]\ntimezone = Europe/Sofia\n[store]\npath = %s\ncommit_s = 600\n"
            "[bus roof]\nline = sim\nevery = %d\n",
            path, ROUND_S);
    for (int i = 0; i < PLACES; i++)
        fprintf(out, "[device %s]\ndriver = tracer\nbus = roof\naddress = %d\npeak_power = 2000\n",
                i ? names[i] : south_is, i + 1);
    fprintf(out, "[group house]\nmembers = %s, east%s\n", south_is, west);
    fprintf(out, "[group loose]\nmembers = %s, east%s\npartial = yes\n", south_is, west);
    assert_int_equal(fclose(out), 0);
    assert_non_null(made_plan);
    assert_int_equal(plan_load(made_plan, file), OK);
    return made_plan;
}

static inline void start(void)
{
    char holder[64];

    plan = planned();
    assert_int_equal(store_open(&store, path, plan->store, holder, sizeof holder), OK);
    assert_int_equal(keeper_init(&keeper, plan, store), OK);
    assert_int_equal(house_build(&house, plan), OK);
    rounds = (struct rounds){.house = &house, .depth = LIVE_ONLY};
    keeper_pace(&keeper, &rounds);
}

static inline void stop(void)
{
    assert_int_equal(keeper_finish(&keeper), OK);
    house_raze(&house);
    keeper_done(&keeper);
    store_close(store);
    plan_free(plan);
}

static inline void reload(void)
{
    struct plan *before = plan;

    is_member[2] = !is_member[2];
    plan = planned();
    house_raze(&house);
    assert_int_equal(keeper_learn(&keeper, plan), OK);
    assert_int_equal(house_build(&house, plan), OK);
    keeper_pace(&keeper, &rounds);
    plan_free(before);
}

static inline void tell(size_t at, int64_t tick)
{
    static struct news n;
    const struct maker *u = &makers[spots[at].unit];

    n = (struct news){.from = &rounds, .device = (uint16_t)at, .heard_us = clock_us()};
    if (at == 0)
        snprintf(n.serial, sizeof n.serial, "%s", serial_of_south);
    n.reading.round_ms = tick;
    if (spots[at].silent) {
        spots[at].silent--;
        n.result = ERR_TIMEOUT;
    } else {
        assert_true(reading_put(&n.reading, M_PV_POWER, 500));
        assert_true(reading_put(&n.reading, M_BATTERY_POWER, 600));
        assert_true(reading_put(&n.reading, M_PV_ENERGY, u->kwh));
        assert_true(reading_put(&n.reading, M_PV_ENERGY_TODAY, u->today));
        assert_true(reading_put(&n.reading, M_PV_ENERGY_MONTH, u->today));
        count_made(at);
    }
    keeper_take(&keeper, &n);
}

static inline void one_round(void)
{
    int64_t tick = clock_wall_ms();

    makers_work(tick, (double)ROUND_S / 3600);
    for (size_t i = 0; i < PLACES; i++)
        tell(i, tick);
    (void)keeper_settle(&keeper, true);
    clock_sleep_us((int64_t)ROUND_S * 1000000);
}

/* ---- a stage -----------------------------------------------------------------------------------
 */

static inline int begin(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    snprintf(folder, sizeof folder, "/tmp/helio_faces_XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(file, sizeof file, "%s/a.ini", folder);
    return 0;
}

static inline int end(void **state)
{
    char command[100];

    (void)state;
    clock_give_back();
    zone_set("UTC");
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* The plant and the clock as they are in the beginning: the evening before a month turns. */
static inline void set_up(void)
{
    zone_set("Europe/Sofia");
    clock_take(day_start(20261130) + 20 * 3600000);
    memset(made, 0, sizeof made);
    memset(spots, 0, sizeof spots);
    for (size_t i = 0; i < UNITS; i++)
        makers[i] = (struct maker){.kwh = 1000.0 * (double)(i + 1) + 0.31,
                                   .today = 3 + (double)i,
                                   .day_ahead_s = (int)i * 70 - 140,
                                   .day = day_of(clock_wall_ms())};
    for (size_t i = 0; i < PLACES; i++) {
        spots[i].unit = i;
        is_member[i] = i < 2;
    }
}

/* ---- what happens to it ------------------------------------------------------------------------
 */

static inline void swap(void)
{
    size_t a = (size_t)chance_between(&chance, 0, PLACES - 1);
    size_t other = (size_t)chance_between(&chance, 0, UNITS - 1), was = spots[a].unit;

    for (size_t i = 0; i < PLACES; i++)
        if (spots[i].unit == other)
            spots[i].unit = was;
    spots[a].unit = other;
    for (size_t i = 0; i < UNITS; i++) /* of one near 0 an hour's worth would be believed */
        if (other != was && (i == was || i == other) && makers[i].kwh < 100)
            makers[i].kwh += 150 + 100 * (double)i;
}

static inline void something_happens(void)
{
    size_t at = (size_t)chance_between(&chance, 0, PLACES - 1);

    switch (chance_between(&chance, 0, 6)) {
    case 0:
        swap();
        break;
    case 1: /* several places at once, while nobody looks */
        for (size_t i = 0; i < PLACES; i++)
            spots[i].silent = (unsigned)chance_between(&chance, 1, 60);
        swap();
        break;
    case 2:
        makers[spots[at].unit].kwh = 0;
        break;
    case 3:
        spots[at].silent = (unsigned)chance_between(&chance, 1, 90);
        break;
    case 4:
        stop();
        for (int64_t m = chance_between(&chance, 0, 200); m > 0; m--) {
            clock_sleep_us(60000000);
            makers_work(clock_wall_ms(), 1 / 60.0);
        }
        if (chance_hits(&chance, 0.5))
            swap();
        start();
        break;
    case 5:
        reload();
        break;
    default:
        stop();
        is_member[2] = !is_member[2];
        start();
    }
}

static inline bool is_quiet(void)
{
    unsigned silent = 0;

    for (size_t i = 0; i < PLACES; i++)
        silent += spots[i].silent;
    return !silent;
}

static inline void live(unsigned events)
{
    for (; events; events--) {
        something_happens();
        while (!is_quiet())
            one_round();
        for (int i = 0; i < QUIET; i++)
            one_round();
    }
}

#endif
