/* Finished days of a charger behind a hub. (past_days_stage.h) */
#include "tests/contract/past_days_stage.h"

static void each_day_behind_a_hub_is_kept_once(void **state)
{
    (void)state;
    if (!getenv("HELIO_LONG"))
        last = AFTER_A_SEASON; /* three times as much is asked here */
    write_settings("mate", "house", "");
    live_to_the_last();
    look_at("roof-mx1", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_day_behind_a_hub_is_kept_once, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
