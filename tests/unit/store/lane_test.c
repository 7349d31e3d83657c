/* Which rows of the log are for whom: the cursor's own way, and what is sent again. */
#include "store/lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FROM = 1000, TO = 2000 };

static void which_rows_are_wanted(void **state)
{
    static const struct {
        const char *what;
        enum record_kind kind;
        int64_t at_ms;
        bool is_live, is_resent; /* wanted on the cursor's own way; by a resend of FROM to TO */
    } rows[] = {
        {"live", RECORD_LIVE, 1500, true, true},
        {"of settings", RECORD_SETTING, 1500, true, true},
        {"a finished day", RECORD_DAY, 1500, true, true},
        {"imported", RECORD_IMPORTED, 1500, false, true},
        {"without a time", RECORD_UNTIMED, 1500, false, false},
        {"the first moment", RECORD_LIVE, FROM, true, true},
        {"just before it", RECORD_LIVE, FROM - 1, true, false},
        {"the last moment", RECORD_LIVE, TO - 1, true, true},
        {"where it ends", RECORD_LIVE, TO, true, false},
        {"imported, where it ends", RECORD_IMPORTED, TO, false, false},
        {"of 1970", RECORD_UNTIMED, 5, false, false},
    };
    const struct lane live = {.after = 0},
                      resend = {.is_resend = true, .resend = {.from_ms = FROM, .to_ms = TO}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct record r = {.seq = 1, .kind = rows[i].kind, .at_ms = rows[i].at_ms};
        if (lane_wants(&live, &r) != rows[i].is_live)
            fail_msg("%s: as it comes", rows[i].what);
        if (lane_wants(&resend, &r) != rows[i].is_resent)
            fail_msg("%s: sent again", rows[i].what);
    }
}

static void how_long_the_far_side_may_ask_for(void **state)
{
    static const struct {
        int64_t asked, then;
    } rows[] = {{0, 0}, {1000, 1000}, {599999, 599999}, {600000, 600000}, {86400000, 600000}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(lane_retry_ms(rows[i].asked), rows[i].then);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_rows_are_wanted),
        cmocka_unit_test(how_long_the_far_side_may_ask_for),
    };

    return cmocka_run_group_tests_name("lane", tests, NULL, NULL);
}
