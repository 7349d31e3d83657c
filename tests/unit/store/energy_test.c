/* Energy by days: nothing falls between two of them, whatever the clock, the wire and the unit do.
 */
#include "base/clock.h"
#include "store/days.h"
#include "store/energy.h"
#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEP_MS = 300000, ROWS = 800 };
static const int64_t HOUR_MS = 3600000;

static char folder[64], path[128], holder[64];
static const struct origin roof = {.name = "roof", .driver = "tracer", .address = 1};
static struct store *store;
static const struct origin *from;
static struct reader *reader;

static int begin(void **state)
{
    (void)state;
    assert_true(zone_set("Europe/Sofia"));
    snprintf(folder, sizeof folder, "/tmp/helio_energy_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    from = store_origin(store, &roof);
    reader = NULL;
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    reader_close(reader);
    store_close(store);
    zone_set("UTC");
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void say(int64_t at_ms, double kwh)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_ENERGY, kwh));
    assert_true(store_append(store, from, RECORD_LIVE, at_ms, &r) > 0);
}

static void keep(void)
{
    assert_int_equal(store_commit(store), OK);
    if (!reader)
        assert_int_equal(reader_open(&reader, path), OK);
}

/* A counter that grows by `an_hour` all the time from `kwh` on; returns where it ends. */
static double grow(int64_t from_ms, int64_t to_ms, double kwh, double an_hour)
{
    for (int64_t at = from_ms; at < to_ms; at += STEP_MS) {
        say(at, kwh);
        kwh += an_hour * (double)STEP_MS / (double)HOUR_MS;
    }
    keep();
    return kwh;
}

struct table {
    struct growth rows[ROWS];
    unsigned count;
    double sum;
};

static void see(void *to, const struct growth *g)
{
    struct table *t = to;

    assert_true(t->count < ROWS);
    t->rows[t->count++] = *g;
    t->sum += g->grown;
}

static struct table *table_of(int first, int after, enum by by)
{
    static struct table t;

    t.count = 0;
    t.sum = 0;
    assert_int_equal(
        energy_walk(reader, from, "pv_energy", day_start(first), day_start(after), by, see, &t),
        OK);
    return &t;
}

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-5)

/* 25 hours, then 24: from readings, from rollups, and what no day begins with. */
static void days_are_what_the_counter_grew_by(void **state)
{
    (void)state;
    int64_t first = day_start(20261024), last = day_start(20261027);
    double grown = grow(first, last, 100, 0.6) - 100 - 0.05;
    for (int again = 0; again < 2; again++) {
        const struct table *t = table_of(20261024, 20261027, BY_DAY);
        assert_int_equal(t->count, 3);
        NEAR(t->rows[0].grown, 24 * 0.6 - 0.05); /* nobody knows where it stood before */
        NEAR(t->rows[1].grown, 25 * 0.6);
        NEAR(t->rows[2].grown, 24 * 0.6);
        NEAR(t->sum, grown);
        NEAR(table_of(20261001, 20261101, BY_MONTH)->rows[0].grown, grown);
        NEAR(table_of(20261025, 20261026, BY_DAY)->rows[0].grown, 25 * 0.6); /* alone the same */
        while (store_tidy(store, last + 120000))
            continue;
    }
}

static void a_short_day(void **state)
{
    (void)state;
    grow(day_start(20260328), day_start(20260331), 0, 1);
    const struct table *t = table_of(20260329, 20260331, BY_DAY);
    assert_int_equal(t->count, 2);
    NEAR(t->rows[0].grown, 23);
    NEAR(t->rows[1].grown, 24);
    assert_int_equal(t->rows[0].since_ms, 0);
}

/* Four days nobody listened, over the end of a month: the fifth says so, and months are their days.
 */
static void a_gap_is_told(void **state)
{
    (void)state;
    double left = grow(day_start(20260427), day_start(20260429), 50, 0.5);
    int64_t silent = day_start(20260429), back = day_start(20260503) + 9 * HOUR_MS;
    double right = grow(back, day_start(20260505), left + 20, 0.5);
    for (int again = 0; again < 2; again++) {
        const struct table *t = table_of(20260427, 20260505, BY_DAY);
        assert_int_equal(t->count, 8);
        for (int i = 2; i < 6; i++)
            assert_false(t->rows[i].is_known);
        assert_true(t->rows[6].is_known);
        NEAR(t->rows[6].unseen, 20 + 0.5 / 12);
        NEAR(t->rows[6].grown, 20 + 15 * 0.5);
        assert_true(t->rows[6].since_ms >= silent - 15 * 60000 && t->rows[6].since_ms < silent);
        assert_int_equal(t->rows[7].since_ms, 0);
        NEAR(t->sum, right - 0.5 / 12 - 50); /* from the first reading to the last */
        double days = t->sum;
        NEAR(table_of(20260427, 20260505, BY_MONTH)->sum, days);
        assert_true(table_of(20260427, 20260505, BY_MONTH)->rows[1].since_ms > 0);
        NEAR(table_of(20260427, 20260505, BY_YEAR)->sum, days);
        while (store_tidy(store, day_start(20260505) + 120000))
            continue;
    }
}

/* An evening and the next morning, with nothing in between: that is no gap worth a word. */
static void a_night_is_no_gap(void **state)
{
    (void)state;
    double dusk = grow(day_start(20260610) + 6 * HOUR_MS, day_start(20260610) + 20 * HOUR_MS, 7, 1);
    say(day_start(20260610) + 20 * HOUR_MS, dusk);
    grow(day_start(20260611) + 6 * HOUR_MS, day_start(20260611) + 20 * HOUR_MS, dusk, 1);
    const struct table *t = table_of(20260610, 20260612, BY_DAY);
    NEAR(t->rows[0].grown, 14);
    assert_int_equal(t->rows[1].since_ms, 0);
    NEAR(t->rows[1].unseen, 0);
}

/* A stray 0, a unit replaced at midnight by a new one and at noon by a used one. */
static void other_units(void **state)
{
    (void)state;
    int64_t first = day_start(20260701), second = day_start(20260702), noon = second + 12 * HOUR_MS;
    grow(first, second, 4000, 1);
    say(first + 7 * HOUR_MS + 1000, 0);
    grow(second, noon, 0, 1);
    grow(noon, day_start(20260703), 9000, 1);
    const struct table *t = table_of(20260701, 20260703, BY_DAY);
    NEAR(t->rows[0].grown, 24 - 1.0 / 12);
    assert_true(t->rows[1].grown > 23.5 && t->rows[1].grown < 24.1);
    assert_int_equal(t->rows[1].since_ms, 0);
}

/* What is asked for first is where it begins: a counter with a past is not that day's yield. */
static void the_first_day(void **state)
{
    struct growth g;

    (void)state;
    grow(day_start(20260801) + 8 * HOUR_MS, day_start(20260801) + 9 * HOUR_MS, 5000, 6);
    NEAR(table_of(20260801, 20260802, BY_DAY)->rows[0].grown, 5.5);
    assert_int_equal(energy_first_day(reader, from), 20260801);
    assert_true(energy_is_kept(reader, from, "pv_energy"));
    assert_false(energy_is_kept(reader, from, "load_energy"));
    assert_int_equal(energy_between(reader, from, "load_energy", 0, day_start(20260801), &g), OK);
    assert_false(g.is_known);
}

/* Of a first day that is not over, rollups have a part already: it is no day before it, and what
 * was reckoned of it does not end the reckoning. */
static void the_first_day_so_far(void **state)
{
    struct growth g;

    (void)state;
    grow(day_start(20260801) + 8 * HOUR_MS, day_start(20260801) + 14 * HOUR_MS, 5000, 6);
    while (store_tidy(store, day_start(20260801) + 14 * HOUR_MS))
        continue;
    assert_int_equal(energy_first_day(reader, from), 20260801);
    assert_int_equal(
        energy_between(reader, from, "pv_energy", day_start(20260801), day_start(20260802), &g),
        OK);
    NEAR(g.grown, 35.5);
    NEAR(table_of(20260801, 20260802, BY_DAY)->rows[0].grown, 35.5);
    assert_true(energy_is_kept(reader, from, "pv_energy"));
    assert_false(energy_is_kept(reader, from, "load_energy"));
}

/* The machine began in 1970, and the clock was set later: no day of 1970 has anything. */
static void no_clock(void **state)
{
    struct reading r = {0};

    (void)state;
    grow(day_start(20260901), day_start(20260902), 10, 1);
    assert_true(reading_put(&r, M_PV_ENERGY, 34));
    assert_true(store_append(store, from, RECORD_UNTIMED, 5000, &r) > 0);
    grow(day_start(20260902) + HOUR_MS / 2, day_start(20260903), 34, 1);
    assert_int_equal(energy_first_day(reader, from), 20260901);
    const struct table *t = table_of(20260901, 20260903, BY_DAY);
    NEAR(t->sum, 34 + 23.5 - 1.0 / 12 - 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(days_are_what_the_counter_grew_by, begin, end),
        cmocka_unit_test_setup_teardown(a_short_day, begin, end),
        cmocka_unit_test_setup_teardown(a_gap_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_night_is_no_gap, begin, end),
        cmocka_unit_test_setup_teardown(other_units, begin, end),
        cmocka_unit_test_setup_teardown(the_first_day, begin, end),
        cmocka_unit_test_setup_teardown(the_first_day_so_far, begin, end),
        cmocka_unit_test_setup_teardown(no_clock, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
