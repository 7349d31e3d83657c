/* The store: rows come back as they went in, numbers are never used twice, cursors, days. */
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
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[128], holder[64];
static const struct origin south = {
    .name = "south", .driver = "tracer", .group = "house", .address = 2};

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_store_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state/helio.db", folder);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct store *open_store(void)
{
    struct store *s = NULL;

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    return s;
}

static struct reading reading_of(double voltage, double power)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_VOLTAGE, voltage));
    assert_true(reading_put(&r, M_PV_POWER, power));
    return r;
}

static void rows_come_back(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);
    struct reading r = reading_of(37, 100.25), back;
    struct reader *reader = NULL;
    struct record record;

    (void)state;
    assert_int_equal(store_append(s, from, RECORD_LIVE, 1700000000000, &r), 1);
    r = reading_of(38.5, 1234567.000001);
    assert_int_equal(store_append(s, from, RECORD_LIVE, 1700000010000, &r), 2);
    assert_int_equal(store_visible(s), 0);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(store_visible(s), 2);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 0, 2), OK);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_string_equal(record.numbers, "[37,100.25]");
    assert_string_equal(record.from->name, "south");
    assert_string_equal(record.from->group, "house");
    assert_int_equal(record.from->address, 2);
    assert_string_equal(record.shape->fields[1].name, "pv_power");
    assert_int_equal(reader_next(reader, &record), OK);
    record_reading(&record, &back);
    assert_true(back.fields[1].value == 1234567.000001);
    assert_int_equal(back.round_ms, 1700000010000);
    assert_int_equal(reader_next(reader, &record), ERR_ABSENT);
    reader_close(reader);
    store_close(s);
}

/* Between two commits a database may refuse many: each of them is noted. */
static void every_reading_set_aside_is_noted(void **state)
{
    enum { REFUSED = 601 };
    struct store *s = open_store();
    sqlite3 *db;

    (void)state;
    for (int i = 1; i <= REFUSED; i++)
        store_set_aside(s, "influx", i, "max-series-per-database exceeded");
    assert_int_equal(store_commit(s), OK);
    store_close(s);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_number(db, "SELECT count(DISTINCT seq) FROM aside", 0), REFUSED);
    sqlite3_close(db);
}

static void numbers_are_never_used_twice(void **state)
{
    struct store *s = open_store();
    struct reading r = reading_of(1, 2);
    const struct origin *from = store_origin(s, &south);

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(store_append(s, from, RECORD_LIVE, 1700000000000 + i, &r) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(store_cursor(s, "influx", true), 0);
    store_cursor_move(s, "influx", 5);
    store_close(s);
    s = open_store();
    assert_int_equal(store_cursor(s, "influx", true), 5);
    assert_int_equal(store_append(s, store_origin(s, &south), RECORD_LIVE, 1700000009000, &r), 6);
    store_close(s);
}

static void one_owner(void **state)
{
    struct store *s = open_store(), *other = NULL;
    char mine[32];

    (void)state;
    assert_int_equal(store_open(&other, path, NULL, holder, sizeof holder), ERR_BUSY);
    snprintf(mine, sizeof mine, "%d", (int)getpid());
    assert_string_equal(holder, mine);
    store_close(s);
}

static void meters_and_resends_last(void **state)
{
    struct store *s = open_store();
    struct reading r = reading_of(1, 2);
    double value, carry;
    struct resend resend;

    (void)state;
    const struct origin *from = store_origin(s, &south);
    store_meter_put(s, from, M_PV_ENERGY, 12.5, 3);
    assert_true(store_append(s, from, RECORD_LIVE, 1700000000000, &r) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(store_resend_add(s, "influx", 1600000000000, 1800000000000), 1);
    store_close(s);
    s = open_store();
    assert_true(store_meter_get(s, store_origin(s, &south), M_PV_ENERGY, &value, &carry));
    assert_true(value == 12.5 && carry == 3);
    assert_true(store_resend_next(s, "influx", &resend));
    assert_int_equal(resend.last, 1);
    resend.seq = 1;
    store_resend_move(s, &resend);
    assert_false(store_resend_next(s, "influx", &resend));
    store_close(s);
}

struct seen {
    unsigned steps, count;
    double sum;
};

static void see(void *to, int64_t at_ms, const struct slot *slot)
{
    struct seen *seen = to;

    (void)at_ms;
    seen->steps++;
    seen->count += slot->count;
    seen->sum += slot->sum;
}

/* The same span, reckoned from readings and from the rollups of closed days, is the same. */
static void closed_days_have_rollups(void **state)
{
    struct store *s;
    struct reader *reader = NULL;
    struct seen before = {0}, after = {0};
    struct growth day;

    (void)state;
    assert_true(zone_set("Europe/Sofia"));
    int64_t start = day_start(20261024), stop = day_start(20261027); /* the clock goes back */
    assert_int_equal(stop - start, 73 * 3600000LL);
    s = open_store();
    const struct origin *from = store_origin(s, &south);
    for (int64_t at = start; at < stop; at += 60000) {
        struct reading r = reading_of(30, (double)((at - start) / 60000));
        assert_true(reading_put(&r, M_PV_ENERGY, (double)((at - start) / 60000) / 100));
        assert_true(store_append(s, from, RECORD_LIVE, at, &r) > 0);
        if (at % 3600000 == 0)
            assert_int_equal(store_commit(s), OK);
    }
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(history_walk(reader, from, "pv_power", start, stop, 3600000, see, &before),
                     OK);
    while (store_tidy(s, stop + 120000))
        continue;
    assert_int_equal(history_walk(reader, from, "pv_power", start, stop, 3600000, see, &after), OK);
    assert_int_equal(before.steps, 73);
    assert_int_equal(after.steps, before.steps);
    assert_int_equal(after.count, before.count);
    assert_true(after.sum == before.sum);
    assert_int_equal(
        energy_between(reader, from, "pv_energy", day_start(20261025), day_start(20261026), &day),
        OK);
    assert_true(day.is_known && fabs(day.grown - 15) < 1e-9); /* 25 hours of 0.6 */
    reader_close(reader);
    store_close(s);
    zone_set("UTC");
}

static void tidy_all(struct store *s, int64_t now_ms)
{
    while (store_tidy(s, now_ms))
        continue;
}

/* Which rollups stand in the file: of days below zero, the slots of one. */
static int part_slots(void)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    struct slot slots[SLOTS_MAX];
    int count = 0;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT slots FROM rollup WHERE day < 0", -1, &row, NULL),
        SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW)
        count =
            rollup_read(sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), slots);
    sqlite3_finalize(row);
    sqlite3_close(db);
    return count;
}

static struct seen walk(const struct origin *from, int64_t start, int64_t stop, int64_t step)
{
    struct reader *reader = NULL;
    struct seen seen = {0};

    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(history_walk(reader, from, "pv_power", start, stop, step, see, &seen), OK);
    reader_close(reader);
    return seen;
}

static void keep_minutes(struct store *s, const struct origin *from, int64_t start, int64_t stop)
{
    for (int64_t at = start; at < stop; at += 60000) {
        struct reading r = reading_of(30, (double)(at / 60000 % 1000));
        assert_true(store_append(s, from, RECORD_LIVE, at, &r) > 0);
    }
    assert_int_equal(store_commit(s), OK);
}

/* Steps below a slot come from readings alone: what they add up to is the truth. */
static void assert_true_to_readings(const struct origin *from, int64_t start, int64_t stop)
{
    struct seen fine = walk(from, start, stop, 60000), coarse = walk(from, start, stop, 900000);

    assert_int_equal(coarse.count, fine.count);
    assert_true(coarse.sum == fine.sum);
}

/* Of the present day stands what there is of it so far, and grows; a late reading is not lost. */
static void the_present_day_is_rolled_up_so_far(void **state)
{
    (void)state;
    const int64_t hour = 3600000, day = day_start(20261121), ten = day + 10 * hour;
    clock_take(day - 1000); /* the store is opened before */
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);

    keep_minutes(s, from, day, ten);
    tidy_all(s, ten);
    assert_int_equal(part_slots(), 39); /* not the slot of the last minute */
    assert_true_to_readings(from, day, ten);
    assert_true_to_readings(from, day + 3 * hour, ten);
    assert_true_to_readings(from, day - hour, day + 5 * hour + 7 * 60000); /* within a slot */
    keep_minutes(s, from, ten, ten + hour);
    tidy_all(s, ten + hour);
    assert_int_equal(part_slots(), 39); /* not worth it yet */
    assert_true_to_readings(from, day, ten + hour);
    keep_minutes(s, from, ten + hour, ten + 3 * hour);
    tidy_all(s, ten + 3 * hour);
    assert_int_equal(part_slots(), 51);
    assert_true_to_readings(from, day, ten + 3 * hour);
    assert_int_equal(walk(from, day, ten + 3 * hour, hour).count, 13 * 60);

    struct reading late = reading_of(30, 5000); /* between two others */
    assert_true(store_append(s, from, RECORD_LIVE, day + hour + 30000, &late) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(part_slots(), 0);
    assert_int_equal(walk(from, day, ten + 3 * hour, hour).count, 13 * 60 + 1);
    store_close(s);

    clock_take(ten + 3 * hour); /* another start finds what the one before left */
    s = open_store();
    from = store_origin(s, &south);
    tidy_all(s, ten + 3 * hour);
    assert_int_equal(part_slots(), 51);
    assert_int_equal(walk(from, day, ten + 3 * hour, hour).count, 13 * 60 + 1);
    tidy_all(s, day + 25 * hour);
    assert_int_equal(part_slots(), 0); /* the day is over and has its own */
    assert_int_equal(walk(from, day, day + 24 * hour, hour).count, 13 * 60 + 1);
    store_close(s);
}

static void days_of_23_and_25_hours(void **state)
{
    (void)state;
    assert_true(zone_set("Europe/Sofia"));
    assert_int_equal(day_start(day_next(20260329)) - day_start(20260329), 23 * 3600000);
    assert_int_equal(day_start(day_next(20261025)) - day_start(20261025), 25 * 3600000);
    assert_int_equal(day_next(20261231), 20270101);
    assert_int_equal(day_before(20270101), 20261231);
    assert_false(zone_set("Europe/Nowhere"));
    zone_set("UTC");
}

static void zones_have_names(void **state)
{
    static const struct {
        const char *tz, *name;
    } cases[] = {
        {"Europe/Sofia", "Europe/Sofia"},
        {":Europe/Sofia", "Europe/Sofia"},
        {"/usr/share/zoneinfo/Europe/Sofia", "Europe/Sofia"},
        {"EET-2EEST", ""},
        {"../../etc/passwd", ""},
        {"", "UTC"},
    };
    char name[ZONE_NAME];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("TZ", cases[i].tz, 1);
        tzset();
        assert_string_equal(zone_name(name), cases[i].name);
    }
    assert_true(zone_set("Europe/Sofia"));
    assert_int_equal(zone_offset_s(day_start(20261025) + 3600000), 3 * 3600);
    assert_int_equal(zone_offset_s(day_start(20261026)), 2 * 3600);
    zone_set("UTC");
}

static void moments_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: not a moment */
    } cases[] = {
        {"1970-01-02", 86400000},
        {"1970-01-02T00:00:01Z", 86401000},
        {"1970-01-02 00:00", 86400000},
        {"1970-01-02T02:00:00+02:00", 86400000},
        {"1970-01-02T00:00:00.5Z", 86400500},
        {"19700102", 86400000},
        {"1970010207", 1970010207000}, /* seconds: only what begins with 2 may be an hour */
        {"2026112210", 1795341600000},
        {"202611221030", 1795343400000},
        {"20261122103059", 1795343459000},
        {"2026112224", 2026112224000},
        {"2026133110", 2026133110000},
        {"20261331", -1},
        {"20261331103059", -1},
        {"202611221", 202611221000},
        {"1700000000", 1700000000000},
        {"1700000000123", 1700000000123},
        {"-1d", 1000000000000 - 86400000},
        {"-90m", 1000000000000 - 5400000},
        {"now", 1000000000000},
        {"2026-13-41x", -1},
        {"2026-06-31", -1},
        {"soon", -1},
        {"", -1},
        {"-5y", -1},
        {"-999999999999d", -1},
    };

    (void)state;
    zone_set("UTC");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        bool is_one = when_read(cases[i].text, 1000000000000, &ms);
        if (is_one != (cases[i].ms >= 0) || (is_one && ms != cases[i].ms))
            fail_msg("\"%s\" is read as %lld", cases[i].text, (long long)ms);
    }
}

static void untimed_rows_get_their_time(void **state)
{
    struct store *s = open_store();
    struct reading r = reading_of(1, 2);
    struct reader *reader = NULL;
    struct record record;
    const struct origin *from = store_origin(s, &south);

    (void)state;
    assert_true(store_append(s, from, RECORD_LIVE, 1700000000000, &r) > 0);
    assert_true(store_append(s, from, RECORD_UNTIMED, 5000, &r) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_true(store_append(s, from, RECORD_UNTIMED, 15000, &r) > 0);
    assert_int_equal(store_wait_beyond(s, 0, 0, NULL), 1); /* nobody gets what has no time */
    assert_int_equal(store_stamp(s, 1800000000000), 2);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(store_wait_beyond(s, 0, 0, NULL), 3);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 1, 3), OK);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_int_equal(record.at_ms, 1800000005000);
    assert_int_equal(record.kind, RECORD_LIVE);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_int_equal(record.at_ms, 1800000015000);
    assert_int_equal(reader_damaged(reader), 0);
    reader_close(reader);
    store_close(s);
}

static void means_are_short_and_within(void **state)
{
    struct slot s = {0};

    (void)state;
    assert_true(slot_mean(&s) == 0);
    slot_add(&s, 0.1);
    slot_add(&s, 0.2);
    slot_add(&s, 0.2);
    assert_true(slot_mean(&s) == 0.166666667);
    s = (struct slot){0};
    slot_add(&s, 1.0 / 3); /* a billionth less than the only one there is would not be true */
    assert_true(slot_mean(&s) == 1.0 / 3);
    s = (struct slot){0};
    slot_add(&s, 2.0 / 3);
    assert_true(slot_mean(&s) == 2.0 / 3);
    assert_true(slot_worth(&s, M_PV_POWER) == 0.666667);
}

/* The page on which a table begins becomes zeros. */
static void spoil_table(const char *name)
{
    static const char nothing[1024];
    sqlite3 *db = NULL;
    char question[120];

    snprintf(question, sizeof question, "SELECT rootpage FROM sqlite_master WHERE name = '%s'",
             name);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_run(db, "PRAGMA wal_checkpoint(TRUNCATE)"), OK);
    int64_t page = sql_number(db, question, 0);
    sqlite3_close(db);
    assert_true(page > 1);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(page - 1) * (long)sizeof nothing, SEEK_SET), 0);
    assert_int_equal(fwrite(nothing, 1, sizeof nothing, file), sizeof nothing);
    assert_int_equal(fclose(file), 0);
}

static void count_event(void *to, const struct event *e)
{
    (void)e;
    ++*(unsigned *)to;
}

/* A damaged file is set aside while somebody reads it; the one in its place has what comes then. */
static void who_reads_notices_another_file(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);
    struct reading r = reading_of(37, 100);
    struct reader *reader = NULL;
    struct record record;
    unsigned none = 0;

    (void)state;
    assert_true(store_append(s, from, RECORD_LIVE, 1700000000000, &r) > 0);
    assert_int_equal(store_commit(s), OK);
    spoil_table("event");
    assert_int_equal(reader_open(&reader, path), OK);
    assert_false(reader_is_left(reader, path));
    assert_int_equal(reader_events(reader, 0, INT64_MAX, 10, count_event, &none), ERR_DATA);
    assert_true(store_append(s, from, RECORD_LIVE, 1700000010000, &r) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_true(reader_is_left(reader, path));
    assert_int_equal(reader_last(reader), 1);
    reader_close(reader);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_false(reader_is_left(reader, path));
    assert_int_equal(reader_after(reader, 0, 2), OK);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_int_equal(record.at_ms, 1700000000000);
    assert_int_equal(reader_next(reader, &record), OK);
    assert_int_equal(record.at_ms, 1700000010000);
    reader_close(reader);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_come_back, begin, end),
        cmocka_unit_test_setup_teardown(every_reading_set_aside_is_noted, begin, end),
        cmocka_unit_test_setup_teardown(numbers_are_never_used_twice, begin, end),
        cmocka_unit_test_setup_teardown(one_owner, begin, end),
        cmocka_unit_test_setup_teardown(meters_and_resends_last, begin, end),
        cmocka_unit_test_setup_teardown(closed_days_have_rollups, begin, end),
        cmocka_unit_test_setup_teardown(the_present_day_is_rolled_up_so_far, begin, end),
        cmocka_unit_test(days_of_23_and_25_hours),
        cmocka_unit_test(zones_have_names),
        cmocka_unit_test(moments_as_people_write_them),
        cmocka_unit_test_setup_teardown(untimed_rows_get_their_time, begin, end),
        cmocka_unit_test(means_are_short_and_within),
        cmocka_unit_test_setup_teardown(who_reads_notices_another_file, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
