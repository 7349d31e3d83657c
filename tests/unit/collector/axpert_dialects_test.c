/* What differs between members of the family on the wire: how a frame ends, how long ratings are,
 * and how a no is meant. */
#include "tests/unit/collector/axpert_stage.h"

#include <math.h>

/* ---- CR LF ---------------------------------------------------------------------------------- */

/* Whether the LF comes with the CR, or while the next question is being asked: every round is
 * whole, and nothing is asked twice. */
static void a_frame_may_end_with_cr_lf(void **state)
{
    static const int64_t late_us[] = {0, 4000, 30000, 60000};

    (void)state;
    for (size_t i = 0; i < sizeof late_us / sizeof *late_us; i++) {
        struct stage s;
        struct reading r;
        stage_begin(&s, "model=smh");
        s.last_byte_late_us = late_us[i];
        for (unsigned round = 0; round < 20; round++) {
            assert_int_equal(stage_round(&s, WITH_SLOW, &r), OK);
            assert_true(reading_has(&r, M_BATTERY_VOLTAGE));
        }
        if (s.bus->counts.retried)
            fail_msg("LF after %lld us: %llu asked again", (long long)late_us[i],
                     (unsigned long long)s.bus->counts.retried);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_may_end_with_cr_lf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
