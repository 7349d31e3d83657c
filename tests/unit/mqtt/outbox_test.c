/* What is said on a connection, and what became of it, without a connection. */
#include "base/clock.h"
#include "mqtt/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct outbox box;

static int begin(void **state)
{
    (void)state;
    outbox_init(&box, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    outbox_done(&box);
    return 0;
}

static struct client_result result(void)
{
    struct client_result r;

    outbox_settle(&box, clock_us(), &r);
    return r;
}

static void only_while_it_is_connected(void **state)
{
    (void)state;
    assert_int_equal(outbox_say(&box, SAY_COUNTED, "t", "1", 1), ERR_GONE);
    assert_true(result().is_lost);
    outbox_open(&box);
    outbox_count_anew(&box);
    assert_true(outbox_is_quiet(&box));
    assert_true(result().is_settled);
    assert_int_equal(outbox_say(&box, 0, "t", "1", 1), OK);
    assert_false(outbox_is_quiet(&box));
    assert_true(result().is_settled); /* nobody waits for that one */
    assert_int_equal(outbox_say(&box, SAY_COUNTED, "t", "1", 1), OK);
    assert_false(result().is_settled);
    outbox_lose(&box, "gone", true);
    assert_true(outbox_is_quiet(&box)); /* forgotten with the connection */
    struct client_result r = result();
    assert_true(r.is_lost && r.is_alarm && !r.is_settled);
    assert_string_equal(r.why, "gone");
    assert_int_equal(outbox_say(&box, 0, "t", "1", 1), ERR_GONE);
}

/* What is lost is not waited for. */
static void a_loss_is_told_at_once(void **state)
{
    const int64_t deadline = clock_us() + 5000000;
    struct client_result r;

    (void)state;
    outbox_open(&box);
    outbox_count_anew(&box);
    assert_int_equal(outbox_say(&box, SAY_COUNTED, "t", "1", 1), OK);
    outbox_lose(&box, "gone", false);
    outbox_settle(&box, deadline, &r);
    assert_true(r.is_lost && !r.is_settled);
    assert_true(clock_us() < deadline);
}

/* Nobody acknowledged in time: another connection is to be made. */
static void silence_cuts(void **state)
{
    (void)state;
    outbox_open(&box);
    outbox_count_anew(&box);
    (void)result();
    assert_false(outbox_is_to_cut(&box));
    assert_int_equal(outbox_say(&box, SAY_COUNTED, "t", "1", 1), OK);
    struct client_result r = result();
    assert_false(r.is_settled);
    assert_string_equal(r.why, "the broker acknowledged nothing in time");
    assert_true(outbox_is_to_cut(&box));
    outbox_open(&box);
    assert_false(outbox_is_to_cut(&box));
}

static void there_is_an_end_to_what_may_wait(void **state)
{
    enum { MEGABYTE = 1 << 20 };
    char *payload = calloc(1, MEGABYTE);

    (void)state;
    assert_non_null(payload);
    outbox_open(&box);
    for (int i = 0; i < 3; i++)
        assert_int_equal(outbox_say(&box, 0, "t", payload, MEGABYTE), OK);
    assert_int_equal(outbox_say(&box, 0, "t", payload, MEGABYTE), ERR_FULL); /* topics count */
    assert_int_equal(outbox_say(&box, 0, "t", payload, MEGABYTE - 8), OK);   /* to the last byte */
    assert_int_equal(outbox_say(&box, 0, "", payload, 0), ERR_FULL);
    outbox_lose(&box, "gone", false);
    outbox_open(&box);
    assert_int_equal(outbox_say(&box, 0, "t", payload, MEGABYTE), OK);
    free(payload);
}

static void what_was_never_sent_is_not_acknowledged(void **state)
{
    (void)state;
    outbox_open(&box);
    outbox_count_anew(&box);
    assert_int_equal(outbox_say(&box, SAY_COUNTED, "t", "1", 1), OK);
    assert_false(outbox_acknowledge(&box, 1, 0));
    assert_false(outbox_acknowledge(&box, 1, 135));
    assert_false(result().is_settled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_while_it_is_connected, begin, end),
        cmocka_unit_test_setup_teardown(a_loss_is_told_at_once, begin, end),
        cmocka_unit_test_setup_teardown(silence_cuts, begin, end),
        cmocka_unit_test_setup_teardown(there_is_an_end_to_what_may_wait, begin, end),
        cmocka_unit_test_setup_teardown(what_was_never_sent_is_not_acknowledged, begin, end),
    };

    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
