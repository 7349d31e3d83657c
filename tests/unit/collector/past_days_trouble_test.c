/* Pages of finished days that cannot be had: which trouble counts, and when it is given up. */
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/past_days.h"
#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t ROUND_MS = 600000, MORNING_MS = 1777708800000; /* 2026-05-02 08:00 */

static char folder[64];
static const struct origin roof = {.name = "roof", .driver = "mate_mx", .address = 1};
static struct store *store;
static struct past_days *past;
static struct rounds wire;
static int64_t at_ms;

static int begin(void **state)
{
    char path[128], holder[64];

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    assert_true(zone_set("UTC"));
    snprintf(folder, sizeof folder, "/tmp/helio_pages_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    store_close(store);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* The bus thread: answers at once with what the test says. */
static int answer;
static unsigned asked;

static int post(struct rounds *r, size_t bus, struct job *job)
{
    (void)r;
    (void)bus;
    asked++;
    job->result = answer;
    job->is_done = true;
    return OK;
}

static void hear(double today)
{
    static struct news n;
    struct reading r = {.round_ms = at_ms};

    assert_true(reading_put(&r, M_PV_ENERGY_TODAY, today));
    n = (struct news){.from = &wire, .heard_us = at_ms * US_PER_MS};
    past_days_hear(past, &n, &r, post);
    at_ms += ROUND_MS;
}

/* A morning on which the sun proves the date; the first page is asked for in its last round. */
static void begin_day(void)
{
    past = past_days_new(store, store_origin(store, &roof));
    assert_non_null(past);
    at_ms = MORNING_MS;
    asked = 0;
    for (int i = 0; i < TURN_STEADY; i++)
        hear(0);
    for (int i = 1; i <= TURN_AGREE; i++)
        hear(i);
    assert_int_equal(asked, 1);
}

static void which_trouble_counts(void **state)
{
    enum { ROUNDS = 12 };
    static const struct {
        const char *what;
        int answer;
        unsigned asked; /* in all */
    } rows[] = {
        {"the wire is not free", ERR_BUSY, 1 + ROUNDS},
        {"its thread ends", ERR_STOPPED, 1 + ROUNDS},
        {"no answer", ERR_TIMEOUT, 5},
        {"garbled", ERR_CRC, 5},
        {"it has no such page: the next one", ERR_ABSENT, 1 + ROUNDS},
        {"it refuses that page: the next one", ERR_REFUSED, 1 + ROUNDS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer = rows[i].answer;
        begin_day();
        for (int k = 0; k < ROUNDS; k++)
            hear(TURN_AGREE);
        if (asked != rows[i].asked)
            fail_msg("%s: asked %u times", rows[i].what, asked);
        past_days_free(past);
    }
}

/* Four failures and an answer: the next page has its own five. */
static void an_answer_ends_the_count(void **state)
{
    (void)state;
    answer = ERR_TIMEOUT;
    begin_day();
    for (int page = 0; page < 3; page++) {
        for (int k = 0; k < 3; k++)
            hear(TURN_AGREE);
        answer = ERR_ABSENT; /* to the one that is asked now */
        hear(TURN_AGREE);
        answer = ERR_TIMEOUT;
        hear(TURN_AGREE);
    }
    assert_int_equal(asked, 1 + 3 * 5);
    past_days_free(past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(which_trouble_counts, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_ends_the_count, begin, end),
    };

    return cmocka_run_group_tests_name("pages in trouble", tests, NULL, NULL);
}
