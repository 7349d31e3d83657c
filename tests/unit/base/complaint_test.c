/* Trouble is told at its start, ever more rarely, and at its end. */
#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"

#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const int64_t SECOND_US = 1000000;
static struct said said;

static int take(void **state)
{
    (void)state;
    clock_take(INT64_C(1777723200000));
    return unsetenv("JOURNAL_STREAM");
}

static int give_back(void **state)
{
    (void)state;
    clock_give_back();
    return 0;
}

static void trouble_is_told_and_ends(void **state)
{
    struct complaint c = {0};

    (void)state;
    said_start(&said);
    complain(&c, "south", "no answer in time");
    clock_sleep_us(10 * SECOND_US);
    complain(&c, "south", "no answer in time");
    clock_sleep_us(50 * SECOND_US);
    complain(&c, "south", "no answer in time");
    complaint_over(&c, "south", "answers again");
    complaint_over(&c, "south", "answers again"); /* all is well: nothing to say */
    assert_string_equal(said_stop(&said), "helio: south: no answer in time\n"
                                          "helio: south: no answer in time, still (3 times)\n"
                                          "helio: south: answers again (after 3 failures)\n");
    assert_int_equal(c.count, 0);
}

static void new_trouble_is_told_at_once(void **state)
{
    struct complaint c = {0};

    (void)state;
    said_start(&said);
    complain(&c, "south", "gone");
    complaint_over(&c, "south", "back");
    complain(&c, "south", "gone");
    assert_int_equal(said_lines(said_stop(&said)), 3);
}

/* A day of trouble every ten seconds: 0, 1, 3, 7, 15, 31, 63 minutes, then once an hour. */
static void long_trouble_is_told_rarely(void **state)
{
    struct complaint c = {0};

    (void)state;
    said_start(&said);
    for (int i = 0; i < 24 * 360; i++) {
        complain(&c, "south", "gone");
        clock_sleep_us(10 * SECOND_US);
    }
    assert_in_range(said_lines(said_stop(&said)), 24, 32);
    assert_int_equal(c.count, 24 * 360);
    assert_int_equal(c.interval_us, 3600 * SECOND_US);
}

/* What may be no trouble at all: 0, 6, 12, 18 hours. */
static void a_doubtful_one_even_more_rarely(void **state)
{
    struct complaint c = {0};

    (void)state;
    said_start(&said);
    for (int i = 0; i < 24 * 360; i++) {
        complain_rarely(&c, "south", "gone");
        clock_sleep_us(10 * SECOND_US);
    }
    assert_int_equal(said_lines(said_stop(&said)), 4);
}

static void a_line_of_the_log(void **state)
{
    static const uint8_t bytes[] = {0x02, 'A', 0x7f};
    static char longest[4000];
    const char *text;

    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    said_start(&said);
    log_info("south", "hidden by the level");
    log_wire("south", '>', bytes, sizeof bytes);
    log_warn(NULL, "%s", longest);
    log_warn(longest, "%s", "");
    text = said_stop(&said);
    assert_int_equal(said_lines(text), 2);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_in_range(strlen(text), 2 * 2000, 2 * 2048);

    log_set_level(LOG_LEVEL_WIRE);
    said_start(&said);
    log_wire("south", '>', bytes, sizeof bytes);
    log_wire("south", '<', (const uint8_t *)longest, sizeof longest);
    text = said_stop(&said);
    assert_int_equal(said_lines(text), 2);
    assert_int_equal(strncmp(text, "helio: south: > 02 41 7f  # .A.\n", 32), 0);
    log_set_level(LOG_LEVEL_NOTE);

    setenv("JOURNAL_STREAM", "8:1", 1);
    said_start(&said);
    log_err("south", "gone");
    assert_string_equal(said_stop(&said), "<3>south: gone\n");
    unsetenv("JOURNAL_STREAM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(trouble_is_told_and_ends, take, give_back),
        cmocka_unit_test_setup_teardown(new_trouble_is_told_at_once, take, give_back),
        cmocka_unit_test_setup_teardown(long_trouble_is_told_rarely, take, give_back),
        cmocka_unit_test_setup_teardown(a_doubtful_one_even_more_rarely, take, give_back),
        cmocka_unit_test_setup_teardown(a_line_of_the_log, take, give_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
