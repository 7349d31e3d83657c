/* influx/life.c: when a server began, out of its metrics page. */
#include "influx/life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_pages(void **state)
{
    (void)state;
    assert_int_equal(life_of_page("a 1\nprocess_start_time_seconds 1795270729\nb 2\n"),
                     1795270729000ULL);
    assert_int_equal(life_of_page("process_start_time_seconds 1.79527072952e9"), 1795270729520ULL);
    assert_int_equal(life_of_page("process_start_time_seconds{job=\"vm\"} 12.5\n"), 12500);
    assert_int_equal(life_of_page(""), 0);
    assert_int_equal(life_of_page("my_process_start_time_seconds 5\n"), 0);
    assert_int_equal(life_of_page("process_start_time_seconds_total 5\n"), 0);
    assert_int_equal(life_of_page("process_start_time_seconds\n"), 0);
    assert_int_equal(life_of_page("process_start_time_seconds{job=\"vm"), 0);
    assert_int_equal(life_of_page("process_start_time_seconds NaN\n"), 0);
    assert_int_equal(life_of_page("process_start_time_seconds -3\n"), 0);
    assert_int_equal(life_of_page("# HELP process_start_time_seconds 5\n"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pages)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
