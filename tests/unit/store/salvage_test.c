/*
 * A damaged store is carried over: whatever page is gone, no more is lost than stood on it;
 * whatever bit of the first page fell over, nothing is; and whenever it is killed, it goes on.
 *
 * HELIO_LONG=1: every page, and every bit.
 */
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

static struct store *open_at(const char *where)
{
    struct store *s = NULL;

    assert_int_equal(store_open(&s, where, NULL, holder, sizeof holder), OK);
    return s;
}

static struct reading reading_of(int i, int device)
{
    struct reading r = {0};

    for (int m = 0; m < 22 + device; m++)
        assert_true(reading_put(&r, (enum metric)(M_NONE + 1 + m), i * 0.37 + m));
    return r;
}

static void fill(struct store *s, int rounds)
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

static sqlite3 *open_file(const char *where)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(where, &db), SQLITE_OK);
    return db;
}

static void count_rows(const char *where, int64_t to[TABLES])
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

static void write_file(const char *where, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(where, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void clear(void)
{
    DIR *names = opendir(folder);

    assert_non_null(names);
    for (const struct dirent *e; (e = readdir(names)) != NULL;)
        if (!strncmp(e->d_name, "helio.db", 8))
            assert_int_equal(unlinkat(dirfd(names), e->d_name, 0), 0);
    closedir(names);
}

static void put_whole(void)
{
    clear();
    write_file(path, whole->bytes, whole->size);
}

static void make(struct sample *to, int rounds, bool has_free)
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

static int make_once(void **state)
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

static int end(void **state)
{
    char command[160];

    (void)state;
    free(large.bytes);
    free(small.bytes);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static unsigned count_files(const char *with)
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

/* ---- page by page -----------------------------------------------------------------------------
 */

static void carry(void)
{
    char aside[480];
    int64_t readings = 0;

    assert_int_equal(salvage_build(path, NULL, &readings), OK);
    assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
}

/* No more may be lost than stood on that page; of readings none where it held none. */
static void expect_but(uint32_t page, const uint8_t *was)
{
    int64_t rows[TABLES], lost = 0;
    bool is_leaf = was[0] == 13, has_rows = is_leaf || was[0] == 10 || was[0] == 2;
    int64_t cells = has_rows ? was[3] << 8 | was[4] : was[0] == 5 ? 0 : 1;

    count_rows(path, rows);
    /* The list of free pages begins on the first: without it pruned readings come back, and sets
     * of metrics that were forgotten. */
    bool may_come_back = page == 1 || was[0] == 0;
    for (int i = 0; i < TABLES; i++) {
        if ((i == READINGS_OF || i == SHAPES_OF) && may_come_back && rows[i] > whole->rows[i])
            rows[i] = whole->rows[i];
        if (rows[i] < 0 || rows[i] > whole->rows[i])
            fail_msg("page %u: %s has %lld rows of %lld", page, tables[i], (long long)rows[i],
                     (long long)whole->rows[i]);
        lost += whole->rows[i] - rows[i];
    }
    if (lost > cells || (!is_leaf && rows[READINGS_OF] < whole->rows[READINGS_OF]))
        fail_msg("page %u of type %d with %lld rows: %lld lost, readings %lld of %lld", page,
                 was[0], (long long)cells, (long long)lost, (long long)rows[READINGS_OF],
                 (long long)whole->rows[READINGS_OF]);
}

/* Leaves of readings are many and alike: some of them are enough. */
static bool is_tried(uint32_t n, uint32_t pages)
{
    return is_long || n <= 16 || n == pages || n % 512 == 0 ||
           (whole->bytes[(size_t)(n - 1) * PAGE] != 13 &&
            (whole->bytes[(size_t)(n - 1) * PAGE] != 10 || n % 64 == 0));
}

static void zero_page(uint32_t n)
{
    static const uint8_t nothing[PAGE];
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(n - 1) * PAGE, SEEK_SET), 0);
    assert_int_equal(fwrite(nothing, 1, PAGE, file), PAGE);
    assert_int_equal(fclose(file), 0);
}

static void every_page_may_go(void **state)
{
    static const uint8_t of_tables[PAGE] = {5}; /* the first page has none of our rows */
    uint32_t pages = (uint32_t)(whole->size / PAGE);

    (void)state;
    for (uint32_t n = 1; n <= pages; n++) {
        if (!is_tried(n, pages))
            continue;
        put_whole();
        zero_page(n);
        carry();
        expect_but(n, n == 1 ? of_tables : whole->bytes + (size_t)(n - 1) * PAGE);
    }
}

/* ---- the tables' own text, bit by bit
 * ---------------------------------------------------------------
 */

static void expect_all(const char *what, size_t at, int bit)
{
    int64_t rows[TABLES];

    count_rows(path, rows);
    for (int i = 0; i < TABLES; i++)
        if (rows[i] < whole->rows[i] || (i != READINGS_OF && i != 9 && rows[i] > whole->rows[i]))
            fail_msg("%s %zu.%d: %s has %lld rows of %lld", what, at, bit, tables[i],
                     (long long)rows[i], (long long)whole->rows[i]);
}

/* Whatever falls over there: the store opens, has everything, and takes more. */
static void let_fall(size_t at, int bit)
{
    struct reading r = reading_of(5, 0);

    whole->bytes[at] ^= (uint8_t)(1 << bit);
    put_whole();
    whole->bytes[at] ^= (uint8_t)(1 << bit);
    struct store *s = open_at(path);
    const struct origin *from = store_origin_named(s, "unit0");
    if (!from || store_append(s, from, RECORD_LIVE, 1800000000000, &r) <= 0 ||
        store_commit(s) != OK)
        fail_msg("bit %zu.%d: it cannot be written to", at, bit);
    store_close(s);
    expect_all("bit", at, bit);
}

/* The first page, and those to which the text of the tables went from there. */
static bool is_of_tables(size_t page)
{
    return !page || memmem(whole->bytes + page * PAGE, PAGE, "CREATE TABLE ", 13) ||
           memmem(whole->bytes + page * PAGE, PAGE, "CREATE INDEX ", 13);
}

static void every_bit_of_the_tables_may_fall(void **state)
{
    unsigned pages = 0;

    (void)state;
    whole = &small;
    for (size_t page = 0; page < whole->size / PAGE; page++) {
        if (!is_of_tables(page))
            continue;
        pages++;
        for (size_t at = 0; at < PAGE; at += is_long ? 1 : 97)
            for (int bit = 0; bit < 8; bit++)
                if (is_long || bit == (int)(at % 8))
                    let_fall(page * PAGE + at, bit);
    }
    assert_true(pages > 1);
    whole = &large;
}

/* A bit of the place of a table: it leads to a page that is whole, but another table's. */
static void a_table_that_leads_into_another(void **state)
{
    static const char *const led[] = {"device", "shape", "resend", "rollup", "day", "event"};
    sqlite3 *db;
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof led / sizeof *led; i++) {
        uint32_t leaf = (uint32_t)(whole->size / PAGE);
        put_whole();
        db = open_file(path);
        do { /* the newest that belongs to a larger tree */
            snprintf(text, sizeof text, "SELECT count(*) FROM sqlite_master WHERE rootpage = %u",
                     --leaf);
        } while (whole->bytes[(size_t)(leaf - 1) * PAGE] != 13 || sql_number(db, text, 1) != 0);
        assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL), SQLITE_OK);
        snprintf(text, sizeof text,
                 "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = %u WHERE name = "
                 "'%s'",
                 leaf, led[i]);
        assert_int_equal(sql_run(db, text), OK);
        sqlite3_close(db);
        store_close(open_at(path));
        expect_all(led[i], i, 0);
        if (!count_files("damaged"))
            fail_msg("%s led to page %u, and nobody saw it", led[i], leaf);
    }
}

/* Bytes that are anything, anywhere: what can be read is carried over, and nothing else happens. */
static void whatever_is_in_it(void **state)
{
    struct reading r = reading_of(5, 0);
    uint32_t chance = 1;

    (void)state;
    whole = &small;
    for (int round = 0; round < (is_long ? 2000 : 60); round++) {
        put_whole();
        FILE *file = fopen(path, "r+");
        assert_non_null(file);
        for (int i = 0; i < 1 << round % 10; i++) {
            chance = chance * 1664525 + 1013904223;
            long at = (long)(chance >> 4) % (long)whole->size;
            at = round % 3 ? at : at / PAGE * PAGE + at % 20; /* heads of pages */
            assert_int_equal(fseek(file, at, SEEK_SET), 0);
            assert_int_not_equal(fputc((int)(chance >> 24), file), EOF);
        }
        assert_int_equal(fclose(file), 0);
        carry();
        struct store *s = open_at(path);
        const struct origin *from = store_origin(s, &(struct origin){.name = "new", .driver = "x"});
        assert_true(store_append(s, from, RECORD_LIVE, 1800000000000, &r) > 0);
        assert_int_equal(store_commit(s), OK);
        store_close(s);
    }
    whole = &large;
}

/* ---- interrupted ------------------------------------------------------------------------------
 */

struct killer {
    uint32_t at;
};

static bool dies_there(void *who, uint32_t page, uint32_t of)
{
    const struct killer *k = who;

    (void)of;
    if (page >= k->at)
        raise(SIGKILL);
    return true;
}

static bool stops_there(void *who, uint32_t page, uint32_t of)
{
    (void)of;
    return page < ((const struct killer *)who)->at;
}

/* The page of a table that is looked at when the store is opened. */
static uint32_t root_of(const char *table)
{
    sqlite3 *db = open_file(made);
    char text[120];

    snprintf(text, sizeof text, "SELECT rootpage FROM sqlite_master WHERE name = '%s'", table);
    uint32_t page = (uint32_t)sql_number(db, text, 0);
    sqlite3_close(db);
    assert_true(page > 1);
    return page;
}

static void killed_anywhere_it_goes_on(void **state)
{
    uint32_t pages = (uint32_t)(whole->size / PAGE), spoilt = root_of("sqlite_autoindex_device_1");

    (void)state;
    for (unsigned tenth = 0; tenth <= 10; tenth++) {
        struct killer k = {tenth * pages / 10 + 1};
        int64_t readings = 0;
        int status;
        put_whole();
        zero_page(spoilt);
        for (unsigned again = 0; again < 2; again++) {
            pid_t child = fork();
            assert_true(child >= 0);
            if (!child) {
                struct salvage_watch watch = {dies_there, &k};
                int rc = salvage_build(path, &watch, &readings);
                if (!rc && again) /* in the middle of changing places */
                    rc = copies_add(path, holder, sizeof holder);
                raise(SIGKILL);
                _exit(rc);
            }
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        }
        store_close(open_at(path));
        expect_all("tenth", tenth, 0);
        assert_int_equal(count_files("salvage"), 0);
    }
}

static unsigned asked, ends_at;

static bool is_to_end(void)
{
    return ++asked >= ends_at;
}

/* As a start of before left it. */
static void begin_salvage(void)
{
    char name[200];

    salvage_name(path, name, sizeof name);
    FILE *half = fopen(name, "w");
    assert_non_null(half);
    assert_int_equal(fclose(half), 0);
}

/* A start that carries over is asked to end, at any moment: it does, and the next goes on. */
static void a_start_that_is_to_end(void **state)
{
    uint32_t spoilt = root_of("sqlite_autoindex_device_1");

    (void)state;
    store_end_when(is_to_end);
    for (ends_at = 1; ends_at < 100000; ends_at = 3 * ends_at / 2 + 1) {
        put_whole();
        zero_page(spoilt);
        begin_salvage();
        asked = 0;
        store_close(open_at(path));
        if (asked < ends_at)
            break; /* it was done before */
        assert_true(asked < ends_at + 20);
        assert_int_equal(count_files("damaged"), 0);
        ends_at += 100000;
        store_close(open_at(path));
        ends_at -= 100000;
        expect_all("ended at", ends_at, 0);
    }
    store_end_when(NULL);
    expect_all("at last", ends_at, 0);
    print_message("ended at up to the %uth question\n", asked);
    assert_true(asked > 100);
}

/* Stopped while it carries over: what waited goes into the new file, and nothing is twice. */
static void what_waits_is_kept_when_it_is_stopped(void **state)
{
    struct killer k = {100};
    struct salvage_watch watch = {stops_there, &k};
    struct reading r = reading_of(5, 0);
    int64_t readings = 0, rows[TABLES];

    (void)state;
    put_whole();
    struct store *s = open_at(path);
    const struct origin *from = store_origin_named(s, "unit0");
    assert_non_null(from);
    assert_int_equal(salvage_build(path, &watch, &readings), ERR_STOPPED);
    file_close(s);
    s->care.is_away = true;
    for (int i = 0; i < 3; i++)
        assert_true(store_append(s, from, RECORD_LIVE, 1800000000000 + i, &r) > 0);
    store_cursor_move(s, "influx", 4444);
    store_event(s, 2, "run", "while it was carried over");
    store_close(s);
    s = open_at(path);
    assert_int_equal(store_cursor(s, "influx", false), 4444);
    store_close(s);
    count_rows(path, rows);
    assert_int_equal(rows[READINGS_OF], whole->rows[READINGS_OF] + 3);
    assert_int_equal(rows[9], whole->rows[9] + 2); /* and that it was set aside */
    rows[READINGS_OF] -= 3;
    rows[9] -= 2;
    assert_memory_equal(rows, whole->rows, sizeof rows);
}

/* ---- who says so ------------------------------------------------------------------------------
 */

/* Whoever else opens the file sees that we have it open: else it would throw the log away under us.
 */
static bool is_locked(void)
{
    enum { SHARED_AT = 0x40000002, SHARED_BYTES = 510 };
    int status;
    pid_t child = fork(); /* one's own locks do not show */

    assert_true(child >= 0);
    if (!child) {
        struct flock lock = {.l_type = F_WRLCK, .l_start = SHARED_AT, .l_len = SHARED_BYTES};
        int fd = open(path, O_RDWR | O_CLOEXEC);
        _exit(fd >= 0 && !fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void the_owner_looks_itself(void **state)
{
    struct stat before, after;

    (void)state;
    put_whole();
    struct store *s = open_at(path);
    assert_int_equal(stat(path, &before), 0);
    suspect_mark(path);
    store_event(s, 2, "run", "so that there is something to commit");
    assert_int_equal(store_commit(s), OK);
    store_suspect(s);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(count_files("damaged"), 0);
    assert_false(suspect_take(path));
    assert_true(is_locked());
    assert_false(header_is_wrong(path));
    assert_true(is_locked());
    store_close(s);
}

/* Where the first key of an index ends: its leaf furthest to the left is where the smallest are. */
static size_t end_of_first_key(const char *index)
{
    enum { INNER = 2, LEAF = 10 };
    const uint8_t *page = whole->bytes + (size_t)(root_of(index) - 1) * PAGE;

    while (*page == INNER) {
        const uint8_t *cell = page + (page[12] << 8 | page[13]);
        page = whole->bytes + (size_t)((cell[2] << 8 | cell[3]) - 1) * PAGE;
    }
    assert_int_equal(*page, LEAF);
    const uint8_t *cell = page + (page[8] << 8 | page[9]);
    unsigned head = cell[1], type = cell[2], size = type > 12 ? (type - 13) / 2 : type == 5 ? 6 : 8;
    return (size_t)(cell - whole->bytes) + 1 + head + size - 1;
}

/* An index that is sound by itself, but has another key than its row: a row not found by it would
 * be missing from charts for ever, and nobody who reads would meet damage. */
static void a_key_that_is_not_its_rows(void **state)
{
    static const char *const indexes[] = {"reading_at", "sqlite_autoindex_device_1",
                                          "sqlite_autoindex_shape_1"};
    int64_t rows[TABLES];

    (void)state;
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        size_t at = end_of_first_key(indexes[i]);
        whole->bytes[at] ^= 1;
        put_whole();
        whole->bytes[at] ^= 1;
        assert_int_equal(file_check(path, NULL), ERR_DATA);
        struct store *s = open_at(path);
        suspect_mark(path); /* whoever reads has doubts: the owner looks, and mends it */
        store_event(s, 2, "run", "so that there is something to commit");
        (void)!store_commit(s);
        store_close(s);
        store_close(open_at(path));
        assert_int_equal(count_files("damaged"), 1);
        assert_int_equal(file_check(path, NULL), OK);
        count_rows(path, rows);
        assert_int_equal(rows[READINGS_OF], whole->rows[READINGS_OF]);
    }
}

static void two_copies_are_kept(void **state)
{
    char aside[480], last[480] = "";

    (void)state;
    put_whole();
    for (int i = 0; i < 12; i++) { /* within a second, or two */
        int64_t readings = 0;
        assert_int_equal(salvage_build(path, NULL, &readings), OK);
        assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
        assert_int_equal(readings, whole->rows[READINGS_OF]);
        assert_string_not_equal(aside, last);
        assert_int_equal(access(aside, F_OK), 0);
        assert_true(count_files("damaged") <= 2);
        memcpy(last, aside, sizeof last);
    }
    assert_int_equal(count_files("damaged"), 2);
}

static void room_is_looked_for_first(void **state)
{
    char half[480];
    struct statvfs fs;
    int64_t readings = 0;

    (void)state;
    put_whole();
    carry();
    assert_int_equal(count_files("damaged"), 1);
    assert_int_equal(copies_find_room(path, 0), OK);
    assert_int_equal(count_files("damaged"), 1);
    assert_int_equal(statvfs(folder, &fs), 0);
    /* larger than what is free, but it has holes only */
    assert_int_equal(
        truncate(path, (off_t)((fs.f_bavail + fs.f_bavail / 4) * fs.f_frsize / PAGE * PAGE)), 0);
    assert_int_equal(salvage_build(path, NULL, &readings), ERR_FULL);
    assert_int_equal(count_files("damaged"), 0); /* its room was needed */
    salvage_name(path, half, sizeof half);
    assert_int_equal(access(half, F_OK), -1);
}

/* ---- beside the work ----------------------------------------------------------------------------
 */

static void beside_the_work_nothing_waits(void **state)
{
    struct reading r = reading_of(5, 0);
    struct store_counts counts = {0};
    int64_t rows[TABLES], until;
    int put = 0;

    (void)state;
    put_whole();
    struct store *s = open_at(path);
    const struct origin *from = store_origin_named(s, "unit0");
    assert_non_null(from);
    store_care_beside(s);
    zero_page(root_of("event"));
    store_suspect(s);
    for (until = clock_us() + 60000000; !counts.damaged && clock_us() < until; put++) {
        assert_true(store_append(s, from, RECORD_LIVE, 1800000000000 + put, &r) > 0);
        int rc = store_commit(s);
        assert_true(rc == OK || rc == ERR_BUSY);
        store_count(s, &counts);
        usleep(2000);
    }
    assert_int_equal(counts.damaged, 1);
    assert_int_equal(counts.lost_waiting, 0);
    store_close(s);
    count_rows(path, rows);
    assert_int_equal(rows[READINGS_OF], whole->rows[READINGS_OF] + put);
    assert_int_equal(count_files("damaged"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_may_go),
        cmocka_unit_test(every_bit_of_the_tables_may_fall),
        cmocka_unit_test(a_table_that_leads_into_another),
        cmocka_unit_test(whatever_is_in_it),
        cmocka_unit_test(killed_anywhere_it_goes_on),
        cmocka_unit_test(a_start_that_is_to_end),
        cmocka_unit_test(what_waits_is_kept_when_it_is_stopped),
        cmocka_unit_test(the_owner_looks_itself),
        cmocka_unit_test(a_key_that_is_not_its_rows),
        cmocka_unit_test(two_copies_are_kept),
        cmocka_unit_test(room_is_looked_for_first),
        cmocka_unit_test(beside_the_work_nothing_waits),
    };

    return cmocka_run_group_tests(tests, make_once, end);
}
