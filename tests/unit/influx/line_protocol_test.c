/* Lines of line protocol: every trap that databases were seen to set, and both layouts. */
#include "base/clock.h"
#include "base/error.h"
#include "influx/line_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct shape shape_of(unsigned count, const enum metric *metrics)
{
    static int id;
    struct shape shape = {.id = ++id, .count = count};

    for (unsigned i = 0; i < count; i++) {
        shape.fields[i].name = (char *)catalogue[metrics[i]].name;
        shape.fields[i].metric = (uint16_t)metrics[i];
    }
    return shape;
}

static const char *line(struct line_maker *m, const struct origin *from, const struct shape *shape,
                        const char *numbers, int64_t at_ms)
{
    static char text[LINE_BYTES];
    struct record r = {.at_ms = at_ms, .from = from, .shape = shape, .numbers = numbers};
    int length = line_make(m, &r, text, sizeof text);

    assert_true(length >= 0);
    text[length] = '\0';
    assert_int_equal(strlen(text), length);
    return text;
}

static void our_layout(void **state)
{
    static const enum metric metrics[] = {M_PV_VOLTAGE, M_CHARGE_STAGE, M_LOAD_ON,
                                          M_BATTERY_ALARMS};
    struct line_maker m = {.measurement = "solar", .site = "home"};
    struct origin south = {.id = 1, .name = "south", .driver = "tracer", .group = "house"};
    struct shape shape = shape_of(4, metrics);

    (void)state;
    assert_string_equal(line(&m, &south, &shape, "[37,2,1,0]", 1700000000123),
                        "solar,device=south,driver=tracer,group=house,site=home "
                        "pv_voltage=37,charge_stage=2i,load_on=1i,battery_alarms=0i "
                        "1700000000123\n");
    /* missing is missing, and a state that is no whole number is no state */
    assert_string_equal(line(&m, &south, &shape, "[1e-05,2.5,null,null]", 5),
                        "solar,device=south,driver=tracer,group=house,site=home "
                        "pv_voltage=1e-05 5\n");
    assert_string_equal(line(&m, &south, &shape, "[null,null,null,null]", 5), "");
    south.group[0] = '\0'; /* no empty tag; and the cache must notice */
    assert_string_equal(line(&m, &south, &shape, "[37,null,null,null]", 5),
                        "solar,device=south,driver=tracer,site=home pv_voltage=37 5\n");
    line_maker_done(&m);
}

static void what_must_be_escaped(void **state)
{
    static const struct {
        enum line_place where;
        const char *name, *escaped;
    } cases[] = {
        {IN_MEASUREMENT, "a b,c=d", "a\\ b\\,c=d"},
        {IN_TAG_OR_KEY, "a b,c=d", "a\\ b\\,c\\=d"},
        {IN_TAG_OR_KEY, "ends with\\", "ends\\ with"},
        {IN_TAG_OR_KEY, "\\\\", ""},
        {IN_TAG_OR_KEY, "a\\,b\\c", "a\\,b\\c"},
        {IN_TAG_OR_KEY, "_own", "x_own"},
        {IN_TAG_OR_KEY, "two\nlines\r\t", "two\\ lines\\ \\ "},
        {IN_TAG_OR_KEY, "", ""},
        {IN_TAG_OR_KEY, "Südseite \"1\"", "Südseite\\ \"1\""},
    };
    char text[100];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        *text = '\0';
        line_escape(cases[i].name, cases[i].where, text, sizeof text);
        assert_string_equal(text, cases[i].escaped);
    }
}

static void left_out_fields(void **state)
{
    static const enum metric metrics[] = {M_PV_VOLTAGE, M_PV_POWER};
    struct line_maker m = {.measurement = "solar", .site = "home"};
    struct origin south = {.id = 1, .name = "south", .driver = "tracer"};
    struct shape shape = shape_of(2, metrics);

    (void)state;
    clock_take(1780000000000);
    assert_non_null(strstr(line(&m, &south, &shape, "[1,2]", 5), "pv_power=2"));
    assert_true(line_leave_out(&m, "pv_power", clock_us()));
    assert_false(line_leave_out(&m, "pv_power", clock_us()));
    assert_null(strstr(line(&m, &south, &shape, "[1,2]", 5), "pv_power"));
    assert_int_equal(m.left_out_count, 1);
    clock_sleep_us(3700000000); /* an hour later it is tried again */
    line_maker_done(&m);
    assert_non_null(strstr(line(&m, &south, &shape, "[1,2]", 5), "pv_power=2"));
    line_maker_done(&m);
    clock_give_back();
}

/* The old program's fields, in both of its modes; times are whole seconds. */
static void old_layout(void **state)
{
    static const enum metric metrics[] = {M_PV_VOLTAGE,        M_PV_CURRENT,      M_PV_POWER,
                                          M_BATTERY_VOLTAGE,   M_CHARGER_CURRENT, M_BATTERY_SOC,
                                          M_LOAD_VOLTAGE,      M_LOAD_CURRENT,    M_LOAD_POWER,
                                          M_PV_ENERGY,         M_PV_ENERGY_TODAY, M_LOAD_ENERGY,
                                          M_LOAD_ENERGY_TODAY, M_CASE_TEMPERATURE};
    struct line_maker m = {
        .layout = LAYOUT_INDIVIDUAL, .measurement = "solar", .group = "all", .site = "home"};
    struct origin unit = {.id = 1, .name = "south", .driver = "tracer", .address = 3};
    struct origin all = {.id = 2, .name = "all", .driver = "group"};
    struct shape shape = shape_of(14, metrics);
    const char *numbers = "[72.2,9.5,685.9,26.1,26.2,70,26,2.5,65,1310.69,2.5,700.4,0.8,25]";

    (void)state;
    assert_string_equal(line(&m, &unit, &shape, numbers, 1700000000999),
                        "solar_3 PVvolt=72.2,PVamps=9.5,PVwatt=685.9,PVkwh=1310.69,PVkwh2d=2.5,"
                        "BAvolt=26.1,BAamps=26.2,BAperc=0.7,DCvolt=26,DCamps=2.5,DCwatt=65,"
                        "DCkwh=700.4,DCkwh2d=0.8,PVwattfix=685.9 1700000000000\n");
    assert_string_equal(line(&m, &all, &shape, numbers, 1000), ""); /* not a unit */
    line_maker_done(&m);
    m.layout = LAYOUT_AGGREGATE;
    assert_string_equal(line(&m, &unit, &shape, numbers, 1000), "");
    assert_string_equal(
        line(&m, &all, &shape, "[70,20,1300,26,50,null,26,5,130,null,5,1400,1.6,25]", 1000),
        "solar PVvolt=70,PVamps=20,PVwatt=1300,PVkwh2d=5,BAvolt=26,BAamps=50,"
        "DCvolt=26,DCamps=5,DCwatt=130,DCkwh=1400,DCkwh2d=1.6,PVwattfix=1300 1000\n");
    line_maker_done(&m);
}

static void no_room_is_told(void **state)
{
    static const enum metric metrics[] = {M_PV_VOLTAGE};
    struct line_maker m = {.measurement = "solar", .site = "home"};
    struct origin south = {.id = 1, .name = "south", .driver = "tracer"};
    struct shape shape = shape_of(1, metrics);
    struct record r = {.at_ms = 5, .from = &south, .shape = &shape, .numbers = "[37]"};
    char text[100];

    (void)state;
    int whole = line_make(&m, &r, text, sizeof text);
    assert_true(whole > 0);
    for (size_t size = 0; size <= (size_t)whole; size++)
        assert_int_equal(line_make(&m, &r, text, size), ERR_FULL);
    assert_int_equal(line_make(&m, &r, text, (size_t)whole + 1), whole);
    line_maker_done(&m);
}

/* A finished day is a series of its own: at its noon the device said something else. */
static void a_finished_day(void **state)
{
    static struct line_maker m = {.measurement = "solar", .site = ""};
    static struct line_maker old = {
        .layout = LAYOUT_INDIVIDUAL, .measurement = "solar", .site = ""};
    const struct origin from = {.id = 7, .name = "roof", .driver = "tracer", .address = 1};
    const struct shape shape = shape_of(1, (const enum metric[]){M_PV_ENERGY_TODAY});
    struct record r = {.at_ms = 1, .from = &from, .shape = &shape, .numbers = "[5.3]"};
    char text[LINE_BYTES];

    (void)state;
    for (int again = 0; again < 2; again++) {
        r.kind = RECORD_LIVE;
        assert_true(line_make(&m, &r, text, sizeof text) > 0);
        assert_string_equal(text, "solar,device=roof,driver=tracer pv_energy_today=5.3 1\n");
        r.kind = RECORD_DAY;
        assert_true(line_make(&m, &r, text, sizeof text) > 0);
        assert_string_equal(text, "solar_day,device=roof,driver=tracer pv_energy_today=5.3 1\n");
    }
    assert_int_equal(line_make(&old, &r, text, sizeof text), 0);
    line_maker_done(&m);
    line_maker_done(&old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_layout),      cmocka_unit_test(what_must_be_escaped),
        cmocka_unit_test(left_out_fields), cmocka_unit_test(old_layout),
        cmocka_unit_test(no_room_is_told), cmocka_unit_test(a_finished_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
