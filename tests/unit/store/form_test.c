/*
 * A file of an older form becomes one of today's, whatever kills the program meanwhile: it ends at
 * each of its writes in turn. A file of a newer one is refused, and not touched.
 */
#include "store/form.h"
#include "store/reader.h"
#include "store/salvage.h"
#include "store/store.h"
#include "store/tables.h"

#include "base/clock.h"
#include "tests/unit/said.h"

#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char kept[] = "tests/stores/749a363.db";
static char folder[64], path[128], holder[64];

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_form_XXXXXX");
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

static void copy_store(void)
{
    char command[400];

    snprintf(command, sizeof command, "rm -f %s/*; cp %s %s && chmod u+w %s", folder, kept, path,
             path);
    assert_int_equal(system(command), 0);
}

static int64_t ask(const char *question)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    int64_t found = sql_number(db, question, -1);
    sqlite3_close(db);
    return found;
}

/* ---- a program that ends at a write -------------------------------------------------------- */

static sqlite3_vfs fragile;
static struct shim {
    sqlite3_io_methods mine; /* first: a file leads here */
    const sqlite3_io_methods *real;
} shims[8];                  /* the file and its log have other methods */
static int left;             /* writes until then */
static bool is_full, is_hit; /* then the disk is full, and nobody dies; it was */

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
    return ((const struct shim *)(const void *)file->pMethods)->real;
}

static int die_or_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
    is_hit |= is_full && left <= 0;
    if (is_full && left-- <= 0)
        return SQLITE_FULL;
    if (!is_full && !left--)
        (void)raise(SIGKILL);
    return real_of(file)->xWrite(file, bytes, length, at);
}

static int die_or_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (!is_full && !left--)
        (void)raise(SIGKILL);
    return real_of(file)->xTruncate(file, size);
}

static int open_fragile(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    const sqlite3_vfs *below = vfs->pAppData;
    int rc = below->xOpen((sqlite3_vfs *)(uintptr_t)below, name, file, flags, out);

    if (rc != SQLITE_OK || !file->pMethods)
        return rc;
    struct shim *shim = shims;
    while (shim->real && shim->real != file->pMethods)
        shim++;
    shim->real = file->pMethods;
    shim->mine = *shim->real;
    shim->mine.xWrite = die_or_write;
    shim->mine.xTruncate = die_or_truncate;
    file->pMethods = &shim->mine;
    return rc;
}

static int go_fragile(int most)
{
    fragile = *sqlite3_vfs_find(NULL);
    fragile.pAppData = sqlite3_vfs_find(NULL);
    fragile.zName = "fragile";
    fragile.xOpen = open_fragile;
    left = most;
    return sqlite3_vfs_register(&fragile, 1);
}

/* Opens the store in a child that ends at its write number `most`. True: it was done before. */
static bool survives(int most)
{
    pid_t child = fork();
    int status = 0;

    if (!child) {
        struct store *s = NULL;
        if (go_fragile(most) != SQLITE_OK || store_open(&s, path, NULL, holder, sizeof holder))
            _exit(1);
        store_close(s);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    return status == 0;
}

static size_t were_set_aside(void)
{
    char pattern[200];
    glob_t found = {0};

    snprintf(pattern, sizeof pattern, "%s.damaged-*", path);
    (void)glob(pattern, 0, NULL, &found);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

static void is_whole(void)
{
    struct store *s = NULL;
    struct reader *reader = NULL;
    struct record record;
    int64_t count = 0;

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    assert_false(store_is_stuck(s));
    assert_int_equal(reader_open(&reader, path), OK);
    assert_int_equal(reader_after(reader, 0, INT64_MAX), OK);
    while (reader_next(reader, &record) == OK)
        count++;
    reader_close(reader);
    store_close(s);
    assert_int_equal(count, 130);
    assert_int_equal(ask("SELECT count(*) FROM rollup"), 13);
    assert_int_equal(ask("SELECT count(*) FROM day"), 16);
    assert_int_equal(ask("SELECT count(*) FROM meter"), 10);
    assert_int_equal(ask("SELECT count(*) FROM cursor"), 3);
    assert_int_equal(ask("SELECT count(*) FROM event"), 1);
    assert_int_equal(ask("SELECT value FROM note WHERE key = 'schema'"), FORM_NOW);
    assert_int_equal(ask("PRAGMA application_id"), FORM_NOW);
    assert_int_equal(ask("SELECT count(*) FROM reopened"), 0);
    assert_int_equal(ask("SELECT count(at) FROM meter WHERE at >= 0"), 10);
    assert_int_equal(file_check(path, NULL), OK);
    assert_int_equal(were_set_aside(), 0);
}

static void a_change_survives_any_end(void **state)
{
    int writes = 0;

    (void)state;
    for (bool is_done = false; !is_done; writes++) {
        copy_store();
        assert_int_equal(ask("PRAGMA application_id"), 0);
        is_done = survives(writes);
        is_whole();
        assert_true(writes < 1000);
    }
    print_message("ended at each of %d writes\n", writes - 1);
    assert_true(writes > 5);
}

/* ---- a disk without room ------------------------------------------------------------------- */

static uint64_t most_room = UINT64_MAX; /* that anybody is told of */

/* Of the whole program, for this test only. */
int statvfs(const char *restrict name, struct statvfs *restrict to)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC), rc = fd < 0 ? -1 : fstatvfs(fd, to);

    if (fd >= 0)
        close(fd);
    if (!rc && to->f_bavail > most_room / to->f_frsize)
        to->f_bavail = most_room / to->f_frsize;
    return rc;
}

static struct reading one_reading(void)
{
    struct reading r = {0};

    (void)!reading_put(&r, M_PV_POWER, 1234);
    return r;
}

/* It is refused in words before anything is touched; what is read meanwhile waits, and is kept when
 * there is room. */
static void without_room_it_is_refused_in_words(void **state)
{
    struct reading r = one_reading();
    struct store *s = NULL;
    struct said said;

    (void)state;
    copy_store();
    clock_take(INT64_C(1800000000000));
    most_room = 100000;
    said_start(&said);
    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    const char *words = said_stop(&said);
    assert_non_null(strstr(words, "is of an older form, and there is no room to change it"));
    assert_true(store_is_stuck(s));
    assert_int_equal(ask("PRAGMA application_id"), 0);
    assert_int_equal(ask("SELECT count(*) FROM reading"), 130);
    const struct origin *from =
        store_origin(s, &(struct origin){.name = "new", .driver = "tracer"});
    assert_non_null(from);
    assert_true(store_append(s, from, RECORD_LIVE, INT64_C(1800000000000), &r) > 0);
    assert_int_not_equal(store_commit(s), OK);
    most_room = UINT64_MAX;
    clock_sleep_us(INT64_C(10000000)); /* it is tried again now and then */
    assert_int_equal(store_commit(s), OK);
    assert_false(store_is_stuck(s));
    store_close(s);
    clock_give_back();
    assert_int_equal(ask("PRAGMA application_id"), FORM_NOW);
    assert_int_equal(ask("SELECT count(*) FROM reading"), 131);
    assert_int_equal(file_check(path, NULL), OK);
}

/* In a child: opens it while the disk is full from its write number `most` on. Status 2: it was. */
static int open_on_full_disk(int most)
{
    struct store *s = NULL;

    is_full = true;
    if (go_fragile(most) != SQLITE_OK || store_open(&s, path, NULL, holder, sizeof holder))
        return 1;
    store_close(s);
    return is_hit ? 2 : 0;
}

/* Or the room ends in the middle of it, at any write. */
static void a_change_survives_a_full_disk(void **state)
{
    int writes = 0, status = 0;

    (void)state;
    for (bool is_done = false; !is_done; writes++) {
        copy_store();
        pid_t child = fork();
        if (!child)
            _exit(open_on_full_disk(writes));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
        is_done = WEXITSTATUS(status) == 0;
        assert_int_equal(were_set_aside(), 0);
        is_whole();
        assert_true(writes < 1000);
    }
    print_message("full at each of %d writes\n", writes - 1);
    assert_true(writes > 5);
}

/* The kept one as the second form had it. */
static void copy_second_form(void)
{
    sqlite3 *db = NULL;

    copy_store();
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sql_run(db,
                "CREATE TABLE reopened (day INTEGER NOT NULL, device INTEGER NOT NULL, PRIMARY KEY "
                "(day, device)) WITHOUT ROWID; CREATE TRIGGER form_two BEFORE INSERT ON aside "
                "BEGIN SELECT helio_form(2); END; INSERT OR REPLACE INTO note VALUES "
                "('schema', 2); PRAGMA application_id = 2"),
        OK);
    assert_int_equal(tables_check(db, 2), OK);
    assert_int_equal(tables_check(db, 3), ERR_DATA);
    sqlite3_close(db);
}

static void a_second_form_becomes_todays(void **state)
{
    int writes = 0;

    (void)state;
    for (bool is_done = false; !is_done; writes++) {
        copy_second_form();
        is_done = survives(writes);
        is_whole();
        assert_true(writes < 1000);
    }
    assert_true(writes > 5);
}

static void a_newer_one_is_refused(void **state)
{
    struct store *s = NULL;
    struct reader *reader = NULL;
    sqlite3 *db = NULL;

    (void)state;
    copy_store();
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_run(db, "PRAGMA application_id = 99; UPDATE note SET value = 99 WHERE key "
                                 "= 'schema'"),
                     OK);
    sqlite3_close(db);
    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    assert_true(store_is_stuck(s)); /* rows wait in memory; the file is left alone */
    store_close(s);
    assert_int_equal(reader_open(&reader, path), ERR_DENIED);
    assert_int_equal(ask("PRAGMA application_id"), 99);
    assert_int_equal(ask("SELECT count(*) FROM reading"), 130);
}

/* A number that fell to an older form: what is changed already is not changed again. */
static void changed_twice_is_no_harm(void **state)
{
    sqlite3 *db = NULL;

    (void)state;
    copy_store();
    is_whole();
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_run(db, "PRAGMA application_id = 1"), OK);
    sqlite3_close(db);
    is_whole();
}

static void replace_units(void)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_run(db,
                             "UPDATE meter SET carry = 100 WHERE metric = 'pv_energy' AND device "
                             "= (SELECT id FROM device WHERE name = 'south');"
                             "INSERT INTO meter SELECT id, 'float_voltage', 27, 28 FROM device "
                             "WHERE name = 'south'"),
                     OK);
    sqlite3_close(db);
}

static void carry_is_where_it_was_told(double of_house, bool is_heard)
{
    struct store *s = NULL;
    double value, carry;

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    assert_true(store_meter_get(s, store_origin_named(s, "south"), M_PV_ENERGY, &value, &carry));
    assert_int_equal((int)value, 1470);
    assert_true(carry >= 0 && carry <= 0);
    assert_int_equal(store_meter_heard(s, store_origin_named(s, "south"), M_PV_ENERGY) > 0,
                     is_heard);
    assert_int_equal(ask("SELECT count(*) FROM meter WHERE at <> 0"), 0);
    assert_true(
        store_meter_get(s, store_origin_named(s, "south"), M_FLOAT_VOLTAGE, &value, &carry));
    assert_int_equal((int)carry, 28);
    assert_true(store_meter_get(s, store_origin_named(s, "house"), M_PV_ENERGY, &value, &carry));
    assert_true(carry >= 100 && carry <= 100);
    assert_true(value > of_house - 0.01 && value < of_house + 0.01);
    store_close(s);
}

/* What replaced units had counted was only in the group's sum: there it stays. A rule's memory, in
 * the same table, is none of it. */
static void a_carry_stays_where_it_was_told(void **state)
{
    (void)state;
    copy_store();
    replace_units();
    carry_is_where_it_was_told(2971.35, false);
    assert_int_equal(were_set_aside(), 0);
    copy_second_form();
    replace_units();
    carry_is_where_it_was_told(2971.35, false);
    assert_int_equal(were_set_aside(), 0);
}

/* The same by way of a salvage, and of a second one: what is of today's form stays as it is. */
static void a_salvage_keeps_a_carry_where_it_was_told(void **state)
{
    char aside[480];
    int64_t readings = 0;
    sqlite3 *db = NULL;

    (void)state;
    copy_second_form();
    replace_units();
    assert_int_equal(salvage_build(path, NULL, &readings), OK);
    assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
    assert_int_equal(readings, 130);
    /* without a word up to where the meters are, rows say what was told in all: here 2971.35 */
    carry_is_where_it_was_told(2871.35, true);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_run(db, "UPDATE meter SET carry = 7, at = 1700000000000 WHERE device = "
                                 "(SELECT id FROM device WHERE name = 'south')"),
                     OK);
    sqlite3_close(db);
    int64_t said = ask("SELECT count(*) FROM meter WHERE carry = 7 AND at = 1700000000000"),
            of = ask("SELECT count(*) FROM meter");
    assert_true(said > 0);
    assert_int_equal(salvage_build(path, NULL, &readings), OK);
    assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
    assert_int_equal(ask("SELECT count(*) FROM meter WHERE carry = 7 AND at = 1700000000000"),
                     said);
    assert_int_equal(ask("SELECT count(*) FROM meter"), of);
    assert_int_equal(file_check(path, NULL), OK);
}

/* The number stands there twice: either may be spoilt. */
static void one_spoilt_number_is_no_harm(void **state)
{
    static const char *const spoilt[] = {"PRAGMA application_id = 66",
                                         "UPDATE note SET value = 66 WHERE key = 'schema'"};
    sqlite3 *db = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        struct store *s = NULL;
        copy_store();
        is_whole();
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sql_run(db, spoilt[i]), OK);
        assert_int_equal(form_version(db), FORM_NOW);
        sqlite3_close(db);
        assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
        assert_false(store_is_stuck(s));
        store_close(s);
    }
}

/* A program of before the second form prepares this at its start, and does not get further. */
static void an_older_program_keeps_off(void **state)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *put = NULL;
    void *none = NULL;

    (void)state;
    copy_store();
    is_whole();
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_number(db, "PRAGMA user_version", 0), 1);
    assert_int_equal(
        sqlite3_create_function_v2(db, "helio_form", 1, SQLITE_UTF8, none, NULL, NULL, NULL, NULL),
        SQLITE_OK); /* unknown again */
    assert_int_equal(
        sqlite3_prepare_v2(db, "INSERT INTO aside VALUES (?, ?, ?, ?)", -1, &put, NULL),
        SQLITE_ERROR);
    sqlite3_close(db);
}

/* Zeros in place of page `n`; how many readings may have stood there. */
static int64_t spoil_page(long n)
{
    enum { PAGE = 4096, LEAF_OF_ROWS = 13 };
    static const uint8_t nothing[PAGE];
    uint8_t was[PAGE] = {0};
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, (n - 1) * PAGE, SEEK_SET), 0);
    assert_int_equal(fread(was, 1, PAGE, file), PAGE);
    assert_int_equal(fseek(file, (n - 1) * PAGE, SEEK_SET), 0);
    assert_int_equal(fwrite(nothing, 1, PAGE, file), PAGE);
    assert_int_equal(fclose(file), 0);
    return was[0] == LEAF_OF_ROWS ? was[3] << 8 | was[4] : 0;
}

/* A damaged one of the first form, whichever page is gone, becomes one of today's, and is written
 * to. Of its readings no more are lost than stood there. */
static void a_damaged_older_one_becomes_todays(void **state)
{
    char aside[480];
    struct store *s = NULL;

    (void)state;
    copy_store();
    int64_t pages = ask("PRAGMA page_count");
    assert_true(pages > 20);
    for (long n = 1; n <= pages; n++) {
        int64_t readings = 0;
        copy_store();
        int64_t most = spoil_page(n);
        assert_int_equal(salvage_build(path, NULL, &readings), OK);
        assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
        if (readings < 130 - most)
            fail_msg("page %ld: %lld of 130 readings", n, (long long)readings);
        assert_int_equal(ask("PRAGMA user_version"), FORM_USER_VERSION);
        assert_int_equal(ask("PRAGMA application_id"), FORM_NOW);
        assert_int_equal(ask("SELECT value FROM note WHERE key = 'schema'"), FORM_NOW);
        assert_int_equal(ask("PRAGMA page_size"), atoi(FORM_PAGE));
        assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
        store_set_aside(s, "influx", 17, "refused for good");
        assert_int_equal(store_commit(s), OK);
        store_close(s);
        assert_int_equal(ask("SELECT count(*) FROM aside WHERE seq = 17"), 1);
    }
}

/* The name of a table that lost a bit must not lead to a new, empty one. */
static void a_garbled_older_one_is_not_changed_but_salvaged(void **state)
{
    struct store *s = NULL;
    sqlite3 *db = NULL;

    (void)state;
    copy_store();
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL), SQLITE_OK);
    assert_int_equal(sql_run(db, "PRAGMA writable_schema = ON; UPDATE sqlite_master SET name = "
                                 "'meteb', tbl_name = 'meteb', sql = replace(sql, ' meter ', "
                                 "' meteb ') WHERE name = 'meter'"),
                     OK);
    sqlite3_close(db);
    assert_int_equal(ask("SELECT count(*) FROM meteb"), 10);
    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    assert_false(store_is_stuck(s));
    store_close(s);
    assert_int_equal(ask("SELECT count(*) FROM meter"), 10);
    assert_int_equal(ask("SELECT count(*) FROM reading"), 130);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_change_survives_any_end),
        WITH_FOLDER(without_room_it_is_refused_in_words),
        WITH_FOLDER(a_change_survives_a_full_disk),
        WITH_FOLDER(a_second_form_becomes_todays),
        WITH_FOLDER(a_newer_one_is_refused),
        WITH_FOLDER(changed_twice_is_no_harm),
        WITH_FOLDER(a_carry_stays_where_it_was_told),
        WITH_FOLDER(a_salvage_keeps_a_carry_where_it_was_told),
        WITH_FOLDER(one_spoilt_number_is_no_harm),
        WITH_FOLDER(an_older_program_keeps_off),
        WITH_FOLDER(a_damaged_older_one_becomes_todays),
        WITH_FOLDER(a_garbled_older_one_is_not_changed_but_salvaged),
    };
#undef WITH_FOLDER

    return cmocka_run_group_tests(tests, NULL, NULL);
}
