/* The views with an older datalogger's columns say what that one said: words too, not only the
 * numbers that stand in a row; and a file that has yesterday's views gets today's. */
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

static char folder[64], path[128], holder[64];
static const struct origin shed = {.name = "shed", .driver = "axpert", .address = 1};

struct said {
    enum metric metric;
    double value;
};

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/helio_views_XXXXXX");
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

    assert_int_equal(store_open(&s, path, NULL, holder, sizeof holder), OK);
    return s;
}

static void append(struct store *s, enum record_kind kind, int64_t at_ms, const struct said *all)
{
    struct reading r = {0};

    for (; all->metric != M_NONE; all++)
        assert_true(reading_put(&r, all->metric, all->value));
    assert_true(store_append(s, store_origin(s, &shed), kind, at_ms, &r) > 0);
}

/* The first cell of the first row; "-" for NULL. */
static void same(const char *question, const char *wanted)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, question, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    const char *is = (const char *)sqlite3_column_text(row, 0);
    assert_string_equal(is ? is : "-", wanted);
    sqlite3_finalize(row);
    sqlite3_close(db);
}

static const struct said settings[] = {{M_SBU_PRIORITY_VERSION, 0},
                                       {M_DUSTPROOF_INSTALLED, 0},
                                       {M_FAN_ON_VOLTAGE_OFFSET, 0.05},
                                       {M_EEPROM_VERSION, 7},
                                       {0}},
                         later[] = {{M_EEPROM_VERSION, 12}, {0}},
                         round_one[] = {{M_CHARGER_CURRENT, 14},
                                        {M_CONFIGURATION_CHANGED, 0},
                                        {M_CHARGER_FIRMWARE_UPDATED, 1},
                                        {M_OUTPUT_ON, 1},
                                        {M_BATTERY_VOLTAGE_STEADY, 0},
                                        {M_SOLAR_CHARGING, 0},
                                        {M_GRID_CHARGING, 1},
                                        {M_CHARGE_STAGE, CHARGE_STAGE_FLOAT},
                                        {M_SWITCHED_ON, 1},
                                        {M_DEVICE_MODE, DEVICE_MODE_BATTERY},
                                        {0}},
                         round_two[] = {{M_PV_CURRENT, 3.5}, {M_CHARGER_CURRENT, 14}, {0}};

static void words_are_as_they_were(void **state)
{
    struct store *s = open_store();

    (void)state;
    append(s, RECORD_SETTING, 1700000000000, settings);
    append(s, RECORD_LIVE, 1700000000000, round_one);
    append(s, RECORD_LIVE, 1700000010000, round_two);
    append(s, RECORD_SETTING, 1700000020000, later);
    append(s, RECORD_IMPORTED, 1600000000000, round_one);
    store_close(s);
    same("SELECT pv_amps FROM stats WHERE datetime = 1700000000", "14");
    same("SELECT raw_status FROM stats WHERE datetime = 1700000000", "00110101");
    same("SELECT mask_b || ' ' || mask_c || ' ' || mask_d FROM stats WHERE datetime = 1700000000",
         "05 07 110");
    same("SELECT mode FROM stats WHERE datetime = 1700000000", "BT");
    same("SELECT pv_amps FROM last_stats WHERE datetime = 1700000000", "14");
    same("SELECT pv_amps FROM stats WHERE datetime = 1700000010", "3.5");
    /* not known is not there: nothing is made up */
    same("SELECT raw_status FROM stats WHERE datetime = 1700000010", "-");
    same("SELECT mode FROM stats WHERE datetime = 1700000010", "-");
    same("SELECT mask_b FROM stats WHERE datetime = 1600000000", "-");
    same("SELECT raw_status FROM stats WHERE datetime = 1600000000", "-");
}

static void yesterdays_views_are_made_anew(void **state)
{
    struct store *s = open_store();
    sqlite3 *db = NULL;

    (void)state;
    append(s, RECORD_LIVE, 1700000000000, round_one);
    store_close(s);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sql_run(db, "DROP VIEW last_stats; DROP VIEW stats; CREATE VIEW stats AS "
                                 "SELECT 1 AS datetime, NULL AS pv_amps"),
                     OK);
    sqlite3_close(db);
    store_close(open_store());
    same("SELECT pv_amps FROM last_stats", "14");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_are_as_they_were, begin, end),
        cmocka_unit_test_setup_teardown(yesterdays_views_are_made_anew, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
