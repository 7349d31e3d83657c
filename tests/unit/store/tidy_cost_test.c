/*
 * What tidying costs, counted in steps of SQLite's machine: nothing that grows with the history or
 * with the square of the devices.
 */
#include "base/clock.h"
#include "store/days.h"
#include "store/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { IDLE_STEPS = 300, EVERY = 10 };
static const int64_t minute_ms = 60000, day_ms = 86400000;
static char folder[64], path[128], holder[64];
static long steps;

static int count(void *none)
{
    (void)none;
    steps += EVERY;
    return 0;
}

static int watch(sqlite3 *db, const char **fault, const struct sqlite3_api_routines *api)
{
    (void)fault;
    (void)api;
    sqlite3_progress_handler(db, EVERY, count, NULL);
    return SQLITE_OK;
}

static int begin(void **state)
{
    (void)state;
    assert_true(zone_set("UTC"));
    sqlite3_auto_extension((void (*)(void))watch);
    snprintf(folder, sizeof folder, "/tmp/helio_cost_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    sqlite3_cancel_auto_extension((void (*)(void))watch);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct store *open_store(void)
{
    struct store *s = NULL;

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    return s;
}

static const struct origin *unit(struct store *s, unsigned number)
{
    struct origin o = {.driver = "tracer"};

    snprintf(o.name, sizeof o.name, "unit%u", number);
    return store_origin(s, &o);
}

static void keep(struct store *s, unsigned number, int64_t at_ms)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_POWER, (double)number));
    assert_true(store_append(s, unit(s, number), RECORD_LIVE, at_ms, &r) > 0);
}

static long tidied(struct store *s, int64_t now_ms)
{
    steps = 0;
    while (store_tidy(s, now_ms))
        continue;
    return steps;
}

/* A unit that spoke on the first day only, another that spoke on, then: what one round costs. */
static long silent_after(unsigned days)
{
    struct store *s = open_store();
    int64_t at = day_start(20260105);

    for (unsigned i = 0; i < days; i++)
        for (int k = 0; k < 144; k++, at += 10 * minute_ms) {
            keep(s, 1, at);
            if (i == 0)
                keep(s, 2, at);
            if (k == 0)
                assert_int_equal(store_commit(s), OK);
        }
    assert_int_equal(store_commit(s), OK);
    (void)tidied(s, at);
    (void)tidied(s, at + minute_ms);
    keep(s, 1, at);
    assert_int_equal(store_commit(s), OK);
    long cost = tidied(s, at + 2 * minute_ms);
    store_close(s);
    return cost;
}

static void who_is_gone_costs_nothing(void **state)
{
    (void)state;
    assert_in_range(silent_after(30), 0, IDLE_STEPS);
}

/* After a start the log is looked through once, from where its days were closed last. */
static void a_start_looks_once(void **state)
{
    struct store *s;

    (void)state;
    (void)silent_after(30);
    int64_t now = day_start(20260105) + 30 * day_ms + 2 * minute_ms;
    s = open_store();
    (void)tidied(s, now);
    assert_in_range(tidied(s, now), 0, IDLE_STEPS);
    store_close(s);
    s = open_store();
    assert_in_range(tidied(s, now), 0, 20000); /* two days of 144 rows, not thirty */
    store_close(s);
}

static void idle_devices_cost_nothing(void **state)
{
    struct store *s = open_store();
    int64_t at = day_start(20260105) + day_ms / 2;

    (void)state;
    for (unsigned i = 0; i < 200; i++)
        keep(s, i, at);
    assert_int_equal(store_commit(s), OK);
    (void)tidied(s, at + minute_ms);
    for (unsigned i = 0; i < 200; i++)
        keep(s, i, at + minute_ms);
    assert_int_equal(store_commit(s), OK);
    assert_in_range(tidied(s, at + 2 * minute_ms), 0, IDLE_STEPS);
    store_close(s);
}

/* A day of some devices: its parts on the way, and its end. */
static long day_of_devices(unsigned devices)
{
    struct store *s = open_store();
    int64_t start = day_start(20260105);
    long cost = 0;

    for (int64_t at = start; at < start + day_ms; at += 10 * minute_ms) {
        for (unsigned i = 0; i < devices; i++)
            keep(s, i, at);
        assert_int_equal(store_commit(s), OK);
        cost += tidied(s, at + minute_ms);
    }
    cost += tidied(s, start + day_ms + minute_ms);
    assert_int_equal(sql_number(s->db, "SELECT count(*) FROM rollup", 0), devices);
    store_close(s);
    return cost;
}

/* The index is by time: it is gone through for eight devices at once, not for each of them. */
static void many_devices_share_the_way(void **state)
{
    enum { MANY = 80, ROWS = MANY * 144 };
    long cost = day_of_devices(MANY);

    (void)state;
    print_message("a day of %d devices: %ld steps for a row\n", MANY, cost / ROWS);
    assert_in_range(cost / ROWS, 1, 150);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(who_is_gone_costs_nothing),
        WITH_FOLDER(a_start_looks_once),
        WITH_FOLDER(idle_devices_cost_nothing),
        WITH_FOLDER(many_devices_share_the_way),
    };
#undef WITH_FOLDER

    return cmocka_run_group_tests(tests, NULL, NULL);
}
