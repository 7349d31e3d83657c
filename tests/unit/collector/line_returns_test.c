/*
 * A unit that was silent is asked less and less (one whose questions are words: with registers it
 * is asked out of turn, see silent_unit_test); when its line was away, it has begun anew.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/run/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t S_US = 1000000;
static struct plan *plan;
static struct house house;
static struct line line; /* the simulated one, whose plug can be pulled */
static int opens;        /* what opening it comes to */
static int64_t plugged_us;
static const struct line *simulated;

static int open_it(struct bus *bus)
{
    bus->plugged_us = plugged_us;
    return opens ? opens : simulated->open(bus);
}

static int begin_with(const char *unit)
{
    size_t at;

    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000));
    plan = plan_new();
    assert_non_null(plan);
    assert_int_equal(plan_add_bare(plan, unit, &at), OK);
    assert_int_equal(house_build(&house, plan), OK);
    simulated = house.buses[0].line;
    line = *simulated;
    line.open = open_it;
    line.closes_between = true;
    house.buses[0].line = &line;
    opens = OK;
    plugged_us = 0;
    return 0;
}

static int begin(void **state)
{
    (void)state;
    return begin_with("axpert@sim:,time_scale=0");
}

/* It is never met by itself. */
static int begin_registers(void **state)
{
    (void)state;
    return begin_with("tracer@sim:,time_scale=0:1");
}

static int end(void **state)
{
    (void)state;
    house_raze(&house);
    plan_free(plan);
    clock_give_back();
    return 0;
}

static int one_round(void)
{
    struct reading r;
    int rc = bus_borrow(&house.buses[0], 0);

    if (!rc)
        rc = device_round(&house.devices[0], LIVE_ONLY, 0, &r);
    bus_return(&house.buses[0]);
    clock_sleep_us(S_US);
    return rc;
}

static void set_dead(bool is_dead)
{
    house.casts[0]->moods.dead = is_dead;
}

/* Silent for some minutes: the next try is most of a minute away. */
static void fall_silent(void)
{
    assert_int_equal(one_round(), OK);
    set_dead(true);
    for (int i = 0; i < 140; i++)
        assert_int_equal(one_round(), ERR_TIMEOUT);
    set_dead(false);
    assert_int_equal(one_round(), ERR_TIMEOUT);
}

static void a_silent_unit_waits_for_its_time(void **state)
{
    int rounds = 1;

    (void)state;
    fall_silent();
    while (one_round())
        assert_in_range(++rounds, 1, 61);
    assert_in_range(rounds, 10, 61);
}

static void a_line_that_returns_lifts_the_wait(void **state)
{
    (void)state;
    fall_silent();
    opens = ERR_GONE;
    assert_int_equal(one_round(), ERR_GONE);
    assert_int_equal(one_round(), ERR_GONE);
    opens = OK;
    assert_int_equal(one_round(), OK);
    assert_int_equal(house.buses[0].returns, 1);
}

/* Pulled and put back between two rounds, nobody missed it. */
static void another_plug_lifts_the_wait(void **state)
{
    (void)state;
    plugged_us = 5;
    fall_silent();
    plugged_us = 6;
    assert_int_equal(one_round(), OK);
    assert_int_equal(one_round(), OK);
    assert_int_equal(house.buses[0].returns, 1);
}

/* Busy or forbidden says nothing about who is at the other end. */
static void other_troubles_lift_nothing(void **state)
{
    (void)state;
    fall_silent();
    opens = ERR_DENIED;
    assert_int_equal(one_round(), ERR_DENIED);
    opens = OK;
    assert_int_equal(one_round(), ERR_TIMEOUT);
    assert_int_equal(house.buses[0].returns, 0);
}

static void who_returns_is_met_anew(void **state)
{
    (void)state;
    assert_int_equal(one_round(), OK);
    house.devices[0].is_met = true;
    assert_int_equal(one_round(), OK);
    assert_true(house.devices[0].is_met);
    opens = ERR_GONE;
    assert_int_equal(one_round(), ERR_GONE);
    opens = OK;
    assert_int_equal(one_round(), OK);
    assert_false(house.devices[0].is_met);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_silent_unit_waits_for_its_time, begin, end),
        cmocka_unit_test_setup_teardown(a_line_that_returns_lifts_the_wait, begin, end),
        cmocka_unit_test_setup_teardown(another_plug_lifts_the_wait, begin, end),
        cmocka_unit_test_setup_teardown(other_troubles_lift_nothing, begin, end),
        cmocka_unit_test_setup_teardown(who_returns_is_met_anew, begin_registers, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
