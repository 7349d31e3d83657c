/* Rows going out as CSV: what they are, and that they cost no more than lines for a database. */
#include "collector/history/outflow.h"

#include "base/clock.h"

#ifdef HELIO_HAS_INFLUX
#include "influx/line_protocol.h"
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NUMBERS = 25, ROWS = 4000, TURNS = 5 };
static char numbers[NUMBERS * 8 + 2], letters[1 << 16];
static struct origin south = {.id = 7, .name = "south, upper", .driver = "tracer"};

/* A set of so many names, from this metric on. */
static void name(struct shape *s, int id, int first, unsigned count)
{
    *s = (struct shape){.id = id, .count = count};
    for (unsigned i = 0; i < count; i++) {
        s->fields[i].metric = (uint16_t)(first + (int)i);
        s->fields[i].name = (char *)(uintptr_t)catalogue[first + (int)i].name;
    }
}

static struct record row(const struct shape *s, int64_t at_ms, const char *of)
{
    return (struct record){
        .kind = RECORD_LIVE, .from = &south, .shape = s, .at_ms = at_ms, .numbers = of};
}

/* What comes out of these rows, each learned first. */
static const char *all_of(struct outflow *o, const struct record *rows, size_t count)
{
    memset(letters, 0, sizeof letters);
    o->to = fmemopen(letters, sizeof letters, "w");
    assert_non_null(o->to);
    for (size_t i = 0; i < count; i++)
        outflow_learn(o, &rows[i]);
    outflow_begin(o);
    for (size_t i = 0; i < count; i++)
        outflow_row(o, &rows[i]);
    outflow_end(o);
    assert_int_equal(fclose(o->to), 0);
    assert_false(o->is_short_of_memory);
    return letters;
}

static void each_number_has_its_column(void **state)
{
    struct outflow o = {0}, json = {.is_json = true};
    struct shape wide, other;

    (void)state;
    name(&wide, 1, M_PV_VOLTAGE, 3);
    name(&other, 2, M_PV_CURRENT, 1);
    struct record rows[] = {row(&other, 1000, "[1.5]"), row(&wide, 2000, "[60,null,90.25]"),
                            row(&wide, 3500, "[null,2,null]"), row(&wide, 4000, "[null,null,null]"),
                            row(&other, 5000, "[3]")};
    assert_string_equal(all_of(&o, rows, 5), "time,device,pv_voltage,pv_current,pv_power\r\n"
                                             "1970-01-01T00:00:01Z,\"south, upper\",,1.5,\r\n"
                                             "1970-01-01T00:00:02Z,\"south, upper\",60,,90.25\r\n"
                                             "1970-01-01T00:00:03.500Z,\"south, upper\",,2,\r\n"
                                             "1970-01-01T00:00:05Z,\"south, upper\",,3,\r\n");
    assert_int_equal(o.lines, 4);
    assert_string_equal(all_of(&json, rows, 2),
                        "{\"time\":\"1970-01-01T00:00:01Z\",\"device\": \"south, upper\","
                        "\"pv_current\":1.5}\n"
                        "{\"time\":\"1970-01-01T00:00:02Z\",\"device\": \"south, upper\","
                        "\"pv_voltage\":60,\"pv_power\":90.25}\n");
}

/* A name that never had a number is no column; a set that changes from row to row (as those of
 * finished days, which have no number) is looked at each time. */
static void only_what_was_said_is_a_column(void **state)
{
    struct outflow o = {0}, days = {.is_by_date = true};
    struct shape s, day;

    (void)state;
    name(&s, 1, M_PV_VOLTAGE, 3);
    struct record rows[] = {row(&s, 1000, "[null,1,null]"), row(&s, 2000, "[60,1,null]")};
    assert_string_equal(all_of(&o, rows, 2), "time,device,pv_voltage,pv_current\r\n"
                                             "1970-01-01T00:00:01Z,\"south, upper\",,1\r\n"
                                             "1970-01-01T00:00:02Z,\"south, upper\",60,1\r\n");

    days.columns[0] = M_PV_VOLTAGE;
    days.columns[1] = M_PV_CURRENT;
    days.column_count = 2;
    days.to = fmemopen(letters, sizeof letters, "w");
    outflow_begin(&days);
    for (int i = 0; i < 2; i++) {
        name(&day, 0, M_PV_VOLTAGE + i, 1);
        rows[0] = row(&day, 43200000, "[8]");
        outflow_row(&days, &rows[0]);
    }
    outflow_end(&days);
    assert_int_equal(fclose(days.to), 0);
    assert_non_null(strstr(letters, "1970-01-01,\"south, upper\",8,\r\n"
                                    "1970-01-01,\"south, upper\",,8\r\n"));
}

/* More devices than anybody has: each has steps of its own. */
static void any_number_of_devices_by_steps(void **state)
{
    enum { DEVICES = 1500 };
    struct outflow o = {.every_ms = 60000, .to = tmpfile()};
    struct origin *all = calloc(DEVICES, sizeof *all);
    struct shape s;

    (void)state;
    assert_non_null(all);
    assert_non_null(o.to);
    name(&s, 1, M_PV_VOLTAGE, 1);
    o.columns[o.column_count++] = M_PV_VOLTAGE;
    outflow_begin(&o);
    for (int i = 0; i < 2 * DEVICES; i++) {
        struct record r = row(&s, 1000 + i, i < DEVICES ? "[1]" : "[2]");
        all[i % DEVICES].id = i % DEVICES + 1;
        r.from = &all[i % DEVICES];
        outflow_row(&o, &r);
    }
    outflow_end(&o);
    assert_int_equal(o.lines, DEVICES);
    assert_false(o.is_short_of_memory);
    assert_int_equal(fclose(o.to), 0);
    free(all);
}

/* ---- what it costs --------------------------------------------------------------------------- */

#ifdef HELIO_HAS_INFLUX
static int64_t cost(bool is_line, const struct record *r, FILE *to)
{
    static char line[8192];
    struct outflow o = {.to = to};
    int64_t begun_us = clock_worked_us();

    for (int i = 0; i < ROWS && !is_line; i++)
        outflow_learn(&o, r);
    if (!is_line)
        outflow_begin(&o);
    for (int i = 0; i < ROWS; i++)
        if (!is_line)
            outflow_row(&o, r);
        else if (line_of_record(r, "home", line, sizeof line) > 0)
            fputs(line, to);
    outflow_end(&o);
    return clock_worked_us() - begun_us;
}

/* The least of several turns: others are at work on this machine, too. */
static void as_quick_as_line_protocol(void **state)
{
    int64_t least[2] = {INT64_MAX, INT64_MAX};
    FILE *to = fopen("/dev/null", "w");
    struct shape s;
    struct record r;

    (void)state;
    assert_non_null(to);
    name(&s, 1, M_PV_VOLTAGE, NUMBERS);
    for (unsigned i = 0; i < NUMBERS; i++)
        strcat(numbers, i ? ",123.45" : "[123.45");
    strcat(numbers, "]");
    r = row(&s, 1777777777000, numbers);
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < 2; k++) {
            int64_t now = cost(k == 1, &r, to);
            least[k] = now < least[k] ? now : least[k];
        }
    print_message("csv %lld us, line protocol %lld us\n", (long long)least[0], (long long)least[1]);
    assert_in_range(least[0], 1, 2 * least[1]);
    assert_int_equal(fclose(to), 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_has_its_column),
        cmocka_unit_test(only_what_was_said_is_a_column),
        cmocka_unit_test(any_number_of_devices_by_steps),
#ifdef HELIO_HAS_INFLUX
        cmocka_unit_test(as_quick_as_line_protocol),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
