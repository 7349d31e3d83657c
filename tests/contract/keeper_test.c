/*
 * The keeper with a whole day in a moment: real polling of twins, real gate, groups and store, and
 * hands on the clock. Faults of the clock and of counters; energy must come out right.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/keeper.h"
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

static char folder[64], path[160];
static struct plan *plan;
static struct house house;
static struct rounds rounds;
static struct keeper keeper;
static struct store *store;

static const char settings[] = "[site]\ntimezone = Europe/Sofia\n"
                               "[store]\npath = %s\ncommit_s = 600\n"
                               "[bus roof]\nline = sim\nevery = 10\nday = clear\nturnaround = 0\n"
                               "[device south]\ndriver = tracer\nbus = roof\naddress = 1\n"
                               "[device east]\ndriver = tracer\nbus = roof\naddress = 2\n"
                               "[group house]\nmembers = south, east\n";

static int begin(void **state)
{
    char file[128], holder[64];
    FILE *out;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    snprintf(folder, sizeof folder, "/tmp/helio_keeper_XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(file, sizeof file, "%s/a.ini", folder);
    out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out, settings, path);
    assert_int_equal(fclose(out), 0);
    plan = plan_new();
    assert_non_null(plan);
    assert_int_equal(plan_load(plan, file), OK);
    assert_int_equal(store_open(&store, path, plan->store, holder, sizeof holder), OK);
    assert_int_equal(keeper_init(&keeper, plan, store), OK);
    return 0;
}

static void build(void)
{
    assert_int_equal(house_build(&house, plan), OK);
    rounds = (struct rounds){.house = &house, .depth = WITH_SLOW};
    keeper_pace(&keeper, &rounds);
}

static int end(void **state)
{
    char command[160];

    (void)state;
    if (house.plan)
        house_raze(&house);
    keeper_done(&keeper);
    store_close(store);
    plan_free(plan);
    clock_give_back();
    zone_set("UTC");
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* One round of both devices, every 10 s of the clock in hand; `spoil` may change what is said. */
static void walk(unsigned count, void (*spoil)(unsigned round, struct reading *r))
{
    static struct news n;

    for (unsigned i = 0; i < count; i++) {
        int64_t tick = clock_wall_ms();
        assert_int_equal(bus_borrow(&house.buses[0], 0), OK);
        for (uint16_t d = 0; d < 2; d++) {
            n = (struct news){.from = &rounds, .device = d, .is_last = d == 1};
            n.result = device_round(&house.devices[d], WITH_SLOW, tick, &n.reading);
            n.reading.round_ms = tick;
            n.heard_us = clock_us();
            if (spoil)
                spoil(i, &n.reading);
            keeper_take(&keeper, &n);
        }
        bus_return(&house.buses[0]);
        (void)keeper_settle(&keeper, true);
        clock_sleep_us(10000000);
    }
    assert_int_equal(keeper_finish(&keeper), OK);
}

static unsigned bad_times;
static uint64_t rows_seen;

static void look_at_times(int64_t least_ms, int64_t most_ms)
{
    struct reader *reader = NULL;
    struct record r;

    bad_times = 0;
    rows_seen = 0;
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 0, store_visible(store)), OK);
    while (reader_next(reader, &r) == OK) {
        rows_seen++;
        if (r.kind == RECORD_UNTIMED || r.at_ms < least_ms || r.at_ms > most_ms)
            bad_times++;
    }
    reader_close(reader);
}

/* The machine starts at 1970, and gets its time after an hour; then the clock is set about. */
static void clock_faults(void **state)
{
    static const int64_t hour = 3600000, year = 31557600000, real = 1780000000000;

    (void)state;
    clock_take(1000);
    build();
    walk(360, NULL);
    assert_true(store_has_untimed(store));
    assert_int_equal(store_wait_beyond(store, 0, 0, NULL), 0); /* nothing is delivered before */
    clock_step(real - 1000);
    walk(360, NULL);
    assert_false(store_has_untimed(store));
    clock_step(50 * year); /* a broken battery */
    walk(30, NULL);
    clock_step(-50 * year);
    walk(30, NULL);
    clock_step(hour);
    walk(30, NULL);
    clock_step(-hour);
    walk(30, NULL);
    clock_step(-600000);
    walk(30, NULL);
    look_at_times(real, real + 4 * hour);
    print_message("clock: %llu readings, bad points %u\n", (unsigned long long)rows_seen,
                  bad_times);
    assert_int_equal(bad_times, 0);
    assert_true(rows_seen >= 3 * (360 + 360 + 150));
}

/* What the counters of the twins say, told wrongly now and then. */
static void spoil_counters(unsigned round, struct reading *r)
{
    static double at_change;
    double kwh;

    if (!reading_get(r, M_PV_ENERGY, &kwh))
        return;
    if (round == 3000 && r->device == 0)
        at_change = kwh;
    if (round % 97 == 50)
        (void)reading_put(r, M_PV_ENERGY, 0);
    if (round % 89 == 40)
        (void)reading_put(r, M_PV_ENERGY, kwh * 0.99);
    if (round >= 3000 && r->device == 0) /* a new unit, that begins at 0 */
        (void)reading_put(r, M_PV_ENERGY,
                          round % 97 == 50 ? 0 : floor((kwh - at_change) * 100 + 0.5) / 100);
}

/* A sum by hand of what the twins truly made. */
static double plant_kwh(uint16_t device)
{
    static struct reading r;
    double kwh = 0;

    assert_int_equal(bus_borrow(&house.buses[0], 0), OK);
    assert_int_equal(device_round(&house.devices[device], LIVE_ONLY, clock_wall_ms(), &r), OK);
    bus_return(&house.buses[0]);
    assert_true(reading_get(&r, M_PV_ENERGY, &kwh));
    return kwh;
}

/* The day the clock goes back has 25 hours; stray zeros, one per cent less, a replaced unit. */
static void energy_of_a_long_day(void **state)
{
    struct reader *reader = NULL;
    double made[2], grown[3];
    static const char *const names[] = {"south", "east", "house"};

    (void)state;
    clock_take(day_start(20261025));
    build();
    int64_t start = clock_wall_ms(), stop = day_start(20261026);
    assert_int_equal(stop - start, 25 * 3600000);
    made[0] = -plant_kwh(0);
    made[1] = -plant_kwh(1);
    walk(9000, spoil_counters);
    made[0] += plant_kwh(0);
    made[1] += plant_kwh(1);
    while (store_tidy(store, clock_wall_ms() + 120000))
        continue;
    assert_int_equal(reader_open(&reader, path), OK);
    for (int i = 0; i < 3; i++) {
        struct growth day;
        assert_int_equal(
            energy_between(reader, reader_origin(reader, names[i]), "pv_energy", start, stop, &day),
            OK);
        grown[i] = day.grown;
    }
    reader_close(reader);
    print_message("energy: made %.2f and %.2f kWh, counted %.2f and %.2f, house %.2f; error %.3f\n",
                  made[0], made[1], grown[0], grown[1], grown[2], grown[2] - made[0] - made[1]);
    assert_true(made[0] > 1 && made[1] > 1);
    assert_true(fabs(grown[0] - made[0]) <= 0.021); /* a count is 0.01 */
    assert_true(fabs(grown[1] - made[1]) <= 0.011);
    assert_true(fabs(grown[2] - made[0] - made[1]) <= 0.031);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clock_faults, begin, end),
        cmocka_unit_test_setup_teardown(energy_of_a_long_day, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
