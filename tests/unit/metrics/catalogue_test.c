/* Every row of the catalogue makes sense, and every name leads back to its row. */
#include "metrics/catalogue.h"
#include "metrics/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool ends_with(const char *name, const char *tail)
{
    size_t a = strlen(name), b = strlen(tail);

    return a >= b && !strcmp(name + a - b, tail);
}

static void rows_make_sense(void **state)
{
    (void)state;
    for (int m = 1; m < METRIC_COUNT; m++) {
        const struct metric_info *info = &catalogue[m];
        assert_true(*info->name && strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
                                       strlen(info->name));
        assert_true(info->least < info->most);
        assert_true(*info->help);
        assert_int_equal(metric_find(info->name), m); /* and so no name stands twice */
        assert_false(ends_with(info->name, "_total"));
        assert_true((info->kind == LABEL || info->kind == FLAGS) == (info->words != NO_WORDS));
        assert_true(info->kind != COUNTER || info->least >= 0);
    }
    assert_int_equal(metric_find("no_such_metric"), M_NONE);
}

static void no_name_ends_in_its_unit(void **state)
{
    (void)state;
    for (int m = 1; m < METRIC_COUNT; m++)
        for (int u = 0; u < UNIT_COUNT; u++) {
            const char *suffix = units[u].prometheus;
            char tail[32];
            snprintf(tail, sizeof tail, "_%s", suffix);
            assert_false(*suffix && ends_with(catalogue[m].name, tail));
        }
}

static void words_lead_back(void **state)
{
    (void)state;
    assert_int_equal(words_find(WORDS_CHARGE_STAGE, "float"), CHARGE_STAGE_FLOAT);
    assert_string_equal(words_text(WORDS_CHARGE_STAGE, CHARGE_STAGE_FLOAT), "float");
    assert_null(words_text(WORDS_CHARGE_STAGE, 999));
    assert_int_equal(words_find(WORDS_CHARGE_STAGE, "no such word"), -1);
    assert_int_equal(words_find(WORDS_OUTPUT_PRIORITY, "sbu"), OUTPUT_PRIORITY_SBU);
    for (int m = 1; m < METRIC_COUNT; m++) {
        if (catalogue[m].kind != LABEL)
            continue;
        for (int code = 0; code <= (int)catalogue[m].most; code++) {
            const char *text = words_text(catalogue[m].words, code);
            assert_non_null(text);
            assert_int_equal(words_find(catalogue[m].words, text), code);
        }
    }
}

static void values_are_said(void **state)
{
    char said[100];

    (void)state;
    metric_say(M_BATTERY_VOLTAGE, 26.1, said, sizeof said);
    assert_string_equal(said, "26.1 V");
    metric_say(M_CHARGE_STAGE, CHARGE_STAGE_ABSORB, said, sizeof said);
    assert_string_equal(said, "absorb");
    metric_say(M_LOAD_ON, 1, said, sizeof said);
    assert_string_equal(said, "on");
    metric_say(M_BATTERY_ALARMS, 0, said, sizeof said);
    assert_string_equal(said, "none");
    metric_say(M_BATTERY_ALARMS, 1 << BATTERY_ALARMS_OVER_VOLTAGE | 1 << BATTERY_ALARMS_RESISTANCE,
               said, sizeof said);
    assert_string_equal(said, "voltage too high, inner resistance abnormal");
}

static void readings_hold_fields(void **state)
{
    static struct reading r;
    double value = 0;

    (void)state;
    assert_true(reading_put(&r, M_PV_POWER, 1) && reading_put(&r, M_PV_POWER, 2));
    assert_int_equal(r.count, 1);
    assert_true(reading_get(&r, M_PV_POWER, &value) && value == 2);
    reading_drop(&r, M_PV_POWER);
    assert_false(reading_has(&r, M_PV_POWER));
    for (int m = 1; m <= READING_MAX; m++)
        assert_true(reading_put(&r, (enum metric)m, m));
    assert_false(reading_put(&r, (enum metric)(READING_MAX + 1), 0)); /* full, and says so */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_make_sense),      cmocka_unit_test(no_name_ends_in_its_unit),
        cmocka_unit_test(words_lead_back),      cmocka_unit_test(values_are_said),
        cmocka_unit_test(readings_hold_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
