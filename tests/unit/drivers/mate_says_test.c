/* What MATEnet's pages and registers say. */
#include "drivers/mate/mate.h"

#include "drivers/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_of(const char *text, uint8_t *to)
{
    size_t n = 0;
    char *end;

    for (;;) {
        unsigned long byte = strtoul(text, &end, 16);
        if (end == text)
            return n;
        to[n++] = (uint8_t)byte;
        text = end;
    }
}

struct seen {
    unsigned count;
    struct {
        char name[40], text[40];
        double value;
    } fields[80];
};

static void see(void *to, const struct field *f)
{
    struct seen *s = to;

    assert_true(s->count < 80);
    snprintf(s->fields[s->count].name, 40, "%s", f->name);
    snprintf(s->fields[s->count].text, 40, "%s", f->text ? f->text : "");
    s->fields[s->count++].value = f->value;
}

static double said(const struct seen *s, const char *name)
{
    for (unsigned i = s->count; i-- > 0;)
        if (!strcmp(s->fields[i].name, name))
            return s->fields[i].value;
    return NAN;
}

static int tell(struct decoding *how, const char *asked, const char *answered, struct seen *s)
{
    uint8_t question[ASK_MAX], answer[64];
    size_t length = bytes_of(asked, question), answer_length = bytes_of(answered, answer);
    int detail = 0;

    return mate_speech.decode(how, question, length, answer, answer_length, see, s, &detail);
}

static void a_unit_of_230_volts(void **state)
{
    struct decoding how = {.rows = mate_fx_rows};
    struct seen s = {0};

    (void)state;
    /* Before a page was seen nobody knows what a register of volts means: it is left out. */
    assert_int_equal(tell(&how, "02 02 00 2d 00 00 00 31", "02 00 73 00 75", &s), OK);
    assert_true(isnan(said(&s, "output_voltage")));
    assert_int_equal(tell(&how, "02 04 00 01 00 00 00 07",
                          "02 03 05 07 03 73 00 04 00 02 01 00 09 00 00 97", &s),
                     OK);
    assert_float_equal(said(&s, "output_voltage"), 230, 1e-9);
    assert_float_equal(said(&s, "inverter_current"), 1.5, 1e-9);
    assert_float_equal(said(&s, "buy_current"), 3.5, 1e-9);
    assert_float_equal(said(&s, "inverter_power"), 0.345, 1e-9);
    assert_int_equal(tell(&how, "02 02 00 2d 00 00 00 31", "02 00 72 00 74", &s), OK);
    assert_float_equal(said(&s, "output_voltage"), 228, 1e-9);
    /* The same bytes but for one bit: a unit of 120 V. */
    assert_int_equal(tell(&how, "02 04 00 01 00 00 00 07",
                          "02 03 05 07 03 73 00 04 00 02 01 00 08 00 00 96", &s),
                     OK);
    assert_float_equal(said(&s, "output_voltage"), 115, 1e-9);
    assert_float_equal(said(&s, "inverter_current"), 3, 1e-9);
}

static void ampere_hours_only_where_they_are_counted(void **state)
{
    struct decoding how = {.rows = mate_mx_rows};
    struct seen s = {0}, mx60 = {0};

    (void)state;
    assert_int_equal(tell(&how, "01 04 00 01 00 ff 01 05",
                          "03 f9 84 89 00 55 3f 02 00 15 00 fe 02 a8 04 5c", &s),
                     OK);
    assert_float_equal(said(&s, "amp_hours"), 0x755, 0);
    assert_float_equal(said(&s, "bat_current"), 9.9, 1e-9);
    assert_int_equal(tell(&how, "01 04 00 01 00 ff 01 05",
                          "03 79 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 dc", &mx60),
                     OK);
    assert_true(isnan(said(&mx60, "amp_hours")));
    assert_float_equal(said(&mx60, "bat_current"), 9.9, 1e-9);
    /* Nor in its log: the page before it has told. */
    mx60.count = 0;
    assert_int_equal(tell(&how, "01 16 00 00 00 00 00 17",
                          "16 9f 39 64 01 55 00 00 00 59 c0 38 10 5c 00 03 65", &mx60),
                     OK);
    assert_true(isnan(said(&mx60, "amp_hours")));
    assert_float_equal(said(&mx60, "watts_peak"), 1047, 0);
}

/* A number across two pages is made of both, and only of both. */
static void numbers_across_pages(void **state)
{
    struct decoding how = {.rows = mate_dc_rows};
    struct seen s = {0};

    (void)state;
    assert_int_equal(tell(&how, "03 04 00 0c 00 00 00 13",
                          "04 0e 00 09 00 51 00 6a ff e7 00 cf 01 02 03 8e", &s),
                     OK);
    assert_true(isnan(said(&s, "out_power")));
    assert_int_equal(tell(&how, "03 04 00 0b 00 00 00 12",
                          "04 00 00 00 21 00 5b 00 38 00 23 00 17 00 00 f2", &s),
                     OK);
    assert_true(isnan(said(&s, "out_power"))); /* said with the page that ends it */
    assert_int_equal(tell(&how, "03 04 00 0c 00 00 00 13",
                          "04 0e 00 09 00 51 00 6a ff e7 00 cf 01 02 03 8e", &s),
                     OK);
    assert_float_equal(said(&s, "out_power"), 0.14, 1e-9);
}

/* In, out and their difference: when they contradict each other, none of them is told. */
static void what_contradicts_itself(void **state)
{
    struct reading r = {0};

    (void)state;
    assert_true(reading_put(&r, M_DC_IN_CURRENT, 9.1) && reading_put(&r, M_DC_OUT_CURRENT, 5.6));
    assert_true(reading_put(&r, M_BATTERY_CURRENT, 3.5) && reading_put(&r, M_BATTERY_SOC, 76));
    driver_mate_dc.derive(NULL, &r);
    assert_int_equal(r.withheld, 0);
    assert_true(reading_has(&r, M_BATTERY_CHARGE_CURRENT));
    reading_drop(&r, M_BATTERY_CHARGE_CURRENT);
    reading_drop(&r, M_BATTERY_DISCHARGE_CURRENT);
    assert_true(reading_put(&r, M_BATTERY_CURRENT, 3.1)); /* a bit is another one */
    driver_mate_dc.derive(NULL, &r);
    assert_int_equal(r.withheld, 3);
    assert_int_equal(r.count, 1);
    assert_true(reading_has(&r, M_BATTERY_SOC));
}

static void neighbours_are_known_by_their_type(void **state)
{
    struct decoding how = {.rows = mate_mx_rows};
    struct seen s = {0};

    (void)state;
    assert_int_equal(tell(&how, "01 04 00 01 00 ff 01 05",
                          "02 00 00 00 03 73 00 04 00 02 01 00 09 00 00 88", &s),
                     ERR_FOREIGN);
    assert_int_equal(s.count, 0);
    assert_int_equal(tell(&how, "01 04 00 01 00 ff 01 04",
                          "03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ec", &s),
                     ERR_DATA); /* whatever was asked, it was not this */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_of_230_volts),
        cmocka_unit_test(ampere_hours_only_where_they_are_counted),
        cmocka_unit_test(numbers_across_pages),
        cmocka_unit_test(what_contradicts_itself),
        cmocka_unit_test(neighbours_are_known_by_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
