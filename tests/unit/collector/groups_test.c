/* Groups: what several devices are together, and when that is not known. */
#include "collector/intake/groups.h"

#include "base/text.h"
#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

static const int64_t second_us = 1000000;

/* ---- settings ---------------------------------------------------------------------------- */

static const char *const names[] = {"south", "east", "west", "monitor"};
enum { SOUTH, EAST, WEST, MONITOR, DEVICES };

static int find(void *who, const char *name)
{
    (void)who;
    for (int i = 0; i < DEVICES; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

static int find_any(void *who, const char *name)
{
    (void)name;
    return (*(int *)who)++;
}

/* Loads the group of a file that also names the devices; what was said is in `said`. */
static struct said said;
static struct settings *file;

static int load(struct group *g, const char *words)
{
    char text[1024];
    int rc;

    settings_free(file);
    snprintf(text, sizeof text,
             "[device south]\n[device east]\n[device west]\n[device monitor]\n[group house]\n%s",
             words);
    assert_int_equal(settings_parse(text, "home.ini", &file), OK);
    said_start(&said);
    rc = group_load(g, &file->sections[DEVICES], find, NULL);
    said_stop(&said);
    return rc;
}

static void complains(const char *words, const char *complaint)
{
    struct group g;

    assert_int_equal(load(&g, words), ERR_CONFIG);
    if (!strstr(said.text, complaint))
        fail_msg("\"%s\" is not said in: %s", complaint, said.text);
    assert_int_equal(said_lines(said.text), 1);
}

static void a_group_is_loaded(void **state)
{
    struct group g;

    (void)state;
    assert_int_equal(load(&g, "members = south, east west\n"), OK);
    assert_string_equal(g.name, "house");
    assert_int_equal(g.count, 3);
    assert_int_equal(g.members[2].device, WEST);
    assert_int_equal(g.members[2].role, ROLE_ALL);
    assert_false(g.is_partial);
    assert_int_equal(g.soc, MEAN);
    assert_int_equal(load(&g, "pv = south,east\nbattery = monitor\nload=south\ngrid=\n"
                              "partial = yes\nsoc = low\n"),
                     OK);
    assert_int_equal(g.count, 4);
    assert_int_equal(g.members[2].role, ROLE_BATTERY);
    assert_true(g.is_partial);
    assert_int_equal(g.soc, LOW);
}

static void mistakes_are_told(void **state)
{
    struct group g;
    struct section s;
    char many[600];
    struct text text = text_on(many, sizeof many);
    int next = 0;

    (void)state;
    complains("members = south, weast\n", "home.ini:6: [group house] members: there is no [device "
                                          "weast]; did you mean \"east\"?");
    complains("pv = xyzzyx\n", "pv: there is no [device xyzzyx]\n");
    complains("pv = south east south\n", "pv: south is named twice");
    complains("members = south\npv = south\n", "home.ini:7: [group house] pv: south is in "
                                               "\"members\" already");
    complains("partial = no\n", "[group house] nobody is in it");
    complains("members = south\nsoc = best\n", "soc: \"best\" is not one of: mean low high");
    complains("member = south\n", "did you mean \"members\"?");

    text_add(&text, "members=");
    for (int i = 0; i <= MEMBERS_MAX; i++)
        text_format(&text, "d%d ", i);
    assert_int_equal(section_from_words("group", "big", many, &s), OK);
    said_start(&said);
    assert_int_equal(group_load(&g, &s, find_any, &next), ERR_CONFIG);
    said_stop(&said);
    assert_non_null(strstr(said.text, "d64 is one too many: a group has at most 64"));
    assert_int_equal(g.count, MEMBERS_MAX);
    section_done(&s);
}

static void roles_of_metrics(void **state)
{
    (void)state;
    assert_int_equal(metric_role(M_PV_POWER), ROLE_PV);
    assert_int_equal(metric_role(M_PV1_POWER), ROLE_PV);
    assert_int_equal(metric_role(M_CHARGER_POWER), ROLE_PV);
    assert_int_equal(metric_role(M_BATTERY_SOC), ROLE_BATTERY);
    assert_int_equal(metric_role(M_LOAD_ENERGY), ROLE_LOAD);
    assert_int_equal(metric_role(M_OUTPUT_POWER), ROLE_LOAD);
    assert_int_equal(metric_role(M_GRID_IMPORT_POWER), ROLE_GRID);
    assert_int_equal(metric_role(M_DEVICE_TEMPERATURE), ROLE_ALL);
}

/* ---- folding ----------------------------------------------------------------------------- */

static struct board *board;

static int fresh_board(void **state)
{
    (void)state;
    board = board_new(DEVICES);
    for (unsigned i = 0; i < DEVICES; i++)
        board_period(board, i, 5 * second_us, 30 * second_us);
    return board ? 0 : -1;
}

static int board_is_over(void **state)
{
    (void)state;
    board_free(board);
    return 0;
}

static void note(uint16_t device, enum metric m, double value, int64_t second)
{
    struct reading r = {.device = device};

    assert_true(reading_put(&r, m, value));
    board_note(board, &r, second * second_us);
}

static struct reading folded(const struct group *g, int64_t second)
{
    struct reading r = {.device = 9, .round_ms = 77};

    assert_true(group_fold(g, board, second * second_us, &r));
    assert_int_equal(r.device, 9);
    assert_int_equal(r.round_ms, 77);
    return r;
}

static void says(const struct reading *r, enum metric m, double wanted)
{
    double value;

    if (!reading_get(r, m, &value))
        fail_msg("%s is missing", catalogue[m].name);
    else if (fabs(value - wanted) > 1e-9)
        fail_msg("%s is %g, not %g", catalogue[m].name, value, wanted);
}

static void each_metric_by_its_rule(void **state)
{
    struct group g;
    struct reading r;

    (void)state;
    assert_int_equal(load(&g, "members = south east\n"), OK);
    note(SOUTH, M_PV_POWER, 100.1, 10);
    note(EAST, M_PV_POWER, 200.2, 10);
    note(SOUTH, M_BATTERY_VOLTAGE, 26.0, 10);
    note(EAST, M_BATTERY_VOLTAGE, 26.1, 10);
    note(SOUTH, M_DEVICE_TEMPERATURE, 30, 10);
    note(EAST, M_DEVICE_TEMPERATURE, 45, 10);
    note(SOUTH, M_PV_VOLTAGE_LOW_TODAY, 3, 10);
    note(EAST, M_PV_VOLTAGE_LOW_TODAY, 2, 10);
    note(SOUTH, M_BATTERY_ALARMS, 5, 10);
    note(EAST, M_BATTERY_ALARMS, 6, 10);
    note(SOUTH, M_FAULT, 0, 10);
    note(EAST, M_FAULT, 1, 10);
    note(SOUTH, M_CHARGE_STAGE, 2, 10);
    note(EAST, M_CHARGE_STAGE, 2, 10);
    note(WEST, M_PV_POWER, 1000, 10); /* no member */
    r = folded(&g, 11);
    says(&r, M_MEMBERS, 2);
    says(&r, M_MEMBERS_HEARD, 2);
    says(&r, M_PV_POWER, 300.3);
    says(&r, M_BATTERY_VOLTAGE, 26.05);
    says(&r, M_DEVICE_TEMPERATURE, 45);
    says(&r, M_PV_VOLTAGE_LOW_TODAY, 2);
    says(&r, M_BATTERY_ALARMS, 7);
    says(&r, M_FAULT, 1);
    assert_false(reading_has(&r, M_CHARGE_STAGE));
    assert_int_equal(r.count, 8);
}

static void a_silent_member(void **state)
{
    struct group whole, partial;
    struct reading r;

    (void)state;
    assert_int_equal(load(&partial, "members = south east\npartial = yes\n"), OK);
    assert_int_equal(load(&whole, "members = south east\n"), OK);
    for (int64_t s = 0; s <= 60; s += 5) {
        note(SOUTH, M_PV_POWER, 100, s);
        note(SOUTH, M_BATTERY_VOLTAGE, 26, s);
        if (s <= 20) {
            note(EAST, M_PV_POWER, 200, s);
            note(EAST, M_BATTERY_VOLTAGE, 28, s);
        }
        r = folded(&whole, s);
        if (s <= 35) {
            says(&r, M_PV_POWER, 300);
            says(&r, M_MEMBERS_HEARD, 2);
            continue;
        }
        assert_false(reading_has(&r, M_PV_POWER)); /* unknown, not smaller */
        says(&r, M_BATTERY_VOLTAGE, 26);
        says(&r, M_MEMBERS, 2);
        says(&r, M_MEMBERS_HEARD, 1);
        r = folded(&partial, s);
        says(&r, M_PV_POWER, 100);
    }
    assert_false(group_fold(&whole, board, 300 * second_us, &r)); /* nobody speaks any more */
    assert_int_equal(r.count, 0);
}

static void a_member_that_was_never_heard(void **state)
{
    struct group whole, partial, roles;
    struct reading r;

    (void)state;
    assert_int_equal(load(&partial, "members = south east\npartial = yes\n"), OK);
    assert_int_equal(load(&roles, "pv = south east\nbattery = south\n"), OK);
    assert_int_equal(load(&whole, "members = south east\n"), OK);
    note(SOUTH, M_PV_POWER, 100, 10);
    note(SOUTH, M_BATTERY_CURRENT, 5, 10);
    note(SOUTH, M_BATTERY_VOLTAGE, 26, 10);
    r = folded(&whole, 11);
    assert_false(reading_has(&r, M_PV_POWER));
    assert_false(reading_has(&r, M_BATTERY_CURRENT));
    says(&r, M_BATTERY_VOLTAGE, 26);
    says(&r, M_MEMBERS_HEARD, 1);
    r = folded(&partial, 11);
    says(&r, M_PV_POWER, 100);
    r = folded(&roles, 11);
    assert_false(reading_has(&r, M_PV_POWER));
    says(&r, M_BATTERY_CURRENT, 5); /* nothing is missing there */
    note(EAST, M_BATTERY_VOLTAGE, 26, 11);
    r = folded(&whole, 12);
    says(&r, M_PV_POWER, 100); /* it speaks, and has no panels */
}

static struct reading folded_at(const struct group *g, int64_t second, int64_t wall_ms)
{
    struct reading r = {.device = 9, .round_ms = wall_ms};

    assert_true(group_fold(g, board, second * second_us, &r));
    return r;
}

/* It makes no power, and its counters stand where they stood; that of a day, until the day ends. */
static void a_member_asleep(void **state)
{
    static const int64_t noon_ms = INT64_C(1774008000000), hour_ms = 3600000, hour = 3600;
    struct group g, roles;
    struct reading r;

    (void)state;
    assert_int_equal(load(&roles, "pv = east\ngrid = south\n"), OK);
    assert_int_equal(load(&g, "members = south east\n"), OK);
    note(EAST, M_PV_POWER, 20, 10);
    note(EAST, M_PV_ENERGY, 1050, 10);
    note(EAST, M_PV_ENERGY_TODAY, 5, 10);
    for (int64_t s = 6 * hour; s <= 6 * hour + 20; s += 5) {
        note(SOUTH, M_PV_POWER, 100, s);
        note(SOUTH, M_PV_ENERGY, 7, s);
        note(SOUTH, M_PV_ENERGY_TODAY, 2, s);
    }
    r = folded_at(&g, 6 * hour + 20, noon_ms);
    assert_false(reading_has(&r, M_PV_POWER)); /* silent, and no reason is known */
    board_sleep(board, EAST, true);
    r = folded_at(&g, 6 * hour + 20, noon_ms);
    says(&r, M_PV_POWER, 100);
    says(&r, M_PV_ENERGY, 1057);
    says(&r, M_PV_ENERGY_TODAY, 7);
    says(&r, M_MEMBERS, 2);
    says(&r, M_MEMBERS_HEARD, 1);
    r = folded_at(&g, 6 * hour + 20, noon_ms - 7 * hour_ms); /* it was heard the day before */
    says(&r, M_PV_ENERGY, 1057);
    says(&r, M_PV_ENERGY_TODAY, 2);
    r = folded_at(&roles, 6 * hour + 20, noon_ms);
    assert_false(reading_has(&r, M_PV_POWER)); /* absent: nobody of that role is awake */
    says(&r, M_PV_ENERGY, 1050);
    board_sleep(board, SOUTH, true);
    assert_false(group_fold(&g, board, 7 * hour * second_us, &r)); /* all of them */
}

/* Since the start nobody heard it: what it had counted is not known. */
static void a_member_asleep_that_was_never_heard(void **state)
{
    struct group g;
    struct reading r;

    (void)state;
    assert_int_equal(load(&g, "members = south east\n"), OK);
    note(SOUTH, M_PV_POWER, 100, 10);
    note(SOUTH, M_PV_ENERGY, 7, 10);
    note(SOUTH, M_PV_ENERGY_TODAY, 2, 10);
    board_sleep(board, EAST, true);
    r = folded(&g, 11);
    says(&r, M_PV_POWER, 100);
    assert_false(reading_has(&r, M_PV_ENERGY));
    assert_false(reading_has(&r, M_PV_ENERGY_TODAY));
    says(&r, M_MEMBERS_HEARD, 1);
}

static void slow_blocks_do_not_flicker(void **state)
{
    struct group g;

    (void)state;
    assert_int_equal(load(&g, "members = south east\n"), OK);
    for (int64_t s = 0; s <= 600; s += 5) {
        note(SOUTH, M_PV_POWER, 1, s);
        note(EAST, M_PV_POWER, 1, s);
        if (s % 30 == 0)
            note(SOUTH, M_PV_ENERGY, 100, s);
        if (s % 20 == 0)
            note(EAST, M_PV_ENERGY, 50, s);
        struct reading r = folded(&g, s);
        says(&r, M_PV_ENERGY, 150);
    }
}

static void nothing_counts_twice(void **state)
{
    struct group g;
    struct reading r;

    (void)state;
    /* Both chargers and the monitor see the battery; the monitor is the one to be asked. */
    for (uint16_t d = SOUTH; d < DEVICES; d++) {
        note(d, M_BATTERY_CURRENT, 10, 10);
        note(d, M_PV_POWER, 100, 10);
        note(d, M_DEVICE_TEMPERATURE, 20 + d, 10);
        note(d, M_LOAD_POWER, 30, 10);
    }
    assert_int_equal(load(&g, "pv = south east\nbattery = monitor\n"), OK);
    r = folded(&g, 11);
    says(&r, M_PV_POWER, 200);
    says(&r, M_BATTERY_CURRENT, 10);
    assert_false(reading_has(&r, M_LOAD_POWER)); /* nobody was given that role */
    assert_false(reading_has(&r, M_DEVICE_TEMPERATURE));
    says(&r, M_MEMBERS, 3);

    assert_int_equal(load(&g, "members = south east\nbattery = monitor\n"), OK);
    r = folded(&g, 11);
    says(&r, M_PV_POWER, 200);
    says(&r, M_BATTERY_CURRENT, 10); /* not 30: the role goes before `members` */
    says(&r, M_LOAD_POWER, 60);
    says(&r, M_DEVICE_TEMPERATURE, 21);

    assert_int_equal(load(&g, "pv = south\nbattery = south\nload = south\n"), OK);
    r = folded(&g, 11);
    says(&r, M_MEMBERS, 1); /* one device in three roles is one */
    says(&r, M_MEMBERS_HEARD, 1);
    says(&r, M_PV_POWER, 100);
}

static void sums_are_short(void **state)
{
    struct group g;
    struct reading r;

    (void)state;
    assert_int_equal(load(&g, "members = south east\n"), OK);
    note(SOUTH, M_PV_ENERGY, 1234.6, 10);
    note(EAST, M_PV_ENERGY, 0.2, 10);
    note(SOUTH, M_PV_ENERGY_TODAY, 0.1, 10);
    note(EAST, M_PV_ENERGY_TODAY, 0.2, 10);
    r = folded(&g, 11);
    says(&r, M_PV_ENERGY, 1234.8);
    says(&r, M_PV_ENERGY_TODAY, 0.3);
    for (unsigned i = 0; i < r.count; i++) /* and short to write */
        assert_true(r.fields[i].value - round(r.fields[i].value * 1e6) / 1e6 == 0);
}

static void state_of_charge(void **state)
{
    static const struct {
        const char *words;
        double wanted;
    } cases[] = {{"members = south east\n", 60},
                 {"members = south east\nsoc = low\n", 40},
                 {"members = south east\nsoc = high\n", 80}};

    (void)state;
    note(SOUTH, M_BATTERY_SOC, 40, 10);
    note(EAST, M_BATTERY_SOC, 80, 10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct group g;
        assert_int_equal(load(&g, cases[i].words), OK);
        struct reading r = folded(&g, 11);
        says(&r, M_BATTERY_SOC, cases[i].wanted);
    }
}

static int file_is_over(void **state)
{
    (void)state;
    settings_free(file);
    return 0;
}

#define ON_A_BOARD(test) cmocka_unit_test_setup_teardown(test, fresh_board, board_is_over)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_loaded),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(roles_of_metrics),
        ON_A_BOARD(each_metric_by_its_rule),
        ON_A_BOARD(a_silent_member),
        ON_A_BOARD(a_member_that_was_never_heard),
        ON_A_BOARD(a_member_asleep),
        ON_A_BOARD(a_member_asleep_that_was_never_heard),
        ON_A_BOARD(slow_blocks_do_not_flicker),
        ON_A_BOARD(nothing_counts_twice),
        ON_A_BOARD(sums_are_short),
        ON_A_BOARD(state_of_charge),
    };

    return cmocka_run_group_tests_name("groups", tests, NULL, file_is_over);
}
