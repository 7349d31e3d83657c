/* Finished days of a charger whose day turns when it wakes up. (past_days_stage.h) */
#include "tests/contract/past_days_stage.h"

static void each_day_that_turns_at_waking_up_is_kept_once(void **state)
{
    (void)state;
    write_settings("mate_mx", "mx60", "address = 1\n");
    live_to_the_last();
    look_at("roof", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_day_that_turns_at_waking_up_is_kept_once, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
