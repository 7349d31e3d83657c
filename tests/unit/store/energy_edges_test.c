/* Edges of spans and of counting: the end of a year, a restart within a step, which gap is told. */
#include "base/text.h"
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

static const int64_t HOUR_MS = 3600000, MINUTE_MS = 60000;

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
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
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

enum { ROWS = 40 };
static struct growth rows[ROWS];
static unsigned row_count;

static void see(void *to, const struct growth *g)
{
    (void)to;
    assert_true(row_count < ROWS);
    rows[row_count++] = *g;
}

static void walk(int first, int after, enum by by)
{
    assert_int_equal(store_commit(store), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    row_count = 0;
    assert_int_equal(
        energy_walk(reader, from, "pv_energy", day_start(first), day_start(after), by, see, NULL),
        OK);
    reader_close(reader);
}

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-6)

/* Every span follows the one before, over the ends of months and years. */
static void spans_follow_each_other(void **state)
{
    static const struct {
        enum by by;
        int first, after;
        const char *names;
    } cases[] = {
        {BY_MONTH, 20261101, 20270201, "2026-11 2026-12 2027-01 "},
        {BY_MONTH, 20261215, 20261216, "2026-12 "},
        {BY_MONTH, 20280131, 20280302, "2028-01 2028-02 2028-03 "},
        {BY_YEAR, 20251231, 20270102, "2025 2026 2027 "},
        {BY_YEAR, 20260101, 20270101, "2026 "},
        {BY_DAY, 20261230, 20270102, "2026-12-30 2026-12-31 2027-01-01 "},
        {BY_DAY, 20280228, 20280302, "2028-02-28 2028-02-29 2028-03-01 "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char names[400];
        struct text t = text_on(names, sizeof names);
        walk(cases[i].first, cases[i].after, cases[i].by);
        for (unsigned k = 0; k < row_count; k++) {
            energy_date(&t, rows[k].first, cases[i].by);
            text_format(&t, " ");
        }
        assert_string_equal(names, cases[i].names);
    }
}

/* What was made before the new year stays in December; January has its own. */
static void the_turn_of_the_year(void **state)
{
    int64_t year = day_start(20270101);

    (void)state;
    for (int minute = -60; minute <= 60; minute += 5)
        say(year + minute * MINUTE_MS, 100 + (minute + 60) * 0.01);
    for (int again = 0; again < 2; again++) {
        walk(20261201, 20270201, BY_MONTH);
        assert_int_equal(row_count, 2);
        assert_int_equal(rows[0].first, 20261201);
        assert_int_equal(rows[1].first, 20270101);
        NEAR(rows[0].grown, 0.55);
        NEAR(rows[1].grown, 0.65);
        while (store_tidy(store, day_start(20270102) + 2 * MINUTE_MS))
            continue;
    }
}

/* One step of a quarter of an hour, after one that ended at 100. */
static void a_restart_within_a_step(void **state)
{
    static const struct {
        const char *what;
        double said[5];
        double grown;
    } cases[] = {
        {"it goes on", {100.1, 100.2, 100.3, 100.4, 100.5}, 0.5},
        {"it began at 0 at once", {0, 0.1, 0.2, 0.3, 0.4}, 0.4},
        {"it grew before it began at 0", {100.2, 100.5, 0, 0.1, 0.3}, 0.8},
        {"it began with a past, lower", {100.2, 100.5, 40, 40.1, 40.3}, 0.8},
        {"a stray 0", {100.2, 0, 100.3, 100.4, 100.4}, 0.4},
        {"it ends where it stood", {100, 100, 99, 100, 100}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int day = 20260601 + (int)i;
        int64_t noon = day_start(day) + 12 * HOUR_MS;
        struct growth g;
        say(noon - MINUTE_MS, 100);
        for (int k = 0; k < 5; k++)
            say(noon + k * MINUTE_MS, cases[i].said[k]);
        assert_int_equal(store_commit(store), OK);
        assert_int_equal(reader_open(&reader, path), OK);
        assert_int_equal(energy_between(reader, from, "pv_energy", noon, noon + HOUR_MS, &g), OK);
        reader_close(reader);
        if (fabs(g.grown - cases[i].grown) > 1e-6)
            fail_msg("%s: %g kWh", cases[i].what, g.grown);
    }
}

/* From the step before midnight to the first of the next day: which gap is worth a word? */
static void which_gap_is_told(void **state)
{
    static const struct {
        int minutes; /* from the last step of one day to the first of the next */
        double grown;
        bool is_told;
    } cases[] = {
        {15, 0.5, false}, {60, 0.5, false}, {75, 0.5, true},
        {180, 0.5, true}, {300, 0.5, true}, {600, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int day = 20260602 + 2 * (int)i;
        int64_t before = day_start(day) - 15 * MINUTE_MS;
        say(before, 100);
        say(before + cases[i].minutes * MINUTE_MS, 100 + cases[i].grown);
        walk(day, day_next(day), BY_DAY);
        assert_int_equal(row_count, 1);
        NEAR(rows[0].grown, cases[i].grown);
        NEAR(rows[0].unseen, cases[i].is_told ? cases[i].grown : 0);
        if (rows[0].since_ms != (cases[i].is_told ? before : 0))
            fail_msg("a gap of %d minutes is %stold", cases[i].minutes,
                     rows[0].since_ms ? "" : "not ");
    }
}

/* A counter that grows by more than 1000 kWh an hour is another one's. */
static void what_no_plant_makes(void **state)
{
    static const struct {
        double more;
        bool is_growth;
    } cases[] = {{1499, true}, {1501, false}, {-1, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int day = 20260602 + 2 * (int)i;
        int64_t noon = day_start(day) + 12 * HOUR_MS;
        say(noon, 5000);
        say(noon + 75 * MINUTE_MS, 5000 + cases[i].more); /* with its own step: 90 minutes */
        walk(day, day_next(day), BY_DAY);
        NEAR(rows[0].grown, cases[i].is_growth ? cases[i].more : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(spans_follow_each_other, begin, end),
        cmocka_unit_test_setup_teardown(the_turn_of_the_year, begin, end),
        cmocka_unit_test_setup_teardown(a_restart_within_a_step, begin, end),
        cmocka_unit_test_setup_teardown(which_gap_is_told, begin, end),
        cmocka_unit_test_setup_teardown(what_no_plant_makes, begin, end),
    };

    return cmocka_run_group_tests_name("energy edges", tests, NULL, NULL);
}
