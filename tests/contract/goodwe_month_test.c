/*
 * A month of days and nights: two inverters on one wire that lose their panels' power every
 * evening, and helio that is started again at the worst moments, in the middle of giving addresses
 * too. Every stored number is held against what the inverter said at that tick: none may be wrong,
 * none invented, none lost; and the energy of each day against what the panels made.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/keeper.h"
#include "collector/run/cast.h"
#include "drivers/goodwe/goodwe.h"
#include "store/days.h"
#include "store/energy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { UNITS = 2, EVERY_S = 60, TICKS_A_DAY = 86400 / EVERY_S, DAYS_MOST = 31 };
enum { FIRST_DAY = 20261001 };

static const char settings[] = "[site]\ntimezone = UTC\nlatitude = 0.5\nlongitude = 0.5\n"
                               "[store]\npath = %s\ncommit_s = 3600\n"
                               "[bus roof]\nline = sim\nevery = 60\nday = mixed\nspeed = 9600\n"
                               "[device east]\ndriver = goodwe\nbus = roof\n"
                               "serial = 13600DSN201W0001\n"
                               "[device west]\ndriver = goodwe\nbus = roof\n"
                               "serial = 13600DSN201W0002\n";
static const char *const names[UNITS] = {"east", "west"};

/* What one inverter said in one round. */
struct truth {
    bool is_said, is_stored;
    double watts, kwh, today;
};

static struct world {
    char folder[64], path[160];
    struct plan *plan;
    struct cast cast; /* the inverters: they live on when helio is started again */
    struct house house;
    struct rounds rounds;
    struct keeper keeper;
    struct store *store;
    int64_t begin_ms, tick_ms;
    unsigned days, starts, cut_after; /* helio ends after so many questions of this round */
    struct bell stop;
    struct truth truths[UNITS][DAYS_MOST * TICKS_A_DAY];
    double made[DAYS_MOST + 1]; /* by the panels, at each midnight */
    bool is_awake;
} w;

static struct truth *truth_at(size_t unit, int64_t at_ms)
{
    int64_t tick = (at_ms - w.begin_ms) / (EVERY_S * MS_PER_S);

    assert_in_range(tick, 0, w.days * TICKS_A_DAY - 1);
    return &w.truths[unit][tick];
}

/* The inverters' side of the wire. What was said is written down as it was said, in its steps. */
static int far_side(void *who, const uint8_t *asked, size_t length, struct far_answer *answer)
{
    struct goodwe_packet p;
    int rc;

    (void)who;
    if (w.cut_after && --w.cut_after == 0)
        bell_ring(&w.stop);
    if (goodwe_hunt(asked, length, &p) == OK) /* read only, whatever happens */
        assert_true(p.control == GOODWE_REGISTER || p.control == GOODWE_READ);
    rc = cast_answer(&w.cast, asked, length, answer);
    if (rc || goodwe_hunt(asked, length, &p) != OK || p.control != GOODWE_READ ||
        (p.function | GOODWE_ANSWER) != GOODWE_RUNNING)
        return rc;
    for (size_t i = 0; i < UNITS; i++) {
        const struct twin *t = &w.cast.twins[i];
        const struct goodwe_twin *mine = t->memory;
        struct truth *truth = truth_at(i, w.tick_ms);
        if (!mine->is_registered || mine->address != p.to)
            continue;
        truth->is_said = true;
        assert_true(reading_get(&t->state, M_OUTPUT_POWER, &truth->watts));
        assert_true(reading_get(&t->state, M_PV_ENERGY, &truth->kwh));
        assert_true(reading_get(&t->state, M_PV_ENERGY_TODAY, &truth->today));
    }
    return rc;
}

/* ---- helio, started and ended
 * -------------------------------------------------------------------- */

static void start(void)
{
    char holder[64];

    assert_int_equal(store_open(&w.store, w.path, w.plan->store, holder, sizeof holder), OK);
    assert_int_equal(keeper_init(&w.keeper, w.plan, w.store), OK);
    assert_int_equal(house_build(&w.house, w.plan), OK);
    w.rounds = (struct rounds){.house = &w.house, .depth = WITH_SLOW};
    w.rounds.news = queue_new(sizeof(struct news), 16);
    assert_non_null(w.rounds.news);
    keeper_pace(&w.keeper, &w.rounds);
    bell_init(&w.stop);
    w.house.buses[0].far = far_side;
    w.house.buses[0].stop = &w.stop;
    w.cut_after = 0;
    w.starts++;
}

static void end(void)
{
    assert_int_equal(keeper_finish(&w.keeper), OK);
    house_raze(&w.house);
    keeper_done(&w.keeper);
    store_close(w.store);
    queue_free(w.rounds.news);
    bell_done(&w.stop);
}

static void one_round(void)
{
    static struct news n;

    w.tick_ms = clock_wall_ms();
    round_walk(&w.rounds, 0, w.tick_ms, 0);
    while (rounds_next(&w.rounds, &n, 0) == OK)
        keeper_take(&w.keeper, &n);
    (void)keeper_settle(&w.keeper, true);
}

/* At dawn, while addresses are given, and at dusk; at midnight, at noon; in the night, twice. */
static void mishap(unsigned day, unsigned minute, bool is_dawn, bool is_dusk)
{
    bool is_time = minute == 0 || minute == 720 || minute == 180 || minute == 183;

    if (is_dawn)
        w.cut_after = 1 + day % 9;
    if (is_dusk || (is_time && day % 3 == 0)) {
        end();
        start();
    }
}

static void live(void)
{
    for (unsigned day = 0; day < w.days; day++) {
        for (unsigned tick = 0; tick < TICKS_A_DAY; tick++) {
            clock_sleep_us((w.begin_ms + (int64_t)(day * TICKS_A_DAY + tick) * EVERY_S * MS_PER_S -
                            clock_wall_ms()) *
                           US_PER_MS);
            bool was_awake = w.is_awake;
            plant_to(&w.cast.plant, clock_wall_ms());
            w.is_awake = plant_now(&w.cast.plant)->sun > 0.005;
            if (tick == 0)
                w.made[day] = plant_now(&w.cast.plant)->pv_kwh;
            mishap(day, tick * EVERY_S / 60, w.is_awake && !was_awake, was_awake && !w.is_awake);
            one_round();
            if (bell_is_rung(&w.stop)) {
                end();
                start();
                one_round();
            }
        }
    }
    plant_to(&w.cast.plant, w.begin_ms + (int64_t)w.days * TICKS_A_DAY * EVERY_S * MS_PER_S);
    w.made[w.days] = plant_now(&w.cast.plant)->pv_kwh;
}

/* ---- what is there of it
 * --------------------------------------------------------------------------- */

static bool is_near(double a, double b, double most)
{
    return fabs(a - b) <= most;
}

/* Wrong is what no moment can have changed: garbled low bits that cancel in the sum look like a
 * passing cloud. Energies must be right to their step. */
struct count {
    unsigned said, stored, wrong, invented, lost;
};

static void judge_row(const struct record *r, struct count *v)
{
    size_t unit = !strcmp(r->from->name, names[1]);
    struct truth *truth = truth_at(unit, r->at_ms);
    struct reading reading;
    double value;

    record_reading(r, &reading);
    if (!reading_has(&reading, M_GRID_VOLTAGE))
        return; /* a row of settings */
    v->stored++;
    v->invented += !truth->is_said;
    truth->is_stored = true;
    v->wrong += reading_get(&reading, M_OUTPUT_POWER, &value) &&
                !is_near(value, truth->watts, 8 + truth->watts / 8);
    v->wrong += reading_get(&reading, M_PV_ENERGY, &value) && !is_near(value, truth->kwh, 0.051);
    v->wrong +=
        reading_get(&reading, M_PV_ENERGY_TODAY, &value) && !is_near(value, truth->today, 0.051);
}

static void judge(struct count *v)
{
    struct reader *reader = NULL;
    struct record r;

    *v = (struct count){0};
    assert_int_equal(reader_open(&reader, w.path), OK);
    assert_int_equal(reader_after(reader, 0, INT64_MAX), OK);
    while (reader_next(reader, &r) == OK)
        judge_row(&r, v);
    reader_close(reader);
    for (size_t unit = 0; unit < UNITS; unit++)
        for (unsigned i = 0; i < w.days * TICKS_A_DAY; i++) {
            v->said += w.truths[unit][i].is_said;
            v->lost += w.truths[unit][i].is_said && !w.truths[unit][i].is_stored;
        }
}

/* By its lifetime counter, as energy tables have it: in the unit's steps of 0.1 kWh at both ends.
 */
static double worst_day(void)
{
    struct reader *reader = NULL;
    double worst = 0;

    assert_int_equal(reader_open(&reader, w.path), OK);
    for (size_t unit = 0; unit < UNITS; unit++)
        for (unsigned day = 0; day < w.days; day++) {
            int64_t from = w.begin_ms + (int64_t)day * 86400 * MS_PER_S;
            const struct origin *o = reader_origin(reader, names[unit]);
            struct growth grown;
            assert_non_null(o);
            assert_int_equal(
                energy_between(reader, o, "pv_energy", from, from + 86400 * MS_PER_S, &grown), OK);
            worst = fmax(worst, fabs(grown.grown - (w.made[day + 1] - w.made[day])));
        }
    reader_close(reader);
    return worst;
}

static void a_month(void **state)
{
    struct count v;

    (void)state;
    live();
    end();
    judge(&v);
    double off = worst_day();
    print_message("%u days, %u starts: %u said, %u stored; wrong %u, invented %u, lost %u; "
                  "a day's energy off by %.2f kWh at most\n",
                  w.days, w.starts, v.said, v.stored, v.wrong, v.invented, v.lost, off);
    assert_true(v.stored > w.days * TICKS_A_DAY * UNITS / 3);
    assert_int_equal(v.wrong, 0);
    assert_int_equal(v.invented, 0);
    assert_true(off < 0.21);
}

static int begin(void **state)
{
    const struct section *s;
    char file[128];
    FILE *out;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    w.days = getenv("HELIO_LONG") ? DAYS_MOST : 8;
    snprintf(w.folder, sizeof w.folder, "/tmp/helio_month_XXXXXX");
    assert_non_null(mkdtemp(w.folder));
    setenv("HELIO_RUN_DIR", w.folder, 1);
    snprintf(w.path, sizeof w.path, "%s/helio.db", w.folder);
    snprintf(file, sizeof file, "%s/a.ini", w.folder);
    out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out, settings, w.path);
    assert_int_equal(fclose(out), 0);
    w.plan = plan_new();
    assert_non_null(w.plan);
    assert_int_equal(plan_load(w.plan, file), OK);
    w.begin_ms = day_start(FIRST_DAY);
    clock_take(w.begin_ms);
    s = w.plan->buses[0].section;
    assert_int_equal(cast_init(&w.cast, s), OK);
    for (size_t i = 0; i < UNITS; i++)
        assert_int_equal(cast_add(&w.cast, &driver_goodwe, 11, s), OK);
    w.cast.moods = (struct moods){.garbled = 0.05, .silent = 0.05, .junk = 0.2, .restart = 0.002};
    start();
    return 0;
}

static int over(void **state)
{
    char command[160];

    (void)state;
    cast_done(&w.cast);
    plan_free(w.plan);
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", w.folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_month)};

    return cmocka_run_group_tests(tests, begin, over);
}
