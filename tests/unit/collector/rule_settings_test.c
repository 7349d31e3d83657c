/* What a [rule] section may say. */
#include "collector/rules/rule_step.h"

#include "base/text.h"
#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const int64_t minute_us = 60000000, hour_us = 3600000000;

#define GOOD                                                                                       \
    "device = south\nenabled = yes\nlead_acid = yes\nnormal_voltage = 52.8\n"                      \
    "absorb_voltage = 58.4\nend_current = 6.4\n"

static struct said said;
static struct settings *file;

static int load(struct rule *r, const char *words)
{
    char text[1024];
    struct text t = text_on(text, sizeof text);
    int rc;

    settings_free(file);
    text_format(&t, "[rule absorb]\n%s", words);
    assert_int_equal(settings_parse(text, "home.ini", &file), OK);
    said_start(&said);
    rc = rule_load(r, &file->sections[0]);
    said_stop(&said);
    return rc;
}

static void complains(const char *words, const char *complaint)
{
    struct rule r;

    assert_int_equal(load(&r, words), ERR_CONFIG);
    if (!strstr(said.text, complaint))
        fail_msg("\"%s\" is not said in: %s", complaint, said.text);
}

static void a_rule_is_loaded(void **state)
{
    struct rule r;

    (void)state;
    assert_int_equal(load(&r, GOOD), OK);
    assert_true(r.is_enabled);
    assert_int_equal(r.start, 180);
    assert_int_equal(r.stop_from, 660);
    assert_int_equal(r.stop_until, 21 * 60);
    assert_int_equal(r.window_us, 30 * minute_us);
    assert_int_equal(r.held_most_us, 6 * hour_us);
    assert_int_equal(r.raised_most_us, 20 * hour_us);
    assert_int_equal(r.changes, 2);
    assert_int_equal(load(&r, GOOD "start = 8:09\n"), OK);
    assert_int_equal(r.start, 489);
    assert_int_equal(load(&r, "device = south\nlead_acid = yes\nnormal_voltage = 27.2\n"
                              "absorb_voltage = 28.8\nend_current = 2\n"),
                     OK);
    assert_false(r.is_enabled); /* off, unless somebody says otherwise */
}

static void mistakes_are_told(void **state)
{
    (void)state;
    complains("device = south\nnormal_voltage = 52.8\nabsorb_voltage = 58.4\nend_current = 6.4\n",
              "must be yes: this overcharges");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 52.8\nend_current = 6.4\n",
              "absorb_voltage");
    complains(GOOD "start = 25:00\n", "no hour of the day");
    complains(GOOD "start = 3\n", "no hour of the day");
    complains(GOOD "start = -1:30\n", "no hour of the day");
    complains(GOOD "start = 12:00\n", "must be later than start");
    complains(GOOD "stop_until = 10:00\n", "must be later than stop_from");
    complains(GOOD "max_hours = 90\n", "max_hours");
    complains(GOOD "changes_per_day = 100\n", "changes_per_day");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 58.4\nabsorb_voltage = 52.8\n"
              "end_current = 6.4\n",
              "must be above normal_voltage");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 28\nabsorb_voltage = 56\n"
              "end_current = 6.4\n",
              "a fifth above");
    complains("device = south\nlead_acid = yes\nnormal_voltage = 56\nabsorb_voltage = 63\n"
              "end_current = 6.4\n",
              "no lead-acid battery");
}

static int file_is_over(void **unused)
{
    (void)unused;
    settings_free(file);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_loaded),
        cmocka_unit_test(mistakes_are_told),
    };

    return cmocka_run_group_tests_name("rule_settings", tests, NULL, file_is_over);
}
