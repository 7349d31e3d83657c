/* Sets of metrics and names of devices: as many as come, in any order, few of them in the file. */
#include "base/chance.h"
#include "base/clock.h"
#include "base/section.h"
#include "store/reader.h"
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

enum { WIDE = 40 };
static const int64_t begun_ms = 1700000000000;
static char folder[64], path[128], holder[64];
static const struct origin south = {.name = "south", .driver = "tracer"},
                           north = {.name = "north", .driver = "tracer"};

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_shapes_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
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

static int64_t ask(const char *question)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    int64_t found = sql_number(db, question, -1);
    sqlite3_close(db);
    return found;
}

/* Of the first metrics of the catalogue those whose bit is set, each with a value of its own. */
static struct reading reading_of(uint64_t bits, double value)
{
    struct reading r = {0};

    for (unsigned i = 0; i < 64; i++)
        if (bits >> i & 1)
            assert_true(reading_put(&r, (enum metric)(i + 1), value + i));
    return r;
}

static void says(const struct record *row, uint64_t bits, double value)
{
    struct reading was = reading_of(bits, value), now;
    double number;

    record_reading(row, &now);
    assert_int_equal(now.count, was.count);
    for (unsigned i = 0; i < was.count; i++) {
        assert_true(reading_get(&now, (enum metric)was.fields[i].metric, &number));
        assert_true(number <= was.fields[i].value && number >= was.fields[i].value);
    }
}

static void keep(struct store *s, const struct origin *from, int64_t at, uint64_t bits)
{
    struct reading r = reading_of(bits, (double)at);

    assert_true(store_append(s, from, RECORD_LIVE, begun_ms + at, &r) > 0);
}

static void comes_back(const uint64_t *bits, int64_t count)
{
    struct reader *reader = NULL;
    struct record row;

    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 0, INT64_MAX), OK);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(reader_next(reader, &row), OK);
        says(&row, bits[i], (double)i);
    }
    assert_int_equal(reader_next(reader, &row), ERR_ABSENT);
    reader_close(reader);
}

/* An import with empty cells: every combination of ten columns. */
static void any_combination_is_kept(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);
    static uint64_t bits[1023];

    (void)state;
    for (unsigned i = 0; i < 1023; i++) {
        bits[i] = i + 1;
        keep(s, from, i, bits[i]);
    }
    assert_int_equal(store_commit(s), OK);
    comes_back(bits, 1023);
    assert_in_range(ask("SELECT count(*) FROM shape"), 1, 10);
    store_close(s);
}

/* No set is a part of another one, and none may be joined: each is of a device of its own. */
static void more_than_five_hundred_sets(void **state)
{
    struct store *s = open_store();
    static uint64_t bits[520];

    (void)state;
    for (unsigned i = 0; i < 520; i++) {
        struct origin o = south;
        snprintf(o.name, sizeof o.name, "unit%u", i);
        bits[i] = (uint64_t)1 << i % 25 | (uint64_t)1 << (25 + i / 25);
        keep(s, store_origin(s, &o), i, bits[i]);
    }
    assert_int_equal(store_commit(s), OK);
    store_close(s);
    assert_int_equal(ask("SELECT count(*) FROM shape"), 520);
    s = open_store();
    comes_back(bits, 520);
    for (unsigned i = 0; i < 520; i++)
        keep(s, store_origin(s, &south), i, bits[i]);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(ask("SELECT count(*) FROM shape"), 520);
    store_close(s);
}

static void order_means_nothing(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);
    struct reading r = reading_of(0x3ff, 5), other = r;
    const uint64_t both[] = {0x3ff, 0x3ff};
    struct reader *reader = NULL;
    struct record row;

    (void)state;
    for (unsigned i = 0; i < r.count; i++)
        other.fields[i] = r.fields[r.count - 1 - i];
    assert_true(store_append(s, from, RECORD_LIVE, begun_ms, &r) > 0);
    assert_true(store_append(s, from, RECORD_LIVE, begun_ms + 1, &other) > 0);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(ask("SELECT count(*) FROM shape"), 1);
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 0, 2), OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(reader_next(reader, &row), OK);
        says(&row, both[i], 5);
    }
    reader_close(reader);
    store_close(s);
}

/* Blocks of five that get lost now and then, on three devices of two kinds. */
static void flaky_wires_make_few_sets(void **state)
{
    struct store *s = open_store();
    const struct origin *from[] = {store_origin(s, &south), store_origin(s, &north)};
    struct chance chance = chance_seeded(7);
    static uint64_t bits[3000];

    (void)state;
    for (int64_t i = 0; i < 3000; i++) {
        uint64_t said = 0;
        for (unsigned block = 0; block < 8; block++)
            if (chance_between(&chance, 0, 99) >= 15)
                said |= (uint64_t)0x1f << 5 * block;
        said &= i % 2 ? 0xffffffffffu : 0xff0f0f0f0fu;
        bits[i] = said ? said : 1;
        keep(s, from[i % 2], i, bits[i]);
        if (i % 500 == 0)
            assert_int_equal(store_commit(s), OK);
    }
    assert_int_equal(store_commit(s), OK);
    comes_back(bits, 3000);
    assert_in_range(ask("SELECT count(*) FROM shape"), 2, 60);
    store_close(s);
}

/* Nulls in every row would cost more than one more set. */
static void what_is_said_often_has_its_own(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);

    (void)state;
    keep(s, from, 0, ((uint64_t)1 << WIDE) - 1);
    for (int i = 1; i <= 100; i++)
        keep(s, from, i, 0xff);
    assert_int_equal(store_commit(s), OK);
    assert_in_range(ask("SELECT count(*) FROM reading WHERE fields LIKE '%null%'"), 1, 40);
    assert_int_equal(ask("SELECT count(*) FROM shape"), 2);
    store_close(s);
}

static void a_null_is_not_said(void **state)
{
    struct store *s = open_store();
    const struct origin *from = store_origin(s, &south);
    struct reading narrow = reading_of(0x0f, 1), wide = reading_of(0xff, 1);

    (void)state;
    keep(s, from, 0, 0xff);
    keep(s, from, 1, 0x0f);
    for (int is_kept = 0; is_kept < 2; is_kept++) {
        assert_true(store_has(s, from, begun_ms, &wide));
        assert_true(store_has(s, from, begun_ms, &narrow));
        assert_true(store_has(s, from, begun_ms + 1, &narrow));
        assert_false(store_has(s, from, begun_ms + 1, &wide));
        assert_int_equal(store_commit(s), OK);
    }
    assert_int_equal(ask("SELECT count(*) FROM shape"), 1);
    assert_int_equal(ask("SELECT count(*) FROM value"), 12);
    store_close(s);
}

/* ---- what goes --------------------------------------------------------------------------- */

static struct store *open_with(const char *words)
{
    static const struct setting *const tables[] = {store_settings};
    struct section section;
    struct store *s = NULL;

    assert_int_equal(section_from_words("store", "", words, &section), OK);
    assert_int_equal(section_check(&section, tables, 1), OK);
    assert_int_equal(store_open(&s, path, &section, holder, sizeof holder), OK);
    section_done(&section);
    return s;
}

/* A row that lacks a block must not take the place of one that has it. */
static void thinning_keeps_each_block(void **state)
{
    static const int64_t hour_ms = 3600000;
    struct store *s = open_with("keep_fine=1,thin_to=60");
    const struct origin *from = store_origin(s, &south);

    (void)state;
    for (int64_t i = 0; i < 120; i++) /* two hours, a row a minute twice */
        for (int64_t k = 0; k < 2; k++)
            keep(s, from, i * 60000 + k * 30000, k ? 0x0f : 0xff);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(ask("SELECT count(*) FROM shape"), 1);
    while (store_tidy(s, begun_ms + 5 * hour_ms))
        ;
    assert_int_equal(ask("SELECT count(*) FROM reading"), 240);
    store_close(s);
}

/* Of a hundred sets of long ago one is still said. */
static void unused_sets_are_forgotten(void **state)
{
    static const int64_t day_ms = 86400000;
    struct store *s = open_with("keep_days=1");
    uint64_t bits[3];

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        struct origin o = south;
        snprintf(o.name, sizeof o.name, "unit%u", i);
        keep(s, store_origin(s, &o), i, (uint64_t)1 << i % 25 | (uint64_t)1 << (25 + i / 25));
    }
    assert_int_equal(store_commit(s), OK);
    bits[0] = (uint64_t)1 << 7 | (uint64_t)1 << 26;
    keep(s, store_origin(s, &north), 3 * day_ms, bits[0]);
    assert_int_equal(store_commit(s), OK);
    while (store_tidy(s, begun_ms + 3 * day_ms))
        ;
    assert_int_equal(ask("SELECT count(*) FROM reading"), 1);
    assert_in_range(ask("SELECT count(*) FROM shape"), 1, 2); /* and the newest number */
    keep(s, store_origin(s, &south), 3 * day_ms + 1, (uint64_t)1 << 3 | (uint64_t)1 << 25);
    keep(s, store_origin(s, &south), 3 * day_ms + 2, (uint64_t)0x1f << 55);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(ask("SELECT count(*) FROM value"), 9);
    store_close(s);
}

/* ---- names of devices --------------------------------------------------------------------- */

static void any_number_of_devices(void **state)
{
    enum { DEVICES = 1100, METERS = 6 };
    struct store *s = open_store();
    struct reader *reader = NULL;
    struct origin o = south;
    double value, carry;

    (void)state;
    for (int i = 0; i < DEVICES; i++) {
        snprintf(o.name, sizeof o.name, "unit%d", i);
        const struct origin *from = store_origin(s, &o);
        assert_non_null(from);
        keep(s, from, i, 0x0f);
        for (int m = 0; m < METERS; m++)
            store_meter_put(s, from, (enum metric)(m + 1), i, m);
    }
    assert_int_equal(store_commit(s), OK);
    store_close(s);
    s = open_store();
    assert_int_equal(reader_open(&reader, path), OK);
    for (int i = 0; i < DEVICES; i++) {
        snprintf(o.name, sizeof o.name, "unit%d", i);
        const struct origin *from = store_origin_named(s, o.name);
        assert_non_null(from);
        const struct origin *read = reader_origin_by(reader, from->id);
        assert_non_null(read);
        assert_string_equal(read->name, o.name);
        assert_true(store_meter_get(s, from, (enum metric)METERS, &value, &carry));
        assert_true(value >= i && value <= i && carry >= METERS - 1 && carry <= METERS - 1);
    }
    assert_int_equal(ask("SELECT count(*) FROM meter"), DEVICES * METERS);
    assert_int_equal(ask("SELECT count(*) FROM device"), DEVICES);
    reader_close(reader);
    store_close(s);
}

static void any_number_of_sinks(void **state)
{
    struct store *s = open_store();
    char name[20];

    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "sink%d", i);
        assert_int_equal(store_cursor(s, name, false), 0);
        store_cursor_move(s, name, i + 1);
    }
    assert_int_equal(store_commit(s), OK);
    store_close(s);
    s = open_store();
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "sink%d", i);
        assert_int_equal(store_cursor(s, name, false), i + 1);
    }
    store_close(s);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(any_combination_is_kept),
        WITH_FOLDER(more_than_five_hundred_sets),
        WITH_FOLDER(order_means_nothing),
        WITH_FOLDER(flaky_wires_make_few_sets),
        WITH_FOLDER(what_is_said_often_has_its_own),
        WITH_FOLDER(a_null_is_not_said),
        WITH_FOLDER(thinning_keeps_each_block),
        WITH_FOLDER(unused_sets_are_forgotten),
        WITH_FOLDER(any_number_of_devices),
        WITH_FOLDER(any_number_of_sinks),
    };
#undef WITH_FOLDER

    return cmocka_run_group_tests(tests, NULL, NULL);
}
