/* A device that may sleep: which silence is sleep, what is told of it, and how often. */
#include "base/clock.h"
#include "base/log.h"
#include "base/sun.h"
#include "drivers/device.h"
#include "drivers/silence.h"

#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t MIDNIGHT_MS = 1774051200000, HOUR_US = INT64_C(3600000000); /* 2026-03-21 */
static const struct driver inverter = {.name = "made_up", .sleeps_at_night = true};
static const struct sky site = {.is_known = true}, nowhere = {.is_known = false};
static struct bus wire;
static struct device device;
static struct said said;

static void begin_at(int64_t at_ms, const struct sky *sky)
{
    clock_take(at_ms);
    clock_sleep_us(1);
    log_set_level(LOG_LEVEL_NOTE);
    unsetenv("JOURNAL_STREAM");
    device = (struct device){.name = "south", .driver = &inverter, .bus = &wire, .sky = sky};
    silence_init(&device);
    silence_over(&device);
}

static int give_back(void **state)
{
    (void)state;
    clock_give_back();
    return 0;
}

/* What the wire says, by night and by day, of one that is awake or asleep. */
static void which_silence_is_sleep(void **state)
{
    static const struct {
        int rc;
        bool is_night, is_asleep;
        int result;
    } rows[] = {
        {ERR_TIMEOUT, true, false, ERR_ASLEEP},   {ERR_TIMEOUT, true, true, ERR_ASLEEP},
        {ERR_TIMEOUT, false, false, ERR_TIMEOUT}, {ERR_GONE, true, false, ERR_ASLEEP},
        {ERR_GONE, false, false, ERR_GONE},       {ERR_CRC, true, false, ERR_ASLEEP},
        {ERR_DENIED, true, false, ERR_DENIED},    {ERR_BUSY, true, false, ERR_BUSY},
        {ERR_BUSY, true, true, ERR_ASLEEP},       {ERR_STOPPED, true, true, ERR_ASLEEP},
        {ERR_STOPPED, true, false, ERR_STOPPED},  {ERR_BUSY, false, false, ERR_BUSY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_at(MIDNIGHT_MS + (rows[i].is_night ? 0 : 43200000), &site);
        log_set_level(LOG_LEVEL_ERR);
        if (rows[i].is_asleep)
            assert_int_equal(silence_note_line(&device, ERR_TIMEOUT), ERR_ASLEEP);
        int rc = silence_note_line(&device, rows[i].rc);
        if (rc != rows[i].result)
            fail_msg("row %zu: %d", i, rc);
    }
}

/* In the twilight it comes and goes: asleep, awake, asleep is told, and no more for two hours. */
static void what_is_told(void **state)
{
    static const struct {
        int64_t pause_us; /* before each end of silence and each beginning */
        unsigned times, lines;
    } rows[] = {{1000000, 1, 2}, {1000000, 2, 3}, {1000000, 20, 3}, {3 * HOUR_US, 5, 10}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_at(MIDNIGHT_MS, &nowhere);
        struct reading r = {0};
        assert_true(reading_put(&r, M_PV_POWER, 1000));
        silence_hear(&device, &r);
        assert_true(reading_put(&r, M_PV_POWER, 1));
        silence_hear(&device, &r);
        said_start(&said);
        for (unsigned k = 0; k < rows[i].times; k++) {
            clock_sleep_us(rows[i].pause_us);
            assert_int_equal(silence_note(&device, ERR_TIMEOUT), ERR_ASLEEP);
            clock_sleep_us(rows[i].pause_us);
            silence_over(&device);
        }
        unsigned lines = said_lines(said_stop(&said));
        if (lines != rows[i].lines)
            fail_msg("row %zu: %u lines", i, lines);
    }
}

/* Without a site only the power it had says that it was evening: less than a fiftieth of the most
 * that was heard, which must be more than a morning's. */
static void which_power_is_an_evenings(void **state)
{
    static const struct {
        double most_w, last_w;
        bool is_sleep;
    } rows[] = {
        {199, 1, false},   {200, 3.9, true}, {200, 4, false}, {1000, 19, true},
        {1000, 21, false}, {199, 0, false},  {200, 0, true},
    };
    char why[80];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading r = {0};
        begin_at(MIDNIGHT_MS, &nowhere);
        assert_true(reading_put(&r, M_PV_POWER, rows[i].most_w));
        silence_hear(&device, &r);
        assert_true(reading_put(&r, M_PV_POWER, rows[i].last_w));
        silence_hear(&device, &r);
        if (silence_is_sleep(&device, why, sizeof why) != rows[i].is_sleep)
            fail_msg("%g W of %g", rows[i].last_w, rows[i].most_w);
    }
}

/* A fault: tried again after 2, 4, 8... seconds, then once a minute. */
static void when_it_is_tried_again(void **state)
{
    static const int64_t seconds[] = {2, 4, 8, 16, 32, 60, 60, 60};

    (void)state;
    begin_at(MIDNIGHT_MS + 43200000, &site); /* noon */
    log_set_level(LOG_LEVEL_ERR);
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        assert_int_equal(silence_note(&device, ERR_TIMEOUT), ERR_TIMEOUT);
        assert_int_equal(device.next_try_us - clock_us(), seconds[i] * 1000000);
    }
    silence_over(&device);
    assert_int_equal(silence_note(&device, ERR_TIMEOUT), ERR_TIMEOUT);
    assert_int_equal(device.next_try_us - clock_us(), 2000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_silence_is_sleep),
        cmocka_unit_test(what_is_told),
        cmocka_unit_test(which_power_is_an_evenings),
        cmocka_unit_test(when_it_is_tried_again),
    };

    return cmocka_run_group_tests_name("silence", tests, NULL, give_back);
}
