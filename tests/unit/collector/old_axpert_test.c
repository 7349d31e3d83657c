/* Lines of the old text log: every class, the words of a whole one, and the hour that comes twice.
 */
#include "collector/history/old_axpert.h"
#include "metrics/old_status.h"

#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WHOLE "230.1 49.9 229.8 50.0 0411 0335 008 428 53.20 012 087 0048 0014 103.8 57.45 00003 "
#define AT "2021-03-04 05:06:07.089999,"

static struct old_log old;
static struct reading got;

static enum old_class line_of(const char *text, size_t length)
{
    char line[400];

    assert_true(length < sizeof line);
    memcpy(line, text, length);
    line[length] = '\0';
    return old_line(&old, line, length, &got);
}

static enum old_class line(const char *text)
{
    return line_of(text, strlen(text));
}

static void is(enum metric m, double wanted)
{
    double value = -1e9;

    if (!reading_get(&got, m, &value) || value < wanted - 1e-9 || value > wanted + 1e-9)
        fail_msg("%s is %g, not %g", catalogue[m].name, value, wanted);
}

static int begin(void **state)
{
    (void)state;
    old = (struct old_log){0};
    return zone_set("Europe/Sofia") ? 0 : -1;
}

static void classes(void **state)
{
    // clang-format off
    static const struct {
        const char *text;
        enum old_class class;
    } rows[] = {
        {"Maak nog korrekte opskrifte hier\n",                      OLD_HEADER},
        {"",                                                        OLD_EMPTY},
        {"  \r\n",                                                  OLD_EMPTY},
        {AT "\n",                                                   OLD_EMPTY},
        {AT "NAK\n",                                                OLD_NAK},
        {AT "(NAKss\n",                                             OLD_NAK},
        {AT WHOLE "00010110 00 00 00856 010\n",                     OLD_TAKEN},
        {AT "(" WHOLE "00010110 00 00 00856 010\r\n",               OLD_TAKEN},
        {AT "230.1 49.9 2(" WHOLE "00010110 00 00 00856 010\n",     OLD_RESYNCED},
        {AT WHOLE "00010110 00 00 00856 010(230.1 49.9 229.8\n",    OLD_JOINED},
        {AT WHOLE "00010110 00 00 00856 010(NAK\n",                 OLD_JOINED},
        {AT WHOLE "00010110 00 00 00856 01\n",                      OLD_CUT},
        {AT WHOLE "00010110 00 00 008\n",                           OLD_CUT},
        {AT WHOLE "00010110\n",                                     OLD_CUT}, /* the others have 21 */
        {AT "230.1 49.9 229.8 50.0 0411\n",                         OLD_CUT},
        {AT "230.1 49.9 229.8  50.0 0411 0335 008 428\n",           OLD_CUT},
        {AT WHOLE "00010112 00 00 00856 010\n",                     OLD_CUT},
        {AT "230x1 49.9 229.8 50.0 0411 0335 008 428 53.20 012 087 0048 0014 103.8 57.45 00003 "
            "00010110 00 00 00856 010\n",                           OLD_CUT},
        {AT "000.0 00.0 000.0 00.0 0000 0000 000 000 00.00 000 000 0000 0000 000.0 00.00 00000 "
            "00000000 00 00 00000 000\n",                           OLD_ZERO},
        {AT WHOLE "00010110 00\t00 00856 010\n",                    OLD_CONTROL},
        {AT WHOLE "00010110 00 00 00856 010\x9c\n",                 OLD_CONTROL},
        {"yesterday," WHOLE "00010110 00 00 00856 010\n",           OLD_NO_TIME},
        {"1970-01-01 00:00:09," WHOLE "00010110 00 00 00856 010\n", OLD_NO_TIME},
        {"2021-02-30 00:00:09," WHOLE "00010110 00 00 00856 010\n", OLD_NO_TIME},
        {"2021-03-04 05:06:07.08z," WHOLE "00010110 00 00 00856 010\n", OLD_NO_TIME},
        {"2021-03-04 05:06:07\n",                                   OLD_NO_TIME},
    };
    // clang-format on
    uint64_t all = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum old_class class = line(rows[i].text);
        if (class != rows[i].class)
            fail_msg("\"%s\" is %s, not %s", rows[i].text, old_classes[class].text,
                     old_classes[rows[i].class].text);
        if (old_classes[class].is_reading != (got.count > 0))
            fail_msg("\"%s\" gave %u numbers", rows[i].text, got.count);
    }
    for (int i = 0; i < OLD_CLASS_COUNT; i++) {
        assert_true(old.lines[i] > 0);
        all += old.lines[i];
    }
    assert_int_equal(all, sizeof rows / sizeof *rows);
}

/* A file that was not written to its end is padded with zeros by the file system. */
static void padding(void **state)
{
    static const char padded[] = AT WHOLE "0001\0\0\0\0\0\0\0\0\n";

    (void)state;
    assert_int_equal(line_of(padded, sizeof padded - 1), OLD_CONTROL);
    assert_int_equal(line_of("\0\0\0\n", 4), OLD_CONTROL);
}

static void words(void **state)
{
    (void)state;
    assert_int_equal(line(AT WHOLE "00010110 00 00 00856 010\n"), OLD_TAKEN);
    assert_int_equal(got.round_ms, 1614827167089);
    is(M_GRID_VOLTAGE, 230.1);
    is(M_GRID_FREQUENCY, 49.9);
    is(M_OUTPUT_VOLTAGE, 229.8);
    is(M_OUTPUT_FREQUENCY, 50);
    is(M_OUTPUT_APPARENT_POWER, 411);
    is(M_OUTPUT_POWER, 335);
    is(M_LOAD_PERCENTAGE, 8);
    is(M_BUS_VOLTAGE, 428);
    is(M_BATTERY_VOLTAGE, 53.2);
    is(M_BATTERY_CHARGE_CURRENT, 12);
    is(M_BATTERY_SOC, 87);
    is(M_HEATSINK_TEMPERATURE, 48);
    is(M_CHARGER_CURRENT, 14);
    is(M_PV_VOLTAGE, 103.8);
    is(M_BATTERY_VOLTAGE_CHARGER, 57.45);
    is(M_BATTERY_DISCHARGE_CURRENT, 3);
    is(M_OUTPUT_ON, 1);
    is(M_SOLAR_CHARGING, 1);
    is(M_GRID_CHARGING, 0);
    is(M_PV_POWER, 856);
    is(M_BATTERY_CURRENT, 9);
    is(M_BATTERY_POWER, 53.2 * 9);
    assert_false(reading_has(&got, M_PV_CURRENT));
}

static void floating(void **state)
{
    (void)state;
    assert_int_equal(line(AT WHOLE "00010101 00 00 00856 110\n"), OLD_TAKEN);
    is(M_CHARGE_STAGE, CHARGE_STAGE_FLOAT);
    is(M_GRID_CHARGING, 1);
    assert_int_equal(line(AT WHOLE "00010110 00 00 00856 010\n"), OLD_TAKEN);
    assert_false(reading_has(&got, M_CHARGE_STAGE)); /* it may be bulk, absorption or none */
}

/* Old firmware says no panel power: it is what goes into the battery, never volts of the panels
 * times amperes of the battery. */
static void seventeen_words(void **state)
{
    (void)state;
    assert_int_equal(line(AT WHOLE "00010110\n"), OLD_TAKEN);
    is(M_PV_POWER, 57.45 * 14);
}

static void amperes_of_the_panels(void **state)
{
    (void)state;
    assert_int_equal(line(AT
                          "230.1 49.9 229.8 50.0 0411 0335 008 428 53.20 012 087 0048 02.7 323.6 "
                          "00.00 00003 00010110\n"),
                     OLD_TAKEN);
    is(M_PV_CURRENT, 2.7);
    assert_false(reading_has(&got, M_CHARGER_CURRENT));
    assert_false(reading_has(&got, M_PV_POWER));
}

/* The first part's numbers are another answer's. */
static void joined_lines_give_the_last(void **state)
{
    (void)state;
    assert_int_equal(line(AT "111.1 49.9 111.1 50.0 0001(" WHOLE "00010110 00 00 00856 010\n"),
                     OLD_RESYNCED);
    is(M_GRID_VOLTAGE, 230.1);
    assert_int_equal(line(AT WHOLE "00010110 00 00 00856 010(111.1\n"), OLD_JOINED);
    assert_int_equal(got.count, 0);
}

static void impossible_numbers(void **state)
{
    (void)state;
    assert_int_equal(line(AT
                          "230.1 49.9 229.8 50.0 0411 0335 008 428 53.20 012 087 0480 0014 103.8 "
                          "57.45 00003 00010110 00 00 00856 010\n"),
                     OLD_TAKEN);
    assert_false(reading_has(&got, M_HEATSINK_TEMPERATURE)); /* small units say a raw count */
    assert_int_equal(old.left_out[M_HEATSINK_TEMPERATURE], 1);
    is(M_BATTERY_SOC, 87);
}

static void what_is_missing_is_not_there(void **state)
{
    const char *texts[OLD_WORDS] = {"230.5", NULL, "None", "50", "NA", ""};

    (void)state;
    got = (struct reading){0};
    old_words(&old, texts, OLD_WORDS, &got);
    assert_int_equal(got.count, 2);
    is(M_GRID_VOLTAGE, 230.5);
    is(M_OUTPUT_FREQUENCY, 50);
}

static int64_t moment(const char *time)
{
    char text[300];

    snprintf(text, sizeof text, "%s," WHOLE "00010110 00 00 00856 010\n", time);
    assert_int_equal(line(text), OLD_TAKEN);
    return got.round_ms;
}

static void the_hour_that_comes_twice(void **state)
{
    (void)state;
    /* 2020-10-25 in Sofia: 04:00 summer time becomes 03:00 */
    int64_t before = moment("2020-10-25 02:59:30"), first = moment("2020-10-25 03:10:00"),
            late = moment("2020-10-25 03:59:50.5"), jitter = moment("2020-10-25 03:59:49"),
            second = moment("2020-10-25 03:00:20"), later = moment("2020-10-25 03:10:00"),
            after = moment("2020-10-25 04:00:00");

    assert_int_equal(before, 1603583970000);
    assert_int_equal(first - before, 630000);
    assert_int_equal(late - before, 3620500);
    assert_int_equal(jitter - before, 3619000);
    assert_int_equal(second - before, 3650000);
    assert_int_equal(later - first, 3600000);
    assert_int_equal(after - before, 7230000);
    /* a line that goes back is a line all the same */
    assert_int_equal(moment("2020-10-24 12:00:00"), before - 53970000);
}

static void modes(void **state)
{
    double code;

    (void)state;
    assert_true(old_mode("BT", &code));
    assert_int_equal((int)code, DEVICE_MODE_BATTERY);
    assert_false(old_mode("00", &code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(classes, begin),
        cmocka_unit_test_setup(padding, begin),
        cmocka_unit_test_setup(words, begin),
        cmocka_unit_test_setup(floating, begin),
        cmocka_unit_test_setup(seventeen_words, begin),
        cmocka_unit_test_setup(amperes_of_the_panels, begin),
        cmocka_unit_test_setup(joined_lines_give_the_last, begin),
        cmocka_unit_test_setup(impossible_numbers, begin),
        cmocka_unit_test_setup(what_is_missing_is_not_there, begin),
        cmocka_unit_test_setup(the_hour_that_comes_twice, begin),
        cmocka_unit_test_setup(modes, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
