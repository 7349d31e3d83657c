/* Finished days in the store: once a device and date, found again, followed by sinks. */
#include "store/days.h"
#include "store/energy.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[128];
static const struct origin roof = {.name = "roof", .driver = "mate_mx", .address = 1},
                           shed = {.name = "shed", .driver = "mate_mx", .address = 2};

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_day_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct store *open_store(void)
{
    struct store *s = NULL;
    char holder[64];

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    return s;
}

static struct reading page(double kwh)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_ENERGY_TODAY, kwh));
    assert_true(reading_put(&r, M_BATTERY_VOLTAGE_HIGH_TODAY, 57.6));
    return r;
}

static void once_a_date(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &roof), *other = store_origin(s, &shed);
    struct reading a = page(5.3), b = page(4.1);

    (void)state;
    assert_int_equal(store_newest_day(s, from, 20991231), 0);
    assert_true(store_append_day(s, from, 20261231, &a) > 0);
    for (int again = 0; again < 2; again++) { /* while it waits, and when it is kept */
        assert_int_equal(store_append_day(s, from, 20261231, &b), 0);
        assert_true(store_has_day(s, from, 20261231));
        assert_false(store_has_day(s, other, 20261231));
        assert_int_equal(store_newest_day(s, from, 20991231), 20261231);
        assert_int_equal(store_newest_day(s, from, 20261230), 0);
        assert_true(store_is_day(s, from, 20261231, &a));
        assert_false(store_is_day(s, from, 20261231, &b));
        assert_false(store_is_day(s, other, 20261231, &a));
        assert_int_equal(store_commit(s), OK);
    }
    assert_true(store_append_day(s, other, 20261231, &b) > 0);
    assert_true(store_append_day(s, from, 20270101, &b) > 0);
    store_close(s);
    s = open_store();
    assert_int_equal(store_newest_day(s, store_origin(s, &roof), 20991231), 20270101);
    assert_int_equal(store_append_day(s, store_origin(s, &roof), 20270101, &a), 0);
    store_close(s);
}

struct seen {
    unsigned count;
    int dates[8];
    double kwh[8];
};

static void see(void *to, const struct origin *from, int date, const struct reading *day)
{
    struct seen *s = to;

    assert_string_equal(from->name, "roof");
    assert_true(s->count < 8);
    s->dates[s->count] = date;
    assert_true(reading_get(day, M_PV_ENERGY_TODAY, &s->kwh[s->count++]));
}

/* Sinks get it once, with its noon; totals of the day do not. */
static void read_and_followed(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &roof);
    struct reading r = page(5.3);
    struct reader *reader = NULL;
    struct record record;
    struct seen seen = {0};
    struct growth grown;

    (void)state;
    assert_true(zone_set("Europe/Sofia"));
    assert_true(store_append_day(s, from, 20261025, &r) > 0); /* a day of 25 hours */
    r = page(0.7);
    assert_true(store_append_day(s, from, 20261024, &r) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_days(reader, 20261001, 20261101, see, &seen), OK);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.dates[0], 20261024);
    assert_true(seen.kwh[0] == 0.7 && seen.kwh[1] == 5.3);
    assert_int_equal(reader_after(reader, 0, store_visible(s)), OK);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_int_equal(record.kind, RECORD_DAY);
    assert_int_equal(record.at_ms, day_start(20261025) + 13 * 3600000);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_int_equal(record.at_ms, day_start(20261024) + 12 * 3600000);
    assert_int_equal(reader_next(reader, &record), ERR_ABSENT);
    assert_int_equal(energy_between(reader, reader_origin(reader, "roof"), "pv_energy_today",
                                    day_start(20261020), day_start(20261030), &grown),
                     OK);
    assert_false(grown.is_known);
    reader_close(reader);
    zone_set("UTC");
    store_close(s);
}

/* A process that dies between asking and committing knows nothing of it; after the commit, all. */
static void killed(void **state)
{
    (void)state;
    for (int is_committed = 0; is_committed < 2; is_committed++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct store *s = open_store();
            struct reading r = page(5.3);
            (void)store_append_day(s, store_origin(s, &roof), 20261231, &r);
            if (is_committed)
                (void)store_commit(s);
            _exit(0); /* nothing is closed */
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        struct store *s = open_store();
        assert_int_equal(store_newest_day(s, store_origin(s, &roof), 20991231),
                         is_committed ? 20261231 : 0);
        assert_int_equal(store_visible(s), is_committed);
        store_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(once_a_date, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(read_and_followed, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(killed, make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
