/* Tidying: all that is old goes, the cap takes what is worth least, and losses are told now and
 * then. */
#include "store/days.h"
#include "store/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t HOUR_MS = 3600000;

static char folder[64], path[128], holder[64];
static const struct origin roof = {.name = "roof", .driver = "tracer", .address = 1};
static struct store *store;
static const struct origin *from;

static int begin(void **state)
{
    (void)state;
    assert_true(zone_set("UTC"));
    snprintf(folder, sizeof folder, "/tmp/helio_tidy_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    from = store_origin(store, &roof);
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

static void say(int64_t at_ms, unsigned count)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_POWER, 100));
    for (unsigned i = 0; i < count; i++)
        assert_true(store_append(store, from, RECORD_LIVE, at_ms + i * 1000, &r) > 0);
    assert_int_equal(store_commit(store), OK);
}

static void tidy_all(int64_t now_ms)
{
    while (store_tidy(store, now_ms))
        continue;
}

static int64_t number(const char *sql)
{
    return sql_number(store->db, sql, -1);
}

static void all_that_is_old_goes(void **state)
{
    static const unsigned counts[] = {1, 499, 500, 501, 1700};
    int64_t now = day_start(20260601);

    (void)state;
    store->keep_days = 10;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        say(day_start(20260501), counts[i]);
        say(now - HOUR_MS, 3);
        tidy_all(now);
        assert_int_equal(number("SELECT count(*) FROM reading"), 3 * (int64_t)(i + 1));
    }
    assert_int_equal(store->counts.pruned, 1 + 499 + 500 + 501 + 1700);
}

/* What a sink has not had stays, however old it is. */
static void what_a_sink_has_not_had_stays(void **state)
{
    (void)state;
    store->keep_days = 10;
    assert_int_equal(store_cursor(store, "influx", true), 0);
    say(day_start(20260501), 20);
    store_cursor_move(store, "influx", 5);
    tidy_all(day_start(20260601));
    assert_int_equal(number("SELECT min(seq) FROM reading"), 6);
}

/* A closed day of May, and readings of which the oldest is so many hours old: what does the cap
 * take first? */
static void what_the_cap_takes(void **state)
{
    static const struct {
        int hours;
        bool is_curve; /* the day's curve goes; else the oldest readings */
    } rows[] = {{1, true}, {47, true}, {48, true}, {49, false}, {100, false}};
    int64_t now = day_start(20260601);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        say(day_start(20260501 + (int)i), 100);
        store->keep_days = 10;
        tidy_all(now - 200 * HOUR_MS);
        assert_int_equal(number("SELECT count(*) FROM reading"), 0);
        assert_int_equal(number("SELECT count(*) FROM rollup WHERE day > 0"), 1);
        store->keep_days = 0;
        say(now - rows[i].hours * HOUR_MS, 700);
        store->cap_bytes = 1;
        assert_true(store_tidy(store, now));
        store->cap_bytes = 0;
        if (number("SELECT count(*) FROM rollup WHERE day > 0") != !rows[i].is_curve ||
            number("SELECT count(*) FROM reading") != (rows[i].is_curve ? 700 : 200))
            fail_msg("%d hours: the wrong one went", rows[i].hours);
        assert_int_equal(sql_run(store->db, "DELETE FROM reading; DELETE FROM rollup"), OK);
    }
}

static void losses_are_told_now_and_then(void **state)
{
    static const struct {
        uint64_t all, now;
        bool is_told;
    } rows[] = {
        {1, 1, true},       {500, 500, true},    {1000, 500, false}, {4999, 499, false},
        {5000, 500, true},  {5200, 500, true},   {5500, 300, false}, {9999, 1, false},
        {10001, 500, true}, {10500, 499, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (tidy_tells_lost(rows[i].all, rows[i].now) != rows[i].is_told)
            fail_msg("%llu, %llu of them now", (unsigned long long)rows[i].all,
                     (unsigned long long)rows[i].now);
}

/* A sink that is behind: what the cap takes is counted as lost to it, and its cursor moves on. */
static void what_the_cap_takes_from_a_sink(void **state)
{
    (void)state;
    assert_int_equal(store_cursor(store, "influx", true), 0);
    assert_int_equal(store_cursor(store, "mqtt", true), 0);
    assert_int_equal(store_cursor(store, "left", true), 0);
    say(day_start(20260501), 700);
    store_cursor_move(store, "influx", 120);
    store_cursor_move(store, "mqtt", 600); /* this one has them */
    store_cursor_forget(store, "left");    /* and this one nobody asks for any more */
    store->cap_bytes = 1;
    (void)store_tidy(store, day_start(20260601));
    store->cap_bytes = 0;
    assert_int_equal(store_cursor_lost(store, "influx"), 380);
    assert_int_equal(store_cursor(store, "influx", true), 500);
    assert_int_equal(store_cursor_lost(store, "mqtt"), 0);
    assert_int_equal(store_cursor(store, "mqtt", true), 600);
    assert_int_equal(store_cursor_lost(store, "left"), 0);
    assert_int_equal(store_cursor(store, "left", true), 0);
    assert_int_equal(store_commit(store), OK);
    assert_int_equal(number("SELECT count(*) FROM event"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_that_is_old_goes, begin, end),
        cmocka_unit_test_setup_teardown(what_a_sink_has_not_had_stays, begin, end),
        cmocka_unit_test_setup_teardown(what_the_cap_takes, begin, end),
        cmocka_unit_test(losses_are_told_now_and_then),
        cmocka_unit_test_setup_teardown(what_the_cap_takes_from_a_sink, begin, end),
    };

    return cmocka_run_group_tests_name("tidy", tests, NULL, NULL);
}
