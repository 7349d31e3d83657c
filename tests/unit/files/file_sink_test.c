/* The file sink: the old lines byte by byte, JSON, whole files only, and folders that refuse. */
#include "base/section.h"
#include "files/forms.h"
#include "store/sink.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct sink sink_file;

static struct reading said(void)
{
    struct reading r = {.round_ms = 1780000000000};

    assert_true(reading_put(&r, M_PV_POWER, 1310.69));
    assert_true(reading_put(&r, M_PV_VOLTAGE, 72.2));
    assert_true(reading_put(&r, M_BATTERY_SOC, 70));
    assert_true(reading_put(&r, M_CHARGE_STAGE, CHARGE_STAGE_FLOAT));
    assert_true(reading_put(&r, M_BATTERY_TEMPERATURE, -5.5));
    return r;
}

static void the_old_lines(void **state)
{
    char bytes[FORM_BYTES];
    struct text t = text_on(bytes, sizeof bytes);
    struct reading r = said();
    char wanted[300];

    (void)state;
    form_old(&r, &t);
    snprintf(wanted, sizeof wanted,
             "pvvolt:72.2\nbaperc:70.0\nbatemp:-5.5\nepstat:%d\npvwatt:1310.69\n"
             "time:2026-05-28T20:26:40Z\n",
             CHARGE_STAGE_FLOAT);
    assert_string_equal(bytes, wanted);
}

static void json(void **state)
{
    char bytes[FORM_BYTES];
    struct text t = text_on(bytes, sizeof bytes);
    struct origin from = {.name = "so\"uth", .driver = "tracer", .address = 2};
    struct reading r = said();

    (void)state;
    form_json(&from, &r, &t);
    assert_non_null(strstr(bytes, "\"time\": \"2026-05-28T20:26:40Z\""));
    assert_non_null(strstr(bytes, "\"device\": \"so\\\"uth\""));
    assert_non_null(strstr(bytes, "\"charge_stage_text\": \"float\""));
    assert_non_null(strstr(bytes, "\"pv_power\": 1310.69"));
    assert_int_equal(bytes[strlen(bytes) - 1], '\n');
}

/* ---- the sink ---------------------------------------------------------------------------- */

struct stand {
    char folder[64];
    struct section section;
    struct seat seat;
    struct shape shape;
    struct origin from;
};

static struct stand *stand;

static void begin_as(const char *form, const char *folder)
{
    char words[200];
    const struct setting *tables[] = {sink_settings, sink_file.settings};

    snprintf(words, sizeof words, "kind=file,form=%s,folder=%s", form, folder);
    assert_int_equal(section_from_words("sink", "files", words, &stand->section), OK);
    assert_int_equal(section_check(&stand->section, tables, 2), OK);
    stand->seat = (struct seat){.name = "files",
                                .sink = &sink_file,
                                .section = &stand->section,
                                .memory = calloc(1, sink_file.memory)};
    assert_int_equal(sink_file.open(&stand->seat), OK);
}

static void begin_in(const char *folder)
{
    begin_as("logtracer", folder);
}

static int begin(void **state)
{
    (void)state;
    stand = calloc(1, sizeof *stand);
    snprintf(stand->folder, sizeof stand->folder, "/tmp/helio_files_XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    stand->shape = (struct shape){.id = 1, .count = 2};
    stand->shape.fields[0].name = (char *)catalogue[M_PV_VOLTAGE].name;
    stand->shape.fields[0].metric = M_PV_VOLTAGE;
    stand->shape.fields[1].name = (char *)catalogue[M_PV_POWER].name;
    stand->shape.fields[1].metric = M_PV_POWER;
    stand->from = (struct origin){.id = 1, .name = "south", .driver = "tracer", .address = 7};
    return 0;
}

static int end(void **state)
{
    char command[100];

    (void)state;
    sink_file.close(&stand->seat);
    free(stand->seat.memory);
    section_done(&stand->section);
    snprintf(command, sizeof command, "rm -rf '%s'", stand->folder);
    free(stand);
    return system(command);
}

static struct outcome deliver(int64_t at_ms, const char *numbers)
{
    struct record r = {
        .at_ms = at_ms, .from = &stand->from, .shape = &stand->shape, .numbers = numbers};
    struct outcome o;

    assert_int_equal(sink_file.add(&stand->seat, &r), ADDED);
    sink_file.send(&stand->seat);
    sink_file.settle(&stand->seat, 0, &o);
    return o;
}

static _Atomic bool is_over;
static unsigned torn, looks;

/* Every look at the file finds one of the two contents, whole. */
static void *look(void *path)
{
    while (!is_over) {
        char text[200] = "";
        FILE *file = fopen(path, "r");
        if (!file)
            continue;
        size_t length = fread(text, 1, sizeof text - 1, file);
        (void)fclose(file); /* only read */
        text[length] = '\0';
        looks++;
        if (!strstr(text, "pvvolt:") || !strstr(text, "pvwatt:") || text[length - 1] != '\n')
            torn++;
    }
    return NULL;
}

static void files_are_always_whole(void **state)
{
    char path[120];
    pthread_t reader;

    (void)state;
    begin_in(stand->folder);
    snprintf(path, sizeof path, "%s/ep_tracer_7.log", stand->folder);
    assert_int_equal(deliver(1780000000000, "[72.2,100]").verdict, TAKEN);
    assert_int_equal(access(path, R_OK), 0);
    is_over = false;
    assert_int_equal(pthread_create(&reader, NULL, look, path), 0);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(
            deliver(1780000000000 + i * 1000, i % 2 ? "[72.2,100]" : "[1,123456.789]").verdict,
            TAKEN);
    is_over = true;
    pthread_join(reader, NULL);
    print_message("files: %u looks at 2000 writes, %u torn\n", looks, torn);
    assert_int_equal(torn, 0);
}

static void a_folder_that_is_not_there(void **state)
{
    (void)state;
    begin_in("/proc/no/such/folder");
    struct outcome o = deliver(1780000000000, "[1,2]");
    assert_int_equal(o.verdict, LATER);
    assert_true(o.is_alarm);
    assert_non_null(strstr(o.why, "/proc/no/such/folder"));
}

static void read_file(const char *name, char *to, size_t size)
{
    char path[120];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", stand->folder, name);
    file = fopen(path, "r");
    assert_non_null(file);
    to[fread(to, 1, size - 1, file)] = '\0';
    (void)fclose(file); /* only read */
}

static void read_back(char *to, size_t size)
{
    read_file("ep_tracer_7.log", to, size);
}

/* In JSON what a round did not ask stays as it was said, until nothing was heard for ten minutes.
 */
static void what_is_missing_now_stays_for_a_while(void **state)
{
    static const struct {
        int64_t silence_ms;
        bool stays;
    } rows[] = {{10000, true}, {600000, true}, {600001, false}, {86400000, false}};
    int64_t now = 1780000000000;
    char text[2000];

    (void)state;
    begin_as("json", stand->folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(deliver(now, "[72.2,100]").verdict, TAKEN);
        now += rows[i].silence_ms;
        assert_int_equal(deliver(now, "[null,90]").verdict, TAKEN);
        read_file("south.json", text, sizeof text);
        assert_non_null(strstr(text, "\"pv_power\": 90"));
        if ((strstr(text, "pv_voltage") != NULL) != rows[i].stays)
            fail_msg("after %lld ms", (long long)rows[i].silence_ms);
    }
}

static void what_is_missing_now_has_no_line(void **state)
{
    char text[200];

    (void)state;
    begin_in(stand->folder);
    assert_int_equal(deliver(1780000000000, "[72.2,100]").verdict, TAKEN);
    assert_int_equal(deliver(1780000010000, "[null,90]").verdict, TAKEN);
    read_back(text, sizeof text);
    assert_string_equal(text, "pvwatt:90.0\ntime:2026-05-28T20:26:50Z\n");
}

/* A resend brings old readings: the newest stays. */
static void old_readings_change_nothing(void **state)
{
    struct record r = {.seq = 9, .from = &stand->from, .shape = &stand->shape};
    char before[200], after[200];
    struct outcome o;

    (void)state;
    begin_in(stand->folder);
    r.at_ms = 1780000000000;
    r.numbers = "[72.2,100]";
    assert_int_equal(sink_file.add(&stand->seat, &r), ADDED);
    sink_file.send(&stand->seat);
    read_back(before, sizeof before);
    r.seq = 3;
    r.at_ms -= 3600000;
    r.numbers = "[1,1]";
    assert_int_equal(sink_file.add(&stand->seat, &r), SKIPPED);
    sink_file.send(&stand->seat);
    sink_file.settle(&stand->seat, 0, &o);
    assert_int_equal(o.verdict, TAKEN);
    read_back(after, sizeof after);
    assert_string_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_lines),
        cmocka_unit_test(json),
        cmocka_unit_test_setup_teardown(files_are_always_whole, begin, end),
        cmocka_unit_test_setup_teardown(what_is_missing_now_has_no_line, begin, end),
        cmocka_unit_test_setup_teardown(what_is_missing_now_stays_for_a_while, begin, end),
        cmocka_unit_test_setup_teardown(old_readings_change_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
