/* Where the sun stands, against what almanacs say. */
#include "base/sun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <time.h>

static const double SET_DEG = -0.833; /* the upper edge on the horizon, lifted by the air */
enum { MINUTE_MS = 60000, DAY_MINUTES = 1440 };

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    struct tm t = {.tm_year = year - 1900,
                   .tm_mon = month - 1,
                   .tm_mday = day,
                   .tm_hour = hour,
                   .tm_min = minute};

    return (int64_t)timegm(&t) * 1000;
}

static void is_near(double found, double wanted, double by)
{
    if (fabs(found - wanted) > by)
        fail_msg("%.3f instead of %.3f", found, wanted);
}

/* The highest and the lowest of a day. */
static double extreme(double latitude, double longitude, int64_t from_ms, double sign)
{
    double most = -90;

    for (int minute = 0; minute < DAY_MINUTES; minute++)
        most = fmax(most,
                    sign * sun_height(latitude, longitude, from_ms + (int64_t)minute * MINUTE_MS));
    return sign * most;
}

static void noon_and_midnight(void **state)
{
    static const struct {
        double latitude, longitude;
        int month, day;
        double noon, midnight;
    } facts[] = {
        {0, 0, 3, 20, 90, -90},                   /* the equator at an equinox */
        {0, 120, 9, 22, 90, -90},                 /* likewise, elsewhere */
        {42.6977, 23.3219, 6, 21, 70.74, -23.86}, /* Sofia */
        {42.6977, 23.3219, 12, 21, 23.86, -70.74},
        {51.5074, -0.1278, 6, 21, 61.93, -15.05}, /* London */
        {51.5074, -0.1278, 12, 21, 15.05, -61.93},
        {69.6492, 18.9553, 6, 21, 43.79, 3.09},      /* Tromso: no night... */
        {69.6492, 18.9553, 12, 21, -3.09, -43.79},   /* ...and no day */
        {-33.8688, 151.2093, 12, 21, 79.57, -32.69}, /* Sydney */
    };

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        int64_t from = utc(2024, facts[i].month, facts[i].day, 0, 0);
        is_near(extreme(facts[i].latitude, facts[i].longitude, from, 1), facts[i].noon, 0.3);
        is_near(extreme(facts[i].latitude, facts[i].longitude, from, -1), facts[i].midnight, 0.3);
    }
}

/* The minute in which it crosses the horizon, from this hour on. */
static int64_t crossing(double latitude, double longitude, int64_t from_ms)
{
    bool was_up = sun_height(latitude, longitude, from_ms) > SET_DEG;

    for (int minute = 1; minute < DAY_MINUTES; minute++) {
        int64_t at = from_ms + (int64_t)minute * MINUTE_MS;
        if ((sun_height(latitude, longitude, at) > SET_DEG) != was_up)
            return at;
    }
    return -1;
}

static void it_rises_and_sets_by_the_almanac(void **state)
{
    static const double london[] = {51.5074, -0.1278}, york[] = {40.7128, -74.0060};
    const struct {
        const double *place;
        int64_t from_ms, at_ms;
    } facts[] = {
        {london, utc(2024, 6, 21, 0, 0), utc(2024, 6, 21, 3, 43)},
        {london, utc(2024, 6, 21, 12, 0), utc(2024, 6, 21, 20, 21)},
        {london, utc(2024, 12, 21, 0, 0), utc(2024, 12, 21, 8, 3)},
        {london, utc(2024, 12, 21, 12, 0), utc(2024, 12, 21, 15, 53)},
        {york, utc(2024, 6, 20, 5, 0), utc(2024, 6, 20, 9, 25)},
        {york, utc(2024, 6, 20, 16, 0), utc(2024, 6, 21, 0, 30)},
        {york, utc(2024, 12, 21, 5, 0), utc(2024, 12, 21, 12, 17)},
        {york, utc(2024, 12, 21, 16, 0), utc(2024, 12, 21, 21, 32)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        int64_t found = crossing(facts[i].place[0], facts[i].place[1], facts[i].from_ms);
        is_near((double)(found - facts[i].at_ms) / (double)MINUTE_MS, 0, 2);
    }
}

static void it_goes_on_for_a_century(void **state)
{
    (void)state;
    is_near(extreme(51.5074, 0, utc(2099, 6, 21, 0, 0), 1), 61.93, 0.3);
    is_near(extreme(51.5074, 0, utc(1971, 12, 22, 0, 0), 1), 15.05, 0.3);
    assert_true(isfinite(sun_height(90, 180, 0)) && isfinite(sun_height(-90, -180, 1)));
}

static void skies_are_compared(void **state)
{
    struct sky a = {true, 42.5, 23.3}, b = a;

    (void)state;
    assert_true(sky_is_same(&a, &b));
    b.longitude = 23.4;
    assert_false(sky_is_same(&a, &b));
    b = (struct sky){false, 42.5, 23.3};
    assert_false(sky_is_same(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noon_and_midnight),
        cmocka_unit_test(it_rises_and_sets_by_the_almanac),
        cmocka_unit_test(it_goes_on_for_a_century),
        cmocka_unit_test(skies_are_compared),
    };
    return cmocka_run_group_tests_name("sun", tests, NULL, NULL);
}
