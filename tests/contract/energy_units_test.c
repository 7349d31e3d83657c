/* A unit that the plan names by its place behind a hub is what it turned out to be: it counts its
 * own energy, so nothing is integrated beside it. */
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/keeper.h"
#include "store/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 40, SLOW_TURN = 12 };

static char folder[64], path[160], file[160];

static int begin(void **state)
{
    FILE *out;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    snprintf(folder, sizeof folder, "/tmp/helio_units_XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(file, sizeof file, "%s/a.ini", folder);
    out = fopen(file, "w");
    if (!out)
        return 1;
    fprintf(out,
            "[store]\npath = %s\ncommit_s = 600\n[bus roof]\nline = sim\nevery = 10\n"
            "[device hub]\ndriver = mate\nbus = roof\n"
            "[device mx]\ndriver = mate\nbus = roof\nserial = mx1\n",
            path);
    return fclose(out);
}

static int end(void **state)
{
    char command[100];

    (void)state;
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* Its lifetime counter has its turn now and then only; its power comes every round. */
static void hear(struct keeper *k, struct rounds *r, int round)
{
    static struct news n;

    n = (struct news){.from = r, .heard_us = clock_us(), .driver = driver_find("mate_mx")};
    strcpy(n.unit, "mx1");
    n.reading.round_ms = clock_wall_ms();
    if (!reading_put(&n.reading, M_PV_POWER, 1200) || !reading_put(&n.reading, M_PV_VOLTAGE, 90) ||
        (round % SLOW_TURN == SLOW_TURN - 1 && !reading_put(&n.reading, M_PV_ENERGY, 1234)))
        abort();
    keeper_take(k, &n);
    (void)keeper_settle(k, true);
    clock_sleep_us(10000000);
}

static void has_one_counter(void)
{
    struct reader *reader = NULL;
    struct record record;
    struct reading said;
    double kwh;
    int counted = 0;

    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 0, INT64_MAX), OK);
    while (reader_next(reader, &record) == OK) {
        record_reading(&record, &said);
        if (!reading_get(&said, M_PV_ENERGY, &kwh))
            continue;
        counted++;
        assert_string_equal(record.from->name, "mx");
        if (kwh < 1234 || kwh > 1234)
            fail_msg("it says %g beside 1234", kwh);
    }
    reader_close(reader);
    assert_int_equal(counted, ROUNDS / SLOW_TURN);
}

static void a_named_unit_counts_by_itself(void **state)
{
    struct plan *plan = plan_new();
    struct house house;
    struct keeper keeper;
    struct store *store = NULL;
    char holder[64];

    (void)state;
    clock_take(INT64_C(1796040000000));
    assert_non_null(plan);
    assert_int_equal(plan_load(plan, file), OK);
    assert_int_equal(store_open(&store, path, plan->store, holder, sizeof holder), OK);
    assert_int_equal(keeper_init(&keeper, plan, store), OK);
    assert_int_equal(house_build(&house, plan), OK);
    struct rounds rounds = {.house = &house, .depth = LIVE_ONLY};
    keeper_pace(&keeper, &rounds);
    for (int i = 0; i < ROUNDS; i++)
        hear(&keeper, &rounds, i);
    assert_int_equal(keeper_finish(&keeper), OK);
    has_one_counter();
    house_raze(&house);
    keeper_done(&keeper);
    store_close(store);
    plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_named_unit_counts_by_itself, begin, end),
    };

    return cmocka_run_group_tests_name("energy units", tests, NULL, NULL);
}
