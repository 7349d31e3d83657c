/* Meters after a program that was killed: what their rows say, though their own page is older. */
#include "store/sql.h"
#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[128], holder[64];
static const struct origin south = {.name = "south", .driver = "tracer"};

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_meters_XXXXXX");
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

    if (store_open(&s, path, NULL, holder, sizeof holder))
        abort();
    return s;
}

/* One round: the meter grows, the counter has a carry, and a row says both. */
static void round_of(struct store *s, int64_t at, double kwh, double counter, double carry)
{
    struct reading r = {0};
    const struct origin *from = store_origin(s, &south);

    store_meter_put(s, from, M_LOAD_ENERGY, kwh, 0);
    store_meter_put(s, from, M_PV_ENERGY, counter, carry);
    store_meter_put(s, from, M_FLOAT_VOLTAGE, counter, 3); /* a rule's memory: no row has it */
    if (!reading_put(&r, M_LOAD_ENERGY, round(kwh * 1e6) / 1e6) ||
        !reading_put(&r, M_PV_ENERGY, counter + carry) ||
        store_append(s, from, RECORD_LIVE, 1700000000000 + at, &r) < 0 || store_commit(s))
        abort();
}

static int64_t ask(const char *question)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    int64_t found = sql_number(db, question, -1);
    sqlite3_close(db);
    return found;
}

static void is(struct store *s, enum metric m, double value, double carry)
{
    double has, carries;

    assert_true(store_meter_get(s, store_origin(s, &south), m, &has, &carries));
    assert_true(fabs(has - value) <= 1e-6);
    assert_true(carries <= carry && carries >= carry);
}

enum { ROUNDS = 300, ANEW = 200 };

static void run_and_be_killed(int rounds)
{
    pid_t child = fork();
    int status;

    if (!child) {
        struct store *s = open_store();
        for (int i = 0; i < rounds; i++)
            round_of(s, i, i / 7.0, i < ANEW ? 100 + i : i - ANEW, i < ANEW ? 0 : 300);
        (void)raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void rows_say_it(void **state)
{
    (void)state;
    run_and_be_killed(ROUNDS);
    assert_true(ask("SELECT value < 100 FROM meter WHERE metric = 'load_energy'") == 1);
    for (int again = 0; again < 2; again++) {
        struct store *s = open_store();
        is(s, M_LOAD_ENERGY, (ROUNDS - 1) / 7.0, 0);
        is(s, M_PV_ENERGY, ROUNDS - 1 - ANEW, 300);
        is(s, M_FLOAT_VOLTAGE, ROUNDS - 1 - ANEW, 3);
        assert_int_equal(store_meter_heard(s, store_origin(s, &south), M_PV_ENERGY),
                         1700000000000 + ROUNDS - 1);
        store_close(s);
    }
}

/* Between a replaced unit's first reading and the next writing of all. */
static void a_carry_is_written_at_once(void **state)
{
    (void)state;
    run_and_be_killed(ANEW + 1);
    assert_int_equal(ask("SELECT carry FROM meter WHERE metric = 'pv_energy'"), 300);
    struct store *s = open_store();
    is(s, M_PV_ENERGY, 0, 300);
    store_close(s);
}

static void an_end_writes_all(void **state)
{
    struct store *s = open_store();

    (void)state;
    for (int i = 0; i < 10; i++)
        round_of(s, i, i / 7.0, i, 0);
    assert_int_equal(ask("SELECT value > 1 FROM meter WHERE metric = 'load_energy'"), 0);
    store_close(s);
    assert_int_equal(ask("SELECT value > 1 FROM meter WHERE metric = 'load_energy'"), 1);
}

/* A round of six units: so many bytes of log go to the disk for it. */
static void a_commit_is_small(void **state)
{
    enum { UNITS = 6, COMMITS = 100, NUMBERS = 25, BYTES_MOST = 9000 };
    struct store *s = open_store();
    char name[160];
    struct stat log;

    (void)state;
    for (int i = 0; i < COMMITS; i++) {
        for (int u = 0; u < UNITS; u++) {
            struct origin o = south;
            struct reading r = {0};
            snprintf(o.name, sizeof o.name, "unit%d", u);
            const struct origin *from = store_origin(s, &o);
            for (int m = 1; m <= NUMBERS; m++) {
                assert_true(reading_put(&r, (enum metric)m, 1000 + i * 1.25 + m));
                if (catalogue[m].kind == COUNTER)
                    store_meter_put(s, from, (enum metric)m, 1000 + i * 1.25 + m, 0);
            }
            assert_true(reading_put(&r, M_PV_ENERGY, 1000 + i * 0.01));
            store_meter_put(s, from, M_PV_ENERGY, 1000 + i * 0.01, 0);
            assert_true(store_append(s, from, RECORD_LIVE, 1700000000000 + i * 10000, &r) > 0);
        }
        store_cursor(s, "sink", true);
        store_cursor_move(s, "sink", store_visible(s));
        assert_int_equal(store_commit(s), OK);
    }
    snprintf(name, sizeof name, "%s-wal", path);
    assert_int_equal(stat(name, &log), 0);
    print_message("a commit: %lld bytes\n", (long long)log.st_size / COMMITS);
    assert_in_range(log.st_size / COMMITS, 1, BYTES_MOST);
    store_close(s);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(rows_say_it),
        WITH_FOLDER(a_carry_is_written_at_once),
        WITH_FOLDER(an_end_writes_all),
        WITH_FOLDER(a_commit_is_small),
    };
#undef WITH_FOLDER

    return cmocka_run_group_tests(tests, NULL, NULL);
}
