/*
 * A store that an earlier helio wrote (tests/stores: made with two charge controllers, an inverter,
 * a hub with finished days, an import with empty cells, three sinks one of which was away) opens
 * with everything in it, read here by bare SQL from the file as it was.
 */
#include "base/clock.h"
#include "store/reader.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char kept[] = "tests/stores/749a363.db";
static char folder[64], path[128], holder[64];
static sqlite3 *was; /* the file as it was */

static int copy_store(void **state)
{
    char command[400];

    (void)state;
    setenv("TZ", "Europe/Sofia", 1);
    snprintf(folder, sizeof folder, "/tmp/helio_old_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(command, sizeof command, "cp %s %s && cp %s %s/was.db && chmod u+w %s/*.db", kept,
             path, kept, folder, folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/was.db", folder);
    assert_int_equal(sqlite3_open(command, &was), SQLITE_OK);
    return 0;
}

static int remove_store(void **state)
{
    char command[160];

    (void)state;
    sqlite3_close(was);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct store *open_store(void)
{
    struct store *s = NULL;

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    assert_false(store_is_stuck(s));
    return s;
}

static struct reader *open_reader(void)
{
    struct reader *r = NULL;

    assert_int_equal(reader_open(&r, path), OK);
    return r;
}

static sqlite3_stmt *ask(sqlite3 *db, const char *text)
{
    sqlite3_stmt *row = NULL;

    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK);
    return row;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

/* ---- readings ---------------------------------------------------------------------------- */

/* Every name and number of one row, as the file had them. */
static void compare_row(sqlite3_stmt *row, const struct record *now)
{
    sqlite3_stmt *said = ask(was, "SELECT n.value, v.value FROM reading r JOIN shape s ON s.id = "
                                  "r.shape, json_each(s.names) n, json_each(r.fields) v WHERE "
                                  "r.seq = ? AND n.key = v.key");
    struct reading reading;
    unsigned count = 0;

    assert_int_equal(now->seq, sqlite3_column_int64(row, 0));
    assert_int_equal(now->at_ms, sqlite3_column_int64(row, 1));
    assert_int_equal((int)now->kind, sqlite3_column_int(row, 2));
    assert_string_equal(now->from->name, text_of(row, 3));
    record_reading(now, &reading);
    assert_int_equal(sqlite3_bind_int64(said, 1, now->seq), SQLITE_OK);
    for (; sqlite3_step(said) == SQLITE_ROW; count++) {
        double value;
        assert_true(reading_get(&reading, metric_find(text_of(said, 0)), &value));
        assert_true(value <= sqlite3_column_double(said, 1) &&
                    value >= sqlite3_column_double(said, 1));
    }
    assert_int_equal(reading.count, count);
    sqlite3_finalize(said);
}

static void has_every_reading(void **state)
{
    struct store *s = open_store();
    struct reader *reader = open_reader();
    struct record record;
    sqlite3_stmt *row = ask(was, "SELECT r.seq, r.at, r.kind, d.name FROM reading r JOIN device d "
                                 "ON d.id = r.device ORDER BY seq");
    unsigned kinds[RECORD_KINDS] = {0};

    (void)state;
    assert_int_equal(reader_after(reader, 0, INT64_MAX), OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        assert_int_equal(reader_next(reader, &record), OK);
        compare_row(row, &record);
        kinds[record.kind]++;
    }
    assert_int_equal(reader_next(reader, &record), ERR_ABSENT);
    assert_true(kinds[RECORD_LIVE] && kinds[RECORD_SETTING] && kinds[RECORD_IMPORTED] &&
                kinds[RECORD_DAY]);
    sqlite3_finalize(row);
    reader_close(reader);
    store_close(s);
}

/* ---- all else ---------------------------------------------------------------------------- */

static void has_every_device(void **state)
{
    struct store *s = open_store();
    sqlite3_stmt *row = ask(was, "SELECT name, driver, serial, firmware, member_of, address, id "
                                 "FROM device");

    (void)state;
    while (sqlite3_step(row) == SQLITE_ROW) {
        const struct origin *o = store_origin_named(s, text_of(row, 0));
        assert_non_null(o);
        assert_string_equal(o->driver, text_of(row, 1));
        assert_string_equal(o->serial, text_of(row, 2));
        assert_string_equal(o->firmware, text_of(row, 3));
        assert_string_equal(o->group, text_of(row, 4));
        assert_int_equal((int)o->address, sqlite3_column_int(row, 5));
        assert_int_equal(o->id, sqlite3_column_int(row, 6));
    }
    sqlite3_finalize(row);
    store_close(s);
}

static void has_every_cursor_and_resend(void **state)
{
    struct store *s = open_store();
    sqlite3_stmt *row = ask(was, "SELECT sink, seq, lost FROM cursor");
    struct resend resend;
    int cursors = 0;

    (void)state;
    for (; sqlite3_step(row) == SQLITE_ROW; cursors++) {
        assert_int_equal(store_cursor(s, text_of(row, 0), false), sqlite3_column_int64(row, 1));
        assert_int_equal(store_cursor_lost(s, text_of(row, 0)), sqlite3_column_int64(row, 2));
    }
    assert_int_equal(cursors, 3);
    sqlite3_finalize(row);
    row = ask(was, "SELECT sink, seq, last, from_at, to_at FROM resend");
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_true(store_resend_next(s, text_of(row, 0), &resend));
    assert_int_equal(resend.seq, sqlite3_column_int64(row, 1));
    assert_int_equal(resend.last, sqlite3_column_int64(row, 2));
    assert_int_equal(resend.from_ms, sqlite3_column_int64(row, 3));
    assert_int_equal(resend.to_ms, sqlite3_column_int64(row, 4));
    sqlite3_finalize(row);
    store_close(s);
}

static void has_every_meter(void **state)
{
    struct store *s = open_store();
    sqlite3_stmt *row =
        ask(was, "SELECT d.name, metric, value, carry FROM meter JOIN device d ON d.id = device");
    double value, carry;
    int meters = 0;

    (void)state;
    for (; sqlite3_step(row) == SQLITE_ROW; meters++) {
        const struct origin *o = store_origin_named(s, text_of(row, 0));
        assert_true(store_meter_get(s, o, metric_find(text_of(row, 1)), &value, &carry));
        assert_true(value <= sqlite3_column_double(row, 2) &&
                    value >= sqlite3_column_double(row, 2));
        assert_true(carry <= sqlite3_column_double(row, 3) &&
                    carry >= sqlite3_column_double(row, 3));
    }
    assert_true(meters > 5);
    sqlite3_finalize(row);
    store_close(s);
}

static void compare_event(void *to, const struct event *e)
{
    sqlite3_stmt *row = to;

    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_int_equal(e->seq, sqlite3_column_int64(row, 0));
    assert_int_equal(e->at_ms, sqlite3_column_int64(row, 1));
    assert_int_equal(e->level, sqlite3_column_int(row, 2));
    assert_string_equal(e->who, text_of(row, 3));
    assert_string_equal(e->text, text_of(row, 4));
}

static void has_every_event(void **state)
{
    struct store *s = open_store();
    struct reader *reader = open_reader();
    sqlite3_stmt *row = ask(was, "SELECT seq, at, level, who, text FROM event ORDER BY seq");

    (void)state;
    assert_int_equal(reader_events_after(reader, 0, 100, compare_event, row), OK);
    assert_int_equal(sqlite3_step(row), SQLITE_DONE);
    assert_int_equal(reader_last_event(reader), 1);
    sqlite3_finalize(row);
    reader_close(reader);
    store_close(s);
}

static void compare_day(void *to, const struct origin *from, int date, const struct reading *day)
{
    sqlite3_stmt *said = ask(was, "SELECT f.key, f.value FROM day y JOIN device d ON d.id = "
                                  "y.device, json_each(y.fields) f WHERE d.name = ? AND date = ?");
    unsigned count = 0;
    double value;

    ++*(int *)to;
    assert_int_equal(sql_bind(said, "ti", from->name, (int64_t)date), OK);
    for (; sqlite3_step(said) == SQLITE_ROW; count++) {
        assert_true(reading_get(day, metric_find(text_of(said, 0)), &value));
        assert_true(value <= sqlite3_column_double(said, 1) &&
                    value >= sqlite3_column_double(said, 1));
    }
    assert_int_equal(day->count, count);
    sqlite3_finalize(said);
}

/* The device says it again, in whatever order: it must not be stored twice. */
static void is_known(void *to, const struct origin *from, int date, const struct reading *day)
{
    struct reading other = *day;

    assert_true(store_is_day(to, store_origin_named(to, from->name), date, day));
    for (unsigned i = 0; i < day->count; i++)
        other.fields[i] = day->fields[day->count - 1 - i];
    assert_true(store_is_day(to, store_origin_named(to, from->name), date, &other));
    other.fields[0].value += 1;
    assert_false(store_is_day(to, store_origin_named(to, from->name), date, &other));
}

static void has_every_finished_day(void **state)
{
    struct store *s = open_store();
    struct reader *reader = open_reader();
    int days = 0;

    (void)state;
    assert_int_equal(reader_days(reader, 0, 99999999, compare_day, &days), OK);
    assert_int_equal(days, sql_number(was, "SELECT count(*) FROM day", 0));
    assert_true(days > 10);
    assert_int_equal(reader_days(reader, 0, 99999999, is_known, s), OK);
    reader_close(reader);
    store_close(s);
}

static void has_every_rollup_and_row_set_aside(void **state)
{
    sqlite3 *now = NULL;
    char sql[700];

    (void)state;
    store_close(open_store());
    assert_int_equal(sqlite3_open(path, &now), SQLITE_OK);
    snprintf(sql, sizeof sql, "ATTACH '%s/was.db' AS was", folder);
    assert_int_equal(sql_run(now, sql), OK);
    static const char *const same[][2] = {
        {"rollup", "device, metric, day, slots"},
        {"aside", "sink, seq, why, at"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM was.%s", same[i][0]);
        assert_true(sql_number(now, sql, 0) > 0);
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM (SELECT %s FROM was.%s EXCEPT SELECT %s "
                 "FROM main.%s)",
                 same[i][1], same[i][0], same[i][1], same[i][0]);
        assert_int_equal(sql_number(now, sql, -1), 0);
    }
    sqlite3_close(now);
}

static void goes_on_where_it_was(void **state)
{
    struct store *s = open_store();
    int64_t last = sql_number(was, "SELECT max(seq) FROM reading", 0);
    struct reading r = {0};

    (void)state;
    assert_true(reading_put(&r, M_PV_POWER, 5));
    assert_int_equal(
        store_append(s, store_origin_named(s, "south"), RECORD_LIVE, clock_wall_ms(), &r),
        last + 1);
    assert_int_equal(store_commit(s), OK);
    store_close(s);
}

int main(void)
{
#define WITH_COPY(test) cmocka_unit_test_setup_teardown(test, copy_store, remove_store)
    const struct CMUnitTest tests[] = {
        WITH_COPY(has_every_reading),
        WITH_COPY(has_every_device),
        WITH_COPY(has_every_cursor_and_resend),
        WITH_COPY(has_every_meter),
        WITH_COPY(has_every_event),
        WITH_COPY(has_every_finished_day),
        WITH_COPY(has_every_rollup_and_row_set_aside),
        WITH_COPY(goes_on_where_it_was),
    };
#undef WITH_COPY

    return cmocka_run_group_tests(tests, NULL, NULL);
}
