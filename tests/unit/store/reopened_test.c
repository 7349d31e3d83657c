/* Rows that come into days whose rollups are written: right at once, and closed again. */
#include "base/clock.h"
#include "store/days.h"
#include "store/energy.h"
#include "store/history.h"
#include "store/reader.h"
#include "store/sql.h"
#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAYS = 4300, FIRST = 20130601, LAST = 20250401 };
static const int64_t hour_ms = 3600000;
static char folder[64], path[128], holder[64];
static const struct origin south = {.name = "south", .driver = "tracer"};

static int begin(void **state)
{
    (void)state;
    assert_true(zone_set("UTC"));
    snprintf(folder, sizeof folder, "/tmp/helio_again_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct store *open_store(void)
{
    struct store *s = NULL;

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    return s;
}

static int64_t ask(const char *question)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    int64_t found = sql_number(db, question, -1);
    sqlite3_close(db);
    return found;
}

static void say(struct store *s, enum record_kind kind, int64_t at_ms, double kwh)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_ENERGY, kwh));
    assert_true(store_append(s, store_origin(s, &south), kind, at_ms, &r) > 0);
}

/* A unit whose last day is closed; then the years before it are brought in, a kWh at each noon. */
static struct store *import_years(void)
{
    struct store *s = open_store();
    int day = FIRST;

    say(s, RECORD_LIVE, day_start(LAST) + 12 * hour_ms, DAYS + 1);
    assert_int_equal(store_commit(s), OK);
    while (store_tidy(s, day_start(LAST) + 36 * hour_ms))
        continue;
    assert_int_equal(ask("SELECT count(*) FROM rollup"), 1);
    for (int i = 0; i < DAYS; i++, day = day_next(day)) {
        say(s, RECORD_IMPORTED, day_start(day) + 12 * hour_ms, i + 1);
        if (i % 500 == 0)
            assert_int_equal(store_commit(s), OK);
    }
    assert_int_equal(store_commit(s), OK);
    assert_true(day < LAST);
    return s;
}

static double year(int number)
{
    struct reader *reader = NULL;
    struct growth g;

    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(energy_between(reader, reader_origin(reader, "south"), "pv_energy",
                                    day_start(number * 10000 + 101),
                                    day_start((number + 1) * 10000 + 101), &g),
                     OK);
    reader_close(reader);
    return g.grown;
}

static void are_right(void)
{
    assert_true(fabs(year(2014) - 365) < 1e-6);
    assert_true(fabs(year(2016) - 366) < 1e-6);
    assert_true(fabs(year(2024) - 366) < 1e-6);
}

static void more_days_than_fit_a_list(void **state)
{
    struct store *s = import_years();

    (void)state;
    assert_int_equal(ask("SELECT count(*) FROM reopened"), DAYS);
    are_right();
    for (int i = 0; i < DAYS / 2; i++)
        assert_true(store_close_reopened(s));
    are_right(); /* some have their rollups, and some not yet */
    while (store_close_reopened(s))
        continue;
    are_right();
    assert_int_equal(ask("SELECT count(*) FROM rollup WHERE day > 0"), DAYS + 1);
    assert_int_equal(ask("SELECT count(*) FROM reopened"), 0);
    store_close(s);
}

/* What was not done when the program was killed is gone on with. */
static void a_start_goes_on(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (!child) {
        struct store *s = import_years();
        for (int i = 0; i < 100; i++)
            if (!store_close_reopened(s))
                _exit(1);
        _exit(0); /* without a word to the store */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(ask("SELECT count(*) FROM reopened"), DAYS - 100);
    struct store *s = open_store();
    while (store_close_reopened(s))
        continue;
    are_right();
    assert_int_equal(ask("SELECT count(*) FROM rollup WHERE day > 0"), DAYS + 1);
    store_close(s);
}

/* Days that were not tidied when they ended: a machine that was off, a busy one. */
static void no_day_is_left_out(void **state)
{
    struct store *s = open_store();

    (void)state;
    for (int i = 0; i < 5; i++)
        say(s, RECORD_LIVE, day_start(LAST) + (24 * i + 12) * hour_ms, i);
    assert_int_equal(store_commit(s), OK);
    while (store_tidy(s, day_start(LAST) + 6 * 24 * hour_ms))
        continue;
    assert_int_equal(ask("SELECT count(*) FROM rollup WHERE day > 0"), 5);
    store_close(s);
}

/* A row into the rollups of a closed day: old sums are never shown beside it. */
static void see(void *to, int64_t at_ms, const struct slot *s)
{
    (void)at_ms;
    *(unsigned *)to += s->count;
}

static void no_rollup_without_the_row(void **state)
{
    struct store *s = open_store();
    struct reader *reader = NULL;
    int64_t start = day_start(LAST);

    (void)state;
    say(s, RECORD_LIVE, start + hour_ms, 1);
    assert_int_equal(store_commit(s), OK);
    while (store_tidy(s, start + 36 * hour_ms))
        continue;
    say(s, RECORD_LIVE, start + 2 * hour_ms, 2); /* a clock that was set back */
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    for (int again = 0; again < 2; again++) {
        unsigned count = 0;
        assert_int_equal(history_walk(reader, reader_origin(reader, "south"), "pv_energy", start,
                                      start + 24 * hour_ms, hour_ms, see, &count),
                         OK);
        assert_int_equal(count, 2);
        assert_int_equal(ask("SELECT count(*) FROM rollup WHERE day > 0"), again);
        while (store_close_reopened(s))
            continue;
    }
    reader_close(reader);
    store_close(s);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(more_days_than_fit_a_list),
        WITH_FOLDER(a_start_goes_on),
        WITH_FOLDER(no_rollup_without_the_row),
        WITH_FOLDER(no_day_is_left_out),
    };
#undef WITH_FOLDER

    return cmocka_run_group_tests(tests, NULL, NULL);
}
