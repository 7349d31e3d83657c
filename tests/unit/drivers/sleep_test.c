/* When silence is sleep, and when it is a fault. */
#include "drivers/goodwe/rating.h"
#include "drivers/sleep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t HOUR_US = INT64_C(3600) * 1000000;

static struct signs at_sun(double degrees)
{
    return (struct signs){.is_sun_known = true, .sun_deg = degrees};
}

static struct signs with_power(struct signs s, double last_w, double rated_w)
{
    s.is_power_known = true;
    s.last_w = last_w;
    s.rated_w = rated_w;
    return s;
}

static struct sleep after(struct signs now)
{
    struct sleep s = {0};

    sleep_step(&s, &now);
    return s;
}

static void is_now(struct sleep *s, struct signs now, double hours, enum rest wanted)
{
    now.silent_us = (int64_t)(hours * (double)HOUR_US);
    sleep_step(s, &now);
    assert_int_equal(s->rest, wanted);
}

static void it_begins_with_a_reason(void **state)
{
    static const struct {
        bool is_sun_known;
        double sun_deg;
        bool is_power_known;
        double last_w;
        enum sleep_reason wanted;
    } cases[] = {
        {true, -0.9, false, 0, SLEEP_SUN},
        {true, -0.7, false, 0, SLEEP_NO_REASON}, /* the upper edge is still there */
        {true, -30, true, 3000, SLEEP_SUN},      /* whatever it said last */
        {true, 5, true, 71, SLEEP_POWER},
        {true, 5, true, -12, SLEEP_POWER}, /* by night it takes a little */
        {true, 5, true, 72, SLEEP_NO_REASON},
        {true, 16, true, 10, SLEEP_NO_REASON},   /* a dark noon */
        {true, 50, true, 3000, SLEEP_NO_REASON}, /* a cable pulled at noon */
        {true, 50, false, 0, SLEEP_NO_REASON},
        {false, 0, true, 20, SLEEP_POWER},
        {false, 0, true, 500, SLEEP_NO_REASON},
        {false, 0, false, 0, SLEEP_NO_REASON}, /* never heard, and no site */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct signs now = {.is_sun_known = cases[i].is_sun_known, .sun_deg = cases[i].sun_deg};
        if (cases[i].is_power_known)
            now = with_power(now, cases[i].last_w, 3600);
        struct sleep s = after(now);
        if (s.reason != cases[i].wanted)
            fail_msg("case %zu: reason %d", i, (int)s.reason);
        assert_int_equal(s.rest, cases[i].wanted ? REST_ASLEEP : REST_MISSING);
    }
}

static void it_goes_on_until_the_sun_is_high(void **state)
{
    struct sleep s = after(at_sun(-5));

    (void)state;
    is_now(&s, at_sun(-40), 5, REST_ASLEEP);
    is_now(&s, at_sun(3), 12, REST_ASLEEP); /* behind a hill, or under snow */
    is_now(&s, at_sun(14.9), 13, REST_ASLEEP);
    is_now(&s, at_sun(15.1), 13.1, REST_MISSING);
    is_now(&s, at_sun(-5), 24, REST_MISSING); /* the next evening does not make it well */
}

static void a_polar_night_has_no_end(void **state)
{
    struct sleep s = after(at_sun(-3));

    (void)state;
    is_now(&s, at_sun(-3), 24 * 50, REST_ASLEEP);
    is_now(&s, at_sun(1), 24 * 51, REST_MISSING); /* a day, and it has been silent for long */
}

static void without_a_site_a_night_is_twenty_hours(void **state)
{
    struct sleep s = after(with_power((struct signs){0}, 12, 3600));

    (void)state;
    is_now(&s, (struct signs){0}, 19.9, REST_ASLEEP);
    is_now(&s, (struct signs){0}, 20, REST_MISSING);
    is_now(&s, (struct signs){0}, 30, REST_MISSING);
}

static void pulled_at_noon_it_stays_a_fault(void **state)
{
    struct sleep s = after(with_power(at_sun(60), 2000, 3600));

    (void)state;
    is_now(&s, at_sun(10), 6, REST_MISSING);
    is_now(&s, at_sun(-20), 10, REST_MISSING);
    is_now(&s, at_sun(60), 24, REST_MISSING);
}

static void it_may_fall_asleep_a_little_early(void **state)
{
    struct sleep s = after(with_power(at_sun(2), 200, 3600)); /* a wall's shadow, all at once */

    (void)state;
    assert_int_equal(s.rest, REST_MISSING);
    is_now(&s, at_sun(0), 0.2, REST_MISSING);
    is_now(&s, at_sun(-1), 0.3, REST_ASLEEP);

    s = after(at_sun(10)); /* but not if it was pulled out in the morning */
    is_now(&s, at_sun(40), 4, REST_MISSING);
    is_now(&s, at_sun(-1), 12, REST_MISSING);
}

/* A machine without a clock starts in the night. */
static void the_sun_may_become_known(void **state)
{
    struct sleep s = after((struct signs){0});

    (void)state;
    is_now(&s, (struct signs){0}, 0.1, REST_MISSING);
    is_now(&s, at_sun(-30), 0.2, REST_ASLEEP);
    assert_int_equal(s.reason, SLEEP_SUN);
    s = after((struct signs){0});
    is_now(&s, at_sun(50), 0.2, REST_MISSING);
    is_now(&s, at_sun(-1), 9, REST_MISSING);
}

static void a_model_says_its_watts(void **state)
{
    static const struct {
        const char *model;
        int watts;
    } cases[] = {{"GW3600D-NS", 3600}, {"GW17K-DT", 17000}, {"GW2.5K-XS", 2500},
                 {"GW5000-DT", 5000},  {"GW", 0},           {"", 0},
                 {"GW1", 0},           {"GW999999", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal((int)(goodwe_watts(cases[i].model) + 0.5), cases[i].watts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_a_reason),
        cmocka_unit_test(it_goes_on_until_the_sun_is_high),
        cmocka_unit_test(a_polar_night_has_no_end),
        cmocka_unit_test(without_a_site_a_night_is_twenty_hours),
        cmocka_unit_test(pulled_at_noon_it_stays_a_fault),
        cmocka_unit_test(it_may_fall_asleep_a_little_early),
        cmocka_unit_test(the_sun_may_become_known),
        cmocka_unit_test(a_model_says_its_watts),
    };
    return cmocka_run_group_tests_name("sleep", tests, NULL, NULL);
}
