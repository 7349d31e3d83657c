/* What a group counts, fold by fold; energy_faces_test has whole histories. */
#include "base/clock.h"
#include "collector/intake/group_totals.h"
#include "store/days.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SOUTH, EAST };

static char folder[64], path[128];
static struct store *store;
static struct board *board;
static const struct origin *house;
static struct group_totals *totals;
static struct group group;
static int64_t now_ms;

static void open_all(void)
{
    char holder[64];
    const struct origin group_of_two = {.name = "house", .driver = "group"};

    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    board = board_new(2);
    house = store_origin(store, &group_of_two);
    totals = group_totals_new(store, house);
    assert_non_null(board);
    assert_non_null(totals);
    group_totals_follow(totals, &group, board, 1);
}

static void close_all(void)
{
    assert_int_equal(store_commit(store), OK);
    group_totals_free(totals);
    board_free(board);
    store_close(store);
}

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_totals_XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/helio.db", folder);
    group = (struct group){.name = "house", .count = 2, .is_partial = true};
    group.members[1].device = EAST;
    now_ms = day_start(20261110) + 43200000;
    open_all();
    return 0;
}

static int end(void **state)
{
    char command[100];

    (void)state;
    close_all();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void hear(unsigned device, enum metric m, double value)
{
    struct reading r = {.device = (uint16_t)device};

    assert_true(reading_put(&r, m, value));
    board_note(board, &r, now_ms * 1000);
}

/* What the group says of this metric; NAN: nothing. */
static double said(enum metric m)
{
    struct reading r = {.round_ms = now_ms};
    double value = NAN;

    assert_true(group_fold(&group, board, now_ms * 1000, &r));
    group_totals_take(totals, board, &r);
    assert_true(store_append(store, house, RECORD_LIVE, now_ms, &r) > 0);
    (void)reading_get(&r, m, &value);
    return value;
}

static void is(double value, double wanted)
{
    if (!(fabs(value - wanted) < 1e-6))
        fail_msg("%.6f instead of %.6f", value, wanted);
}

/* It was silent when the group began: what it had counted by then is not of today. */
static void who_comes_later_brings_nothing(void **state)
{
    (void)state;
    hear(SOUTH, M_PV_ENERGY, 70);
    is(said(M_PV_ENERGY), 70);
    hear(EAST, M_PV_ENERGY, 127);
    is(said(M_PV_ENERGY), 70);
    hear(EAST, M_PV_ENERGY, 128);
    is(said(M_PV_ENERGY), 71);
    close_all();
    open_all();
    board_stand(board, EAST, M_PV_ENERGY, 128);
    board_stand(board, SOUTH, M_PV_ENERGY, 70);
    hear(SOUTH, M_PV_ENERGY, 70.5); /* the other one is silent since the start */
    is(said(M_PV_ENERGY), 71.5);
}

/* The site's day begins where the counter stood, whenever members' own days turn. */
static void a_day_is_the_sites(void **state)
{
    (void)state;
    hear(SOUTH, M_PV_ENERGY, 100);
    hear(EAST, M_PV_ENERGY, 200);
    hear(SOUTH, M_PV_ENERGY_TODAY, 3);
    hear(EAST, M_PV_ENERGY_TODAY, 5);
    is(said(M_PV_ENERGY_TODAY), 8);
    hear(SOUTH, M_PV_ENERGY, 101);
    hear(SOUTH, M_PV_ENERGY_TODAY, 0); /* its clock runs ahead */
    is(said(M_PV_ENERGY_TODAY), 9);
    now_ms = day_start(20261111);
    hear(SOUTH, M_PV_ENERGY_TODAY, 0);
    hear(EAST, M_PV_ENERGY_TODAY, 5); /* and this one's is late */
    is(said(M_PV_ENERGY_TODAY), 0);
    hear(EAST, M_PV_ENERGY, 200.25);
    is(said(M_PV_ENERGY_TODAY), 0.25);
    close_all();
    open_all();
    board_stand(board, SOUTH, M_PV_ENERGY, 101);
    board_stand(board, EAST, M_PV_ENERGY, 200.25);
    hear(SOUTH, M_PV_ENERGY, 101);
    hear(EAST, M_PV_ENERGY, 200.5);
    hear(SOUTH, M_PV_ENERGY_TODAY, 0);
    is(said(M_PV_ENERGY_TODAY), 0.5);
}

/* No lifetime counter: nothing is said from the first member that turned to the last. */
static void a_day_without_a_counter_is_held(void **state)
{
    (void)state;
    hear(SOUTH, M_DC_IN_ENERGY_TODAY, 3);
    hear(EAST, M_DC_IN_ENERGY_TODAY, 5);
    is(said(M_DC_IN_ENERGY_TODAY), 8);
    hear(SOUTH, M_DC_IN_ENERGY_TODAY, 0);
    assert_true(isnan(said(M_DC_IN_ENERGY_TODAY)));
    hear(SOUTH, M_DC_IN_ENERGY_TODAY, 0.25);
    assert_true(isnan(said(M_DC_IN_ENERGY_TODAY)));
    hear(EAST, M_DC_IN_ENERGY_TODAY, 0);
    is(said(M_DC_IN_ENERGY_TODAY), 0.25);
    hear(EAST, M_DC_IN_ENERGY_TODAY, 1);
    is(said(M_DC_IN_ENERGY_TODAY), 1.25);
    hear(EAST, M_DC_IN_ENERGY_TODAY, 0.1); /* a stray number */
    assert_true(isnan(said(M_DC_IN_ENERGY_TODAY)));
    hear(EAST, M_DC_IN_ENERGY_TODAY, 1);
    is(said(M_DC_IN_ENERGY_TODAY), 1.25);
    hear(EAST, M_DC_IN_ENERGY_TODAY, 0);
    board_sleep(board, SOUTH, true); /* it makes nothing, and is not waited for */
    is(said(M_DC_IN_ENERGY_TODAY), 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_comes_later_brings_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_day_is_the_sites, begin, end),
        cmocka_unit_test_setup_teardown(a_day_without_a_counter_is_held, begin, end),
    };

    return cmocka_run_group_tests_name("group totals", tests, NULL, NULL);
}
