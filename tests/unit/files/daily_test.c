/* The daily log: its words, midnight, restarts, torn lines, second devices, and what it must not
 * make up. */
#include "base/section.h"
#include "files/forms.h"
#include "store/days.h"
#include "store/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct sink sink_file;

#define HEADER "Maak nog korrekte opskrifte hier\n"
#define NUMBERS "[230.1,49.9,229.8,50,411,335,8,428,53.2,12,87,48,14,103.8,57.45,3,1,1,0,856]"
#define WORDS                                                                                      \
    "230.1 49.9 229.8 50.0 0411 0335 008 428 53.20 012 087 0048 0014 103.8 57.45 00003 "           \
    "00010110 00 00 00856 010\n"

static const enum metric metrics_of[] = {
    M_GRID_VOLTAGE,
    M_GRID_FREQUENCY,
    M_OUTPUT_VOLTAGE,
    M_OUTPUT_FREQUENCY,
    M_OUTPUT_APPARENT_POWER,
    M_OUTPUT_POWER,
    M_LOAD_PERCENTAGE,
    M_BUS_VOLTAGE,
    M_BATTERY_VOLTAGE,
    M_BATTERY_CHARGE_CURRENT,
    M_BATTERY_SOC,
    M_HEATSINK_TEMPERATURE,
    M_CHARGER_CURRENT,
    M_PV_VOLTAGE,
    M_BATTERY_VOLTAGE_CHARGER,
    M_BATTERY_DISCHARGE_CURRENT,
    M_OUTPUT_ON,
    M_SOLAR_CHARGING,
    M_GRID_CHARGING,
    M_PV_POWER,
};
enum { METRICS = sizeof metrics_of / sizeof *metrics_of };

/* 2021-03-04 23:59:59.250 in Sofia */
static const int64_t late_ms = 1614895199250;

struct stand {
    char folder[64];
    struct section section;
    struct seat seat;
    struct shape shape;
    struct origin roof, shed;
};
static struct stand *stand;

static void open_sink(void)
{
    char words[200];
    const struct setting *tables[] = {sink_settings, sink_file.settings};

    snprintf(words, sizeof words, "kind=file,form=axpert-log,folder=%s", stand->folder);
    assert_int_equal(section_from_words("sink", "log", words, &stand->section), OK);
    assert_int_equal(section_check(&stand->section, tables, 2), OK);
    stand->seat = (struct seat){.name = "log",
                                .sink = &sink_file,
                                .section = &stand->section,
                                .memory = calloc(1, sink_file.memory)};
    assert_int_equal(sink_file.open(&stand->seat), OK);
}

static void close_sink(void)
{
    sink_file.close(&stand->seat);
    free(stand->seat.memory);
    section_done(&stand->section);
}

static int begin(void **state)
{
    (void)state;
    if (!zone_set("Europe/Sofia"))
        return -1;
    stand = calloc(1, sizeof *stand);
    snprintf(stand->folder, sizeof stand->folder, "/tmp/helio_daily_XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    stand->shape = (struct shape){.id = 1, .count = METRICS};
    for (unsigned i = 0; i < METRICS; i++) {
        stand->shape.fields[i].name = (char *)catalogue[metrics_of[i]].name;
        stand->shape.fields[i].metric = (uint16_t)metrics_of[i];
    }
    stand->roof = (struct origin){.id = 1, .name = "roof", .driver = "axpert"};
    stand->shed = (struct origin){.id = 2, .name = "shed", .driver = "axpert"};
    open_sink();
    return 0;
}

static int end(void **state)
{
    char command[100];

    (void)state;
    close_sink();
    snprintf(command, sizeof command, "rm -rf '%s'", stand->folder);
    free(stand);
    return system(command);
}

static enum added add(const struct origin *from, int64_t seq, int64_t at_ms, const char *numbers)
{
    struct record r = {
        .seq = seq, .at_ms = at_ms, .from = from, .shape = &stand->shape, .numbers = numbers};

    return sink_file.add(&stand->seat, &r);
}

static enum verdict send_all(void)
{
    struct outcome o;

    sink_file.send(&stand->seat);
    sink_file.settle(&stand->seat, 0, &o);
    return o.verdict;
}

static void deliver(const struct origin *from, int64_t seq, int64_t at_ms)
{
    assert_int_equal(add(from, seq, at_ms, NUMBERS), ADDED);
    assert_int_equal(send_all(), TAKEN);
}

static FILE *file_of(const char *name, const char *mode)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", stand->folder, name);
    return fopen(path, mode);
}

static void holds(const char *name, const char *wanted)
{
    char text[4000];
    FILE *file = file_of(name, "r");

    if (!file)
        fail_msg("there is no %s", name);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file); /* only read */
    assert_string_equal(text, wanted);
}

static void a_day_ends_at_midnight(void **state)
{
    (void)state;
    assert_true(stand->seat.wants_all);
    assert_int_equal(add(&stand->roof, 1, late_ms, NUMBERS), ADDED);
    assert_int_equal(add(&stand->roof, 2, late_ms + 1000, NUMBERS), ADDED);
    assert_int_equal(send_all(), TAKEN);
    deliver(&stand->roof, 3, late_ms + 31000);
    holds("Axpert2021-03-04.log", HEADER "2021-03-04 23:59:59.250000," WORDS);
    holds("Axpert2021-03-05.log",
          HEADER "2021-03-05 00:00:00.250000," WORDS "2021-03-05 00:00:30.250000," WORDS);
}

static void nothing_is_made_up(void **state)
{
    char numbers[200];

    (void)state;
    for (int missing = 0; missing < METRICS; missing++) {
        struct text t = text_on(numbers, sizeof numbers);
        for (int i = 0; i < METRICS; i++)
            text_add(&t, i == missing ? ",null" : ",1");
        if (add(&stand->roof, missing + 1, late_ms, numbers) != SKIPPED)
            fail_msg("a line without %s", catalogue[metrics_of[missing]].name);
    }
    assert_int_equal(send_all(), TAKEN);
    assert_null(file_of("Axpert2021-03-04.log", "r"));
}

/* The place in the log may be a little behind what was written when the power went. */
static void a_restart_writes_nothing_twice(void **state)
{
    const int64_t at = late_ms - 100000;

    (void)state;
    deliver(&stand->roof, 1, at);
    deliver(&stand->roof, 2, at + 1000);
    close_sink();
    open_sink();
    deliver(&stand->roof, 1, at);
    deliver(&stand->roof, 2, at + 1000);
    deliver(&stand->roof, 3, at + 2000);
    holds("Axpert2021-03-04.log",
          HEADER "2021-03-04 23:58:19.250000," WORDS "2021-03-04 23:58:20.250000," WORDS
                 "2021-03-04 23:58:21.250000," WORDS);
}

static void a_torn_line_is_closed_and_written_again(void **state)
{
    (void)state;
    FILE *file = file_of("Axpert2021-03-04.log", "w");
    assert_non_null(file);
    fputs(HEADER "2021-03-04 23:59:59.250000,230.1 49.9 2", file);
    assert_int_equal(fclose(file), 0);
    deliver(&stand->roof, 7, late_ms);
    holds("Axpert2021-03-04.log", HEADER "2021-03-04 23:59:59.250000,230.1 49.9 2\n"
                                         "2021-03-04 23:59:59.250000," WORDS);
}

static void a_clock_set_back_loses_nothing(void **state)
{
    (void)state;
    deliver(&stand->roof, 1, late_ms);
    deliver(&stand->roof, 2, late_ms - 60000);
    deliver(&stand->roof, 2, late_ms - 60000); /* offered again after a failure */
    holds("Axpert2021-03-04.log",
          HEADER "2021-03-04 23:59:59.250000," WORDS "2021-03-04 23:58:59.250000," WORDS);
}

/* 2020-10-25 03:30 comes twice in Sofia; a restart lies between. */
static void the_hour_that_comes_twice(void **state)
{
    const int64_t first = 1603585800000;

    (void)state;
    deliver(&stand->roof, 1, first);
    deliver(&stand->roof, 2, first + 1200000);
    deliver(&stand->roof, 3, first + 3600000);
    close_sink();
    open_sink();
    deliver(&stand->roof, 3, first + 3600000);
    deliver(&stand->roof, 4, first + 3601000);
    holds("Axpert2020-10-25.log",
          HEADER "2020-10-25 03:30:00.000000," WORDS "2020-10-25 03:50:00.000000," WORDS
                 "2020-10-25 03:30:00.000000," WORDS "2020-10-25 03:30:01.000000," WORDS);
}

static void two_devices_have_two_files(void **state)
{
    (void)state;
    assert_int_equal(add(&stand->roof, 1, late_ms, NUMBERS), ADDED);
    assert_int_equal(add(&stand->shed, 2, late_ms, NUMBERS), ADDED);
    assert_int_equal(send_all(), TAKEN);
    deliver(&stand->roof, 3, late_ms + 100);
    holds("Axpert-roof-2021-03-04.log",
          HEADER "2021-03-04 23:59:59.250000," WORDS "2021-03-04 23:59:59.350000," WORDS);
    holds("Axpert-shed-2021-03-04.log", HEADER "2021-03-04 23:59:59.250000," WORDS);
}

/* Panels' amperes have a point; floating and grid charging are told from what is known. */
static void other_words(void **state)
{
    char bytes[300];
    struct text t = text_on(bytes, sizeof bytes);
    struct reading r = {0};

    (void)state;
    for (unsigned i = 0; i < METRICS; i++)
        if (metrics_of[i] != M_CHARGER_CURRENT)
            assert_true(reading_put(&r, metrics_of[i], i == 17 ? 0 : 1));
    assert_false(form_axpert(&r, &t));
    assert_int_equal(t.used, 0);
    assert_true(reading_put(&r, M_PV_CURRENT, 2.7));
    assert_true(reading_put(&r, M_CHARGE_STAGE, CHARGE_STAGE_FLOAT));
    assert_true(form_axpert(&r, &t));
    assert_string_equal(bytes, "001.0 01.0 001.0 01.0 0001 0001 001 001 01.00 001 001 0001 02.7 "
                               "001.0 01.00 00001 00010101 00 00 00001 110");
}

static void a_folder_that_is_gone(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", stand->folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(add(&stand->roof, 1, late_ms, NUMBERS), ADDED);
    assert_int_equal(send_all(), LATER);
    snprintf(command, sizeof command, "mkdir '%s'", stand->folder);
    assert_int_equal(system(command), 0);
    deliver(&stand->roof, 1, late_ms);
    holds("Axpert2021-03-04.log", HEADER "2021-03-04 23:59:59.250000," WORDS);
}

static void a_runtime_folder_will_not_do(void **state)
{
    const struct setting *tables[] = {sink_settings, sink_file.settings};
    struct section s;

    (void)state;
    assert_int_equal(section_from_words("sink", "log", "kind=file,form=axpert-log", &s), OK);
    assert_int_equal(section_check(&s, tables, 2), OK);
    unsigned before = s.faults;
    sink_file.check(&s);
    assert_true(s.faults > before);
    section_done(&s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_day_ends_at_midnight),         TEST(nothing_is_made_up),
        TEST(a_restart_writes_nothing_twice), TEST(a_torn_line_is_closed_and_written_again),
        TEST(a_clock_set_back_loses_nothing), TEST(the_hour_that_comes_twice),
        TEST(two_devices_have_two_files),     TEST(other_words),
        TEST(a_folder_that_is_gone),          cmocka_unit_test(a_runtime_folder_will_not_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
