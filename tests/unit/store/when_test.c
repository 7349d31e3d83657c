/* Moments as people and programs write them, at the edges of each form. */
#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t NOW = 1780000000000, MINUTE = 60000; /* 2026-05-28T20:26:40Z */

static int in_sofia(void **state)
{
    (void)state;
    return !zone_set("Europe/Sofia");
}

static int in_utc(void **state)
{
    (void)state;
    return !zone_set("UTC");
}

static void words(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* 0: it is no moment */
    } rows[] = {
        {"now", 1780000000000},
        {"-1h", 1779996400000},
        {"-0s", 1780000000000},
        {"-1x", 0},
        {"-1hh", 0},
        {"1h", 0},
        {"2026-05-28", 1779926400000},
        {"2026-05-28T20:26", 1779999960000},
        {"2026-05-28 20:26:40", 1780000000000},
        {"2026-05-28T20:26:40Z", 1780000000000},
        {"2026-05-28T22:26:40+02:00", 1780000000000},
        {"2026-05-28T22:26:40+0200", 1780000000000},
        {"2026-05-28T20:26:40.25Z", 1780000000250},
        {"2026-05-28T20:26:40X", 0},
        {"2026-05-28T20:59:60Z", 1780002000000},
        {"2026-05-28T20:59:61Z", 0},
        {"2026-05-28T20:60:00Z", 0},
        {"2026-05-28T25:00:00Z", 0},
        {"2026-05-28T20:26:-1Z", 0},
        {"2026-05-28T20:26:xZ", 0},
        {"2026-06-31", 0},
        {"2026-13-01", 0},
        {"2028-02-29", 1835395200000},
        {"2027-02-29", 0},
        {"20260528", 1779926400000},
        {"2026052820", 1779998400000},
        {"202605282026", 1779999960000},
        {"20260528202640", 1780000000000},
        {"2026052824", 2026052824000}, /* no hour: then it is seconds */
        {"1780000000", 1780000000000},
        {"1780000000000", 1780000000000},
        {"178000000", 178000000000},
        {"202605282", 202605282000},
        {"17800000", 0},
        {"17800000000", 0},
        {"178000000000", 178000000000},
        {"17800000000000", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = 0;
        bool is_read = when_read(rows[i].text, NOW, &ms);
        if (is_read != (rows[i].ms != 0) || (is_read && ms != rows[i].ms))
            fail_msg("\"%s\": %d, %lld", rows[i].text, is_read, (long long)ms);
    }
}

/* Ten past three comes twice on that day: the first time is meant, unless that is more than five
 * minutes before the moment read last. */
static void an_hour_that_comes_twice(void **state)
{
    static const int64_t FIRST = 1792887000000, AGAIN = 1792890600000; /* 00:10 and 01:10 UTC */
    const struct {
        int64_t last, ms;
    } rows[] = {
        {0, FIRST},
        {FIRST, FIRST},
        {FIRST + 5 * MINUTE, FIRST},
        {FIRST + 5 * MINUTE + 1, AGAIN},
        {AGAIN - 1, AGAIN},
        {AGAIN + 60 * MINUTE, AGAIN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = 0;
        assert_true(when_site("2026-10-25 03:10:00.250000", rows[i].last, &ms));
        if (ms != rows[i].ms + 250)
            fail_msg("row %zu: %lld", i, (long long)ms);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(words, in_utc),
        cmocka_unit_test_setup_teardown(an_hour_that_comes_twice, in_sofia, in_utc),
    };

    return cmocka_run_group_tests_name("moments", tests, NULL, NULL);
}
