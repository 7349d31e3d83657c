/* How a GoodWe gets its address: after a start, after ours, after its own restart. */
#include "collector/house.h"
#include "collector/plan.h"

#include "base/clock.h"
#include "base/log.h"
#include "drivers/goodwe/goodwe.h"

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
    struct goodwe_twin *twin;
};

static void begin(struct stage *s, const char *model)
{
    char text[120];
    size_t at;

    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000)); /* 2026-05-02T12:00:00Z */
    s->plan = plan_new();
    assert_non_null(s->plan);
    snprintf(text, sizeof text, "goodwe@sim:,at=12:00,day=clear,time_scale=0,model=%s:11", model);
    assert_int_equal(plan_add_bare(s->plan, text, &at), OK);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->device = &s->house.devices[at];
    s->twin = s->house.casts[0]->twins[0].memory;
    assert_int_equal(bus_borrow(s->device->bus, 0), OK);
}

static void end(struct stage *s)
{
    bus_return(s->device->bus);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

static double number(const struct reading *r, enum metric m)
{
    double value = -1e9;

    (void)reading_get(r, m, &value);
    return value;
}

static void a_new_one(void **state)
{
    struct stage s;
    struct reading r = {0};
    struct identity who = {0};

    (void)state;
    begin(&s, "single");
    int64_t before = clock_us();
    assert_int_equal(device_round(s.device, WITH_SLOW, 1, &r), OK);
    assert_true(clock_us() - before < 2000000);
    assert_true(s.twin->is_registered);
    assert_int_equal(s.twin->address, 11);
    assert_int_equal(goodwe_greet(s.device, &who), OK);
    assert_string_equal(who.serial, "13600DSN201W0001");
    assert_string_equal(who.model, "GW3600D-NS");
    assert_string_equal(who.firmware, "01.01");
    assert_false(reading_has(&r, M_FAULT_GRID_VOLTAGE)); /* there was none */
    assert_true(number(&r, M_PV_POWER) > 0);
    assert_true(number(&r, M_GRID_VOLTAGE) > 200);
    end(&s);
}

/* It still has its address: from us, before we were started again, or from somebody else. */
static void one_that_has_an_address(void **state)
{
    struct stage s;
    struct reading r = {0};

    (void)state;
    begin(&s, "three");
    *s.twin = (struct goodwe_twin){.is_registered = true, .address = 11};
    assert_int_equal(device_round(s.device, LIVE_ONLY, 1, &r), OK);
    assert_true(number(&r, M_GRID_L3_VOLTAGE) > 200);
    end(&s);
}

/* It lost its power for a moment: nothing is made up meanwhile, and it is given its address. */
static void one_that_forgets(void **state)
{
    struct stage s;
    struct reading r = {0};

    (void)state;
    begin(&s, "long");
    assert_int_equal(device_round(s.device, LIVE_ONLY, 1, &r), OK);
    s.twin->is_registered = false;
    r.count = 0;
    assert_int_equal(device_round(s.device, LIVE_ONLY, 2, &r), OK); /* within the same round */
    assert_true(s.twin->is_registered);
    assert_true(number(&r, M_PV_POWER) > 0);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one),
        cmocka_unit_test(one_that_has_an_address),
        cmocka_unit_test(one_that_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
