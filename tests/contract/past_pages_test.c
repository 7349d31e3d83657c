/* Pages that do not fit the dates: snow, turns that were none, garbage, another unit. */
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/past_days.h"
#include "store/days.h"
#include "store/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEP_S = 600, PAGES = 64 };

static char folder[64], path[160];
static struct plan *plan;
static struct house house;
static struct rounds rounds;
static struct store *store;
static const struct origin *from;
static struct past_days *past;
static struct driver made_up;

/* The unit: a counter, and what it had at the end of its days, the last one first. */
static double counter, pages[PAGES];
static unsigned page_count, questions, turns_at; /* the question it turns before */
static int trouble;

static void turn(void)
{
    memmove(pages + 1, pages, (PAGES - 1) * sizeof *pages);
    pages[0] = counter;
    page_count++;
    counter = 0;
}

static int say_page(struct device *d, const char *unit, unsigned ago, struct reading *r)
{
    (void)d;
    assert_string_equal(unit, "");
    if (++questions == turns_at)
        turn();
    if (trouble)
        return trouble;
    if (ago > page_count)
        return ERR_ABSENT;
    return reading_put(r, M_PV_ENERGY_TODAY, pages[ago - 1]) ? OK : ERR_FULL;
}

static int do_now(struct rounds *r, size_t bus, struct job *job)
{
    job->result = job->run(r, bus, job->to);
    job->is_done = true;
    return OK;
}

static void start(void)
{
    past_days_free(past);
    past = past_days_new(store, from);
    assert_non_null(past);
}

static int begin(void **state)
{
    static const struct origin roof = {.name = "roof", .driver = "mate_mx"};
    char file[128], holder[64];

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    snprintf(folder, sizeof folder, "/tmp/helio_pages_XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(file, sizeof file, "%s/a.ini", folder);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out, "[bus wall]\nline = sim\n[device roof]\ndriver = mate_mx\nbus = wall\n");
    assert_int_equal(fclose(out), 0);
    plan = plan_new();
    assert_non_null(plan);
    assert_int_equal(plan_load(plan, file), OK);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    from = store_origin(store, &roof);
    clock_take(day_start(20270101));
    assert_int_equal(house_build(&house, plan), OK);
    made_up = *house.devices[0].driver;
    made_up.past_day = say_page;
    house.devices[0].driver = &made_up;
    rounds = (struct rounds){.house = &house};
    counter = 0;
    page_count = questions = turns_at = 0;
    trouble = OK;
    past = NULL;
    start();
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    past_days_free(past);
    house_raze(&house);
    store_close(store);
    plan_free(plan);
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void say(double kwh)
{
    static struct news n;
    int64_t now = clock_wall_ms(), next = now - now % (STEP_S * 1000) + STEP_S * 1000;

    n = (struct news){.from = &rounds, .heard_us = clock_us()};
    n.reading.round_ms = now;
    assert_true(reading_put(&n.reading, M_PV_ENERGY_TODAY, kwh));
    past_days_hear(past, &n, &n.reading, do_now);
    clock_sleep_us((next - clock_wall_ms()) * 1000);
}

/* A day from midnight to midnight; with sun the unit wakes at 8, and works until 16 o'clock. */
static void live(double kwh)
{
    int64_t start_ms = clock_wall_ms();

    for (unsigned i = 0; i < 24 * 3600 / STEP_S; i++) {
        double hour = (double)(clock_wall_ms() - start_ms) / 3600000;
        if (kwh > 0 && i == 8 * 3600 / STEP_S && (page_count || counter > 0))
            turn();
        if (kwh > 0 && hour > 8)
            counter = (int)(kwh * 10 * (hour < 16 ? (hour - 8) / 8 : 1)) / 10.0;
        say(counter);
    }
}

/* Readings that say 0 at five in the morning. */
static void live_with_zeros(double kwh)
{
    double before = counter;

    for (unsigned i = 0; i < 24 * 3600 / STEP_S; i++) {
        if (i == 8 * 3600 / STEP_S) {
            counter = before;
            turn();
        }
        if (i > 8 * 3600 / STEP_S)
            counter = kwh * (i - 48) / 96 > kwh ? kwh : (int)(kwh * (i - 48) / 9.6) / 10.0;
        say(i >= 30 && i < 36 ? 0 : counter);
    }
    counter = kwh;
}

struct seen {
    unsigned count;
    int dates[16];
    double kwh[16];
};

static void see(void *to, const struct origin *of, int date, const struct reading *day)
{
    struct seen *s = to;

    (void)of;
    assert_true(s->count < 16);
    s->dates[s->count] = date;
    assert_true(reading_get(day, M_PV_ENERGY_TODAY, &s->kwh[s->count++]));
}

struct wanted {
    int date;
    double kwh;
};

static void assert_kept(const struct wanted *w, unsigned count)
{
    struct seen s = {0};
    struct reader *reader = NULL;

    assert_int_equal(store_commit(store), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_days(reader, 20260101, 20991231, see, &s), OK);
    reader_close(reader);
    for (unsigned i = 0; i < s.count && i < count; i++) {
        assert_int_equal(s.dates[i], w[i].date);
        assert_true(s.kwh[i] > w[i].kwh - 0.01 && s.kwh[i] < w[i].kwh + 0.01);
    }
    assert_int_equal(s.count, count);
}
#define ASSERT_KEPT(...)                                                                           \
    assert_kept((const struct wanted[]){__VA_ARGS__},                                              \
                sizeof((struct wanted[]){__VA_ARGS__}) / sizeof(struct wanted))

/* What was before the unit was new is asked for once, not every day. */
static void days_in_order(void **state)
{
    (void)state;
    live(5);
    live(4);
    live(6);
    unsigned before = questions;
    live(3);
    assert_true(questions - before <= 3);
    ASSERT_KEPT({20270101, 5}, {20270102, 4}, {20270103, 6});
}

static void a_day_under_snow(void **state)
{
    (void)state;
    live(5);
    live(4);
    live(0);
    live(3);
    live(2);
    ASSERT_KEPT({20270101, 5}, {20270102, 4}, {20270104, 3});
}

/* Nobody knows any more which of the two dates the page is of; but it is stored once only. */
static void restarted_under_snow(void **state)
{
    (void)state;
    live(5);
    live(4);
    start();
    live(0);
    live(3);
    live(2);
    ASSERT_KEPT({20270101, 5}, {20270103, 4}, {20270104, 3});
}

static void a_turn_that_was_none(void **state)
{
    (void)state;
    live(5);
    live(4);
    live_with_zeros(3);
    live(2);
    live(6);
    ASSERT_KEPT({20270101, 5}, {20270102, 4}, {20270103, 3}, {20270104, 2});
}

static void pages_of_garbage(void **state)
{
    (void)state;
    live(5);
    live(4);
    trouble = ERR_GARBAGE;
    unsigned before = questions;
    live(6);
    assert_true(questions - before <= 6); /* it does not go on for ever */
    ASSERT_KEPT({20270101, 5});
    trouble = OK;
    live(3);
    ASSERT_KEPT({20270101, 5}, {20270102, 4}, {20270103, 6});
}

static void another_unit(void **state)
{
    (void)state;
    live(5);
    live(4);
    live(6);
    clock_sleep_us((int64_t)2 * 86400 * 1000000);
    for (unsigned i = 0; i < 4; i++)
        pages[i] = 1.1 * (i + 1);
    page_count = 4;
    counter = 0;
    start();
    live(3);
    ASSERT_KEPT({20270101, 5}, {20270102, 4}, {20270103, 2.2}, {20270104, 1.1}, {20270105, 0});
}

/* Between two of many questions: the pages are others from then on. */
static void turn_while_it_is_asked(double from_hour)
{
    struct reading newest = {0};
    struct wanted all[13] = {{0}};

    for (int i = 0; i < 12; i++) {
        pages[page_count++] = 1 + i / 4.0;
        all[11 - i] = (struct wanted){20270119 - i, pages[i]};
    }
    assert_true(reading_put(&newest, M_PV_ENERGY_TODAY, pages[11]));
    assert_true(store_append_day(store, from, 20270108, &newest) > 0);
    clock_step(day_start(20270120) + (int64_t)(from_hour * 3600000) - clock_wall_ms());
    turns_at = 8;
    for (unsigned i = 0; i < 60; i++) {
        if (questions < turns_at)
            counter += 0.1;
        say(counter);
    }
    assert_true(pages[0] > 1.1); /* it has turned */
    all[12] = (struct wanted){20270120, pages[0]};
    assert_kept(all, from_hour > 12 ? 13 : 12);
}

static void a_turn_while_it_is_asked(void **state)
{
    (void)state;
    turn_while_it_is_asked(18);
}

/* The same at noon: it was without power, and its date is the same. */
static void off_while_it_is_asked(void **state)
{
    (void)state;
    turn_while_it_is_asked(8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(days_in_order, begin, end),
        cmocka_unit_test_setup_teardown(a_day_under_snow, begin, end),
        cmocka_unit_test_setup_teardown(restarted_under_snow, begin, end),
        cmocka_unit_test_setup_teardown(a_turn_that_was_none, begin, end),
        cmocka_unit_test_setup_teardown(pages_of_garbage, begin, end),
        cmocka_unit_test_setup_teardown(another_unit, begin, end),
        cmocka_unit_test_setup_teardown(a_turn_while_it_is_asked, begin, end),
        cmocka_unit_test_setup_teardown(off_while_it_is_asked, begin, end),
    };

    zone_set("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
