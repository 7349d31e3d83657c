/* How long what was heard earlier is still said. */
#include "mqtt/states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t NOW = 1780000000000;

static void how_long_a_key_is_true(void **state)
{
    static const struct {
        const char *what;
        int64_t age_ms, pause_ms; /* age -1: never heard; pause 0: once so far */
        bool is_setting, is_known;
    } rows[] = {
        {"never", -1, 0, false, false},
        {"just now", 0, 0, false, true},
        {"once, ten minutes ago", 600000, 0, false, true},
        {"once, longer ago", 600001, 0, false, false},
        {"three pauses ago", 180000, 60000, false, true},
        {"more than three", 180001, 60000, false, false},
        {"often, a quarter of a minute ago", 15000, 1000, false, true},
        {"often, longer ago", 15001, 1000, false, false},
        {"a setting, a year ago", 31536000000, 0, true, true},
        {"a setting never heard", -1, 0, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct state one;
        double value = 0;
        one = (struct state){.at_ms = NOW, .count = 1};
        one.keys[0] = (struct state_key){.metric = M_PV_POWER,
                                         .is_setting = rows[i].is_setting,
                                         .value = 7,
                                         .heard_ms = rows[i].age_ms < 0 ? 0 : NOW - rows[i].age_ms,
                                         .pause_ms = rows[i].pause_ms};
        if (state_get(&one, M_PV_POWER, &value) != rows[i].is_known)
            fail_msg("%s", rows[i].what);
        if (rows[i].is_known)
            assert_true(value == 7);
        assert_false(state_get(&one, M_LOAD_POWER, &value));
    }
}

/* What is heard only later (rows come once more) is not known yet. */
static void later_is_not_yet(void **state)
{
    static struct state one = {.count = 1};
    double value;

    (void)state;
    one.at_ms = NOW;
    one.keys[0] =
        (struct state_key){.metric = M_PV_POWER, .heard_ms = NOW + 1, .pause_ms = 1000, .value = 7};
    assert_false(state_get(&one, M_PV_POWER, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_long_a_key_is_true),
        cmocka_unit_test(later_is_not_yet),
    };

    return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
