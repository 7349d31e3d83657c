/*
 * A store with something in every table, as it was made and with a page of zeros in it, and what
 * must be left of it.
 *
 * HELIO_LONG=1: every page, and every bit.
 */
#ifndef TESTS_SALVAGE_STAGE_H
#define TESTS_SALVAGE_STAGE_H

#include "store/copies.h"
#include "store/inside.h"
#include "store/reader.h"
#include "store/salvage.h"
#include "store/tables.h"

#include "base/clock.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PAGE = 1024,
    ROUNDS = 1700,
    FEW_ROUNDS = 60,
    DEVICES = 3,
    TABLES = 12,
    READINGS_OF = 0,
    SHAPES_OF = 2
};

static const char *const tables[TABLES] = {"reading", "device", "shape",  "cursor",
                                           "resend",  "aside",  "rollup", "day",
                                           "meter",   "event",  "note",   "reopened"};

static char folder[64], path[128], made[128], holder[64];
static bool is_long;

/* A file as it was made. */
static struct sample {
    uint8_t *bytes;
    size_t size;
    int64_t rows[TABLES];
} large, small;
static struct sample *whole = &large;

/* ---- a store with something in every table ----------------------------------------------------
 */

static inline struct store *open_at(const char *where)
{
    struct store *s = NULL;

    assert_int_equal(store_open(&s, where, NULL, holder, sizeof holder), OK);
    return s;
}

static inline struct reading reading_of(int i, int device)
{
    struct reading r = {0};

    for (int m = 0; m < 22 + device; m++)
        assert_true(reading_put(&r, (enum metric)(M_NONE + 1 + m), i * 0.37 + m));
    return r;
}

static inline void fill(struct store *s, int rounds)
{
    static char long_text[20000];
    int64_t at = 1700000000000;

    for (int d = 0; d < DEVICES; d++) {
        struct origin o = {.driver = "tracer", .group = "house", .address = (unsigned)d + 1};
        snprintf(o.name, sizeof o.name, "unit%d", d);
        const struct origin *from = store_origin(s, &o);
        assert_non_null(from);
        for (int i = 0; i < rounds; i++) {
            struct reading r = reading_of(i, d);
            assert_true(store_append(s, from, i % 100 ? RECORD_LIVE : RECORD_SETTING,
                                     at + i * 60000LL, &r) > 0);
            if (i % 200 == 0)
                assert_int_equal(store_commit(s), OK);
        }
        struct reading r = reading_of(1, d);
        assert_true(store_append_day(s, from, 20231101 + d, &r) > 0);
        store_meter_put(s, from, M_PV_ENERGY, 100.5 + d, 0.25);
        store_meter_put(s, from, M_LOAD_ENERGY, 70, 0);
    }
    store_event(s, 2, "store", "something happened");
    store_event(s, 2, "run", "something else happened");
    store_set_aside(s, "influx", 17, "refused for good");
    assert_true(store_cursor(s, "influx", true) >= 0);
    assert_true(store_cursor(s, "file", true) >= 0);
    store_cursor_move(s, "influx", 4321);
    store_cursor_move(s, "file", 1234);
    memset(long_text, 'x', sizeof long_text - 1);
    assert_int_equal(store_keep_text(s, "words", long_text), OK);
    assert_true(store_resend_add(s, "influx", at, at + 1000000) > 0);
    assert_int_equal(store_commit(s), OK);
    while (store_tidy(s, at + 86400000LL + rounds * 60000LL))
        continue;
}

static inline sqlite3 *open_file(const char *where)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(where, &db), SQLITE_OK);
    return db;
}

static inline void count_rows(const char *where, int64_t to[TABLES])
{
    sqlite3 *db = open_file(where);
    char text[100];

    for (int i = 0; i < TABLES; i++) {
        snprintf(text, sizeof text, "SELECT count(*) FROM %s%s", tables[i],
                 !strcmp(tables[i], "note") ? " WHERE key NOT LIKE 'salvage%'" : "");
        to[i] = sql_number(db, text, -1);
    }
    sqlite3_close(db);
}

static inline void write_file(const char *where, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(where, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void clear(void)
{
    DIR *names = opendir(folder);

    assert_non_null(names);
    for (const struct dirent *e; (e = readdir(names)) != NULL;)
        if (!strncmp(e->d_name, "helio.db", 8))
            assert_int_equal(unlinkat(dirfd(names), e->d_name, 0), 0);
    closedir(names);
}

static inline void put_whole(void)
{
    clear();
    write_file(path, whole->bytes, whole->size);
}

static inline void make(struct sample *to, int rounds, bool has_free)
{
    struct stat st;

    snprintf(path, sizeof path, "%s/helio.db", folder);
    struct store *s = open_at(path);
    fill(s, rounds);
    store_close(s);
    sqlite3 *db = open_file(path);
    assert_int_equal(sql_run(db, "INSERT INTO reopened VALUES (20231101, 1), (20231102, 2)"), OK);
    if (has_free)
        assert_int_equal(sql_run(db, "PRAGMA secure_delete = OFF; DELETE FROM reading WHERE seq "
                                     "BETWEEN 2000 AND 2300"),
                         OK);
    assert_int_equal(sql_run(db, "PRAGMA wal_checkpoint(TRUNCATE)"), OK);
    sqlite3_close(db);
    count_rows(path, to->rows);
    for (int i = 0; i < TABLES; i++)
        assert_true(to->rows[i] > 0);
    assert_int_equal(stat(path, &st), 0);
    to->size = (size_t)st.st_size;
    to->bytes = malloc(to->size);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(to->bytes, 1, to->size, file), to->size);
    assert_int_equal(fclose(file), 0);
    clear();
}

static inline int make_once(void **state)
{
    (void)state;
    is_long = getenv("HELIO_LONG") && *getenv("HELIO_LONG");
    /* In memory, where there is such a place: thousands of files are made durable here. */
    snprintf(folder, sizeof folder, "%s/helio_salvage_XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    assert_non_null(mkdtemp(folder));
    make(&small, FEW_ROUNDS, false);
    make(&large, ROUNDS, true);
    assert_true(large.size / PAGE >= 300);
    snprintf(made, sizeof made, "%s/made.db", folder); /* to look things up in */
    write_file(made, large.bytes, large.size);
    return 0;
}

static inline int end(void **state)
{
    char command[160];

    (void)state;
    free(large.bytes);
    free(small.bytes);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static inline unsigned count_files(const char *with)
{
    char command[300];
    unsigned count = 0;

    snprintf(command, sizeof command, "ls '%s' | grep -c -- '%s'", folder, with);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    assert_int_equal(fscanf(out, "%u", &count), 1);
    (void)pclose(out); /* grep says 1 when there is none */
    return count;
}

static inline void zero_page(uint32_t n)
{
    static const uint8_t nothing[PAGE];
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(n - 1) * PAGE, SEEK_SET), 0);
    assert_int_equal(fwrite(nothing, 1, PAGE, file), PAGE);
    assert_int_equal(fclose(file), 0);
}

static inline void expect_all(const char *what, size_t at, int bit)
{
    int64_t rows[TABLES];

    count_rows(path, rows);
    for (int i = 0; i < TABLES; i++)
        if (rows[i] < whole->rows[i] || (i != READINGS_OF && i != 9 && rows[i] > whole->rows[i]))
            fail_msg("%s %zu.%d: %s has %lld rows of %lld", what, at, bit, tables[i],
                     (long long)rows[i], (long long)whole->rows[i]);
}

/* The page of a table that is looked at when the store is opened. */
static inline uint32_t root_of(const char *table)
{
    sqlite3 *db = open_file(made);
    char text[120];

    snprintf(text, sizeof text, "SELECT rootpage FROM sqlite_master WHERE name = '%s'", table);
    uint32_t page = (uint32_t)sql_number(db, text, 0);
    sqlite3_close(db);
    assert_true(page > 1);
    return page;
}

static inline void carry(void)
{
    char aside[480];
    int64_t readings = 0;

    assert_int_equal(salvage_build(path, NULL, &readings), OK);
    assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
}

#endif
