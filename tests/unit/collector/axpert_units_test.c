/* Units in parallel behind one Axpert: known by their serial numbers, whatever their order. */
#include "collector/plan/plan.h"
#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"
#include "drivers/axpert/axpert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct stage {
    struct plan *plan;
    struct house house;
    struct device *device;
    struct moods *moods;
};

/* What one round brought: the others, by serial number, and the total. */
struct round {
    struct reading own, units[UNITS_MAX], total;
    char serials[UNITS_MAX][IDENTITY_TEXT];
    unsigned count, totals;
};

static int begin(void **state)
{
    static struct stage s;
    size_t at;

    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000)); /* 2026-05-02T12:00:00Z */
    s.plan = plan_new();
    assert_int_equal(
        plan_add_bare(s.plan, "axpert@sim:model=parallel,at=12:00,day=clear,time_scale=0:1", &at),
        OK);
    assert_int_equal(house_build(&s.house, s.plan), OK);
    s.device = &s.house.devices[at];
    s.moods = &s.house.casts[0]->moods;
    assert_int_equal(bus_borrow(s.device->bus, 0), OK);
    *state = &s;
    return 0;
}

static int end(void **state)
{
    struct stage *s = *state;

    bus_return(s->device->bus);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
    return 0;
}

static void walk(struct stage *s, struct round *to)
{
    *to = (struct round){.count = 0};
    assert_int_equal(device_round(s->device, LIVE_ONLY, 0, &to->own), OK);
    for (unsigned which = 0;; which++) {
        struct identity who = {0};
        struct reading r = {0};
        if (axpert_others(s->device, which, &r, &who))
            break;
        if (who.is_total) {
            to->total = r;
            to->totals++;
            continue;
        }
        assert_true(to->count < UNITS_MAX);
        to->units[to->count] = r;
        snprintf(to->serials[to->count++], IDENTITY_TEXT, "%s", who.serial);
    }
}

static double value(const struct reading *r, enum metric m)
{
    double v = -1e9;

    if (!reading_get(r, m, &v))
        fail_msg("%s is missing", catalogue[m].name);
    return v;
}

static void each_is_a_device_of_its_own(void **state)
{
    struct stage *s = *state;
    const struct axpert_memory *m = s->device->memory;
    struct round r;

    walk(s, &r);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.totals, 1);
    for (unsigned i = 0; i < r.count; i++) {
        assert_string_not_equal(r.serials[i], m->serial);
        assert_true(value(&r.units[i], M_OUTPUT_POWER) >= 0);
        /* what is of the whole system is in no unit's reading */
        assert_false(reading_has(&r.units[i], M_SYSTEM_POWER));
        assert_false(reading_has(&r.units[i], M_SYSTEM_CHARGE_CURRENT));
    }
    assert_string_not_equal(r.serials[0], r.serials[1]);
}

static void totals_come_once_and_are_not_summed(void **state)
{
    struct stage *s = *state;
    struct round r;

    walk(s, &r);
    double together = value(&r.own, M_OUTPUT_POWER);
    for (unsigned i = 0; i < r.count; i++)
        together += value(&r.units[i], M_OUTPUT_POWER);
    assert_true(together > 0);
    /* the twin's units share a load; each number was rounded to whole watts */
    assert_true(value(&r.total, M_OUTPUT_POWER) >= together - 3 &&
                value(&r.total, M_OUTPUT_POWER) <= together + 3);
    assert_true(value(&r.total, M_MEMBERS) == 3 && value(&r.total, M_MEMBERS_HEARD) == 3);
}

/* The second unit is switched off: the third moves up to its number and stays itself. */
static void a_unit_vanishes_and_comes_back(void **state)
{
    struct stage *s = *state;
    struct round before, without, after;
    const struct axpert_memory *m = s->device->memory;

    walk(s, &before);
    s->moods->dead = 2;
    walk(s, &without); /* its number is still asked; the one behind it is there now */
    walk(s, &without);
    assert_int_equal(without.count, 1);
    assert_string_equal(without.serials[0], before.serials[1]);
    assert_int_equal(m->units[1].index, 1);
    assert_true(value(&without.total, M_MEMBERS) == 3 &&
                value(&without.total, M_MEMBERS_HEARD) == 2);
    /* a sum that lacks a member is not told */
    assert_false(reading_has(&without.total, M_PV_POWER));
    assert_true(reading_has(&before.total, M_PV_POWER));
    s->moods->dead = 0;
    walk(s, &after);
    walk(s, &after);
    assert_int_equal(after.count, 2);
    assert_string_equal(after.serials[0], before.serials[0]);
    assert_string_equal(after.serials[1], before.serials[1]);
    assert_int_equal(m->unit_count, 2);
}

/* Asking for numbers that are not there costs a question each: only now and then. */
static void nobody_is_looked_for_in_vain(void **state)
{
    struct stage *s = *state;
    struct round r;

    walk(s, &r);
    uint64_t before = s->device->bus->counts.asked;
    for (int i = 0; i < 10; i++)
        walk(s, &r);
    /* 3 live questions (the fourth is refused twice, then known) and 3 units */
    assert_in_range(s->device->bus->counts.asked - before, 60, 62);
}

static void noise_names_nobody(void **state)
{
    struct stage *s = *state;
    const struct axpert_memory *m = s->device->memory;
    struct round r;
    unsigned complete = 0;

    walk(s, &r);
    s->moods->garbled = 0.2;
    s->moods->cut = 0.1;
    for (int i = 0; i < 300; i++) {
        struct identity who = {0};
        struct reading one = {0};
        clock_sleep_us(70000000);
        if (device_round(s->device, LIVE_ONLY, 0, &one))
            continue;
        for (unsigned which = 0; !axpert_others(s->device, which, &one, &who); which++)
            complete += who.is_total && value(&one, M_MEMBERS_HEARD) == 3;
    }
    assert_int_equal(m->unit_count, 2);
    assert_true(complete > 200);
}

/* Between two rounds, so that it was never silent. */
static void the_one_we_speak_to_is_swapped(void **state)
{
    struct stage *s = *state;
    const struct axpert_memory *m = s->device->memory;
    struct round r;

    walk(s, &r);
    walk(s, &r);
    snprintf(s->house.casts[0]->twins[0].serial, IDENTITY_TEXT, "92932004200001");
    walk(s, &r);
    assert_int_equal(r.count + r.totals, 0);
    walk(s, &r);
    assert_string_equal(s->device->identity.serial, "92932004200001");
    assert_int_equal(m->unit_count, 2);
    assert_int_equal(r.count, 2);
    assert_string_equal(r.serials[0], "92932004200002");
}

static void a_single_unit_speaks_for_nobody(void **state)
{
    struct stage *s = *state;
    struct axpert_memory *m = s->device->memory;
    struct identity who = {0};
    struct reading r;

    assert_int_equal(device_round(s->device, LIVE_ONLY, 0, &r), OK);
    m->is_parallel = false;
    assert_int_equal(axpert_others(s->device, 0, &r, &who), ERR_ABSENT);
}

int main(void)
{
#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        STAGED(each_is_a_device_of_its_own),
        STAGED(totals_come_once_and_are_not_summed),
        STAGED(a_unit_vanishes_and_comes_back),
        STAGED(nobody_is_looked_for_in_vain),
        STAGED(noise_names_nobody),
        STAGED(the_one_we_speak_to_is_swapped),
        STAGED(a_single_unit_speaks_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
