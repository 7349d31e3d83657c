/* Whoever guesses tokens: ten a minute, and one crowd does not forget another. */
#include "base/clock.h"
#include "base/log.h"
#include "web/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct web web;

static int begin(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1780000000000));
    memset(web.strangers, 0, sizeof web.strangers);
    return 0;
}

static int end(void **state)
{
    (void)state;
    clock_give_back();
    return 0;
}

static void guess(const char *address, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        stranger_note(&web, address);
}

static unsigned waits_s(const char *address)
{
    return stranger_waits_s(&web, address);
}

static void pass_s(int64_t seconds)
{
    clock_sleep_us(seconds * 1000000);
}

static void ten_a_minute(void **state)
{
    static const struct {
        unsigned guesses;
        int64_t pause_s;
        bool has_to_wait;
    } rows[] = {
        {0, 0, false}, {1, 0, false},  {9, 0, false},   {10, 0, true},   {11, 0, true},
        {10, 1, true}, {10, 59, true}, {10, 60, false}, {10, 61, false}, {500, 60, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)begin(state);
        guess("10.0.0.1", rows[i].guesses);
        pass_s(rows[i].pause_s);
        unsigned wait = waits_s("10.0.0.1");
        if ((wait > 0) != rows[i].has_to_wait || wait > 61 - rows[i].pause_s)
            fail_msg("row %zu: %u s", i, wait);
        assert_int_equal(waits_s("10.0.0.2"), 0); /* nobody else does */
    }
}

/* Guesses of one minute and of the next are not added up, and a minute ends. */
static void a_minute_ends(void **state)
{
    (void)state;
    for (int minute = 0; minute < 5; minute++) {
        guess("10.0.0.1", 9);
        assert_int_equal(waits_s("10.0.0.1"), 0);
        pass_s(61);
    }
    guess("10.0.0.1", 10);
    assert_true(waits_s("10.0.0.1") > 0);
    pass_s(61);
    guess("10.0.0.1", 1);
    assert_int_equal(waits_s("10.0.0.1"), 0);
}

/* There are places for so many; a new one takes that of whoever was quiet longest. */
static void a_crowd(void **state)
{
    char address[WEB_ADDRESS];

    (void)state;
    guess("10.0.0.1", 1);
    pass_s(1);
    guess("10.0.0.2", 10);
    for (unsigned i = 0; i < WEB_STRANGERS - 2; i++) {
        pass_s(1);
        snprintf(address, sizeof address, "10.0.1.%u", i);
        guess(address, 1);
    }
    assert_true(waits_s("10.0.0.2") > 0);
    pass_s(1);
    guess("10.0.2.1", 10); /* in place of 10.0.0.1, the oldest */
    assert_true(waits_s("10.0.0.2") > 0);
    assert_true(waits_s("10.0.2.1") > 0);
    pass_s(1);
    guess("10.0.2.2", 10); /* and this one of 10.0.0.2 */
    assert_true(waits_s("10.0.2.1") > 0);
    assert_true(waits_s("10.0.2.2") > 0);
    assert_int_equal(waits_s("10.0.0.2"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ten_a_minute, begin, end),
        cmocka_unit_test_setup_teardown(a_minute_ends, begin, end),
        cmocka_unit_test_setup_teardown(a_crowd, begin, end),
    };

    return cmocka_run_group_tests_name("strangers", tests, NULL, NULL);
}
