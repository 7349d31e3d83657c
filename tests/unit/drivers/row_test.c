/* Rows: registers to numbers and back, for what people misread most often. */
#include "base/chance.h"
#include "base/text.h"
#include "drivers/driver.h"
#include "drivers/row.h"
#include "drivers/tracer/tracer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

/* What was decoded, by name; texts are copied. */
struct seen {
    unsigned count;
    struct {
        char name[40], text[200];
        double value;
        bool is_bit, is_text;
    } fields[80];
    struct reading reading;
};

static void see(void *to, const struct field *f)
{
    struct seen *s = to;
    unsigned at = s->count++;

    assert_true(at < sizeof s->fields / sizeof *s->fields);
    snprintf(s->fields[at].name, sizeof s->fields[at].name, "%s", f->name);
    snprintf(s->fields[at].text, sizeof s->fields[at].text, "%s", f->text ? f->text : "");
    s->fields[at].value = f->value;
    s->fields[at].is_bit = f->is_bit;
    s->fields[at].is_text = f->is_text;
    (void)field_to_reading(f, &s->reading); /* many have no metric */
}

static struct seen seen;

static int decode(uint8_t function, uint16_t start, const uint16_t *words, size_t count)
{
    memset(&seen, 0, sizeof seen);
    return rows_decode(tracer_rows, function, start, words, count, see, &seen);
}

static unsigned place_of(const char *name)
{
    for (unsigned i = 0; i < seen.count; i++)
        if (!strcmp(seen.fields[i].name, name))
            return i;
    print_error("%s was not decoded\n", name);
    fail();
    return 0;
}

static void value_is(const char *name, double value)
{
    assert_true(fabs(seen.fields[place_of(name)].value - value) < 1e-9);
}

static void text_is_now(const char *name, const char *text)
{
    assert_string_equal(seen.fields[place_of(name)].text, text);
}

static void metric_is(enum metric m, double value)
{
    double found = NAN;

    assert_true(reading_get(&seen.reading, m, &found));
    assert_true(fabs(found - value) < 1e-9);
}

static void more_than_655_watts(void **state)
{
    static const uint16_t words[] = {0x93e0, 0x0004};

    (void)state;
    assert_int_equal(decode(READ_INPUT, 0x3102, words, 2), 1);
    value_is("pvwatt", 3000);
    metric_is(M_PV_POWER, 3000);
}

static void temperatures_below_zero(void **state)
{
    static const uint16_t words[] = {0xfe0c, 0xffff, 0x0000};

    (void)state;
    assert_int_equal(decode(READ_INPUT, 0x3110, words, 3), 3);
    value_is("batemp", -5);
    value_is("eptemp1", -0.01);
    value_is("eptemp2", 0);
    metric_is(M_BATTERY_TEMPERATURE, -5);
}

static void a_net_current_out_of_the_battery(void **state)
{
    static const uint16_t out[] = {0xff9c, 0xffff}, in[] = {0x0064, 0x0000}, far[] = {0, 0xfffe};

    (void)state;
    assert_int_equal(decode(READ_INPUT, 0x331b, out, 2), 1);
    value_is("banetamps", -1);
    metric_is(M_BATTERY_CURRENT, -1);
    (void)decode(READ_INPUT, 0x331b, in, 2);
    value_is("banetamps", 1);
    (void)decode(READ_INPUT, 0x331b, far, 2);
    value_is("banetamps", -1310.72);
}

static void whole_energy_counters(void **state)
{
    static const uint16_t words[] = {0xffff, 0xffff}, some[] = {0x0001, 0x0001};

    (void)state;
    assert_int_equal(decode(READ_INPUT, 0x3312, words, 2), 1);
    value_is("pvkwhtotal", 42949672.95);
    (void)decode(READ_INPUT, 0x3312, some, 2);
    value_is("pvkwhtotal", 655.37);
}

static void halves_say_nothing(void **state)
{
    static const uint16_t words[] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(decode(READ_INPUT, 0x3102, words, 1), 0);
    assert_int_equal(decode(READ_INPUT, 0x3103, words, 1), 0);
    assert_int_equal(decode(READ_INPUT, 0x3103, words, 2), 1); /* only 3104 is whole */
    value_is("bavolt", 0.02);
    assert_int_equal(decode(READ_HOLDING, 0x3100, words, 4), 0); /* another function */
    assert_int_equal(decode(READ_INPUT, 0xffff, words, 1), 0);
    assert_int_equal(decode(READ_INPUT, 0x3100, words, 0), 0);
}

static void bits_of_a_register(void **state)
{
    static const uint16_t words[] = {0x0012, 0x400b, 0x0001};

    (void)state;
    (void)decode(READ_INPUT, 0x3200, words, 3);
    value_is("bastat", 0x12);
    value_is("bastat_voltage", 2);
    value_is("bastat_temperature", 1);
    value_is("bastat_resistance", 0);
    value_is("epstat_running", 1);
    value_is("epstat_fault", 1);
    value_is("epstat_charging", 2);
    value_is("epstat_input", 1);
    assert_true(seen.fields[place_of("epstat_running")].is_bit);
    assert_false(seen.fields[place_of("epstat_charging")].is_bit);
    text_is_now("epstat_charging", "boost");
    metric_is(M_CHARGE_STAGE, CHARGE_STAGE_ABSORB);
    metric_is(M_CHARGER_INPUT_STATE, INPUT_STATE_ABSENT);
    metric_is(M_CHARGER_RUNNING, 1);
}

static void flags_are_gathered(void **state)
{
    static const uint16_t words[] = {0x0112, 0x0180, 0x0002}, well[] = {0, 0, 0};

    (void)state;
    (void)decode(READ_INPUT, 0x3200, words, 3);
    metric_is(M_BATTERY_ALARMS, 1 << BATTERY_ALARMS_UNDER_VOLTAGE |
                                    1 << BATTERY_ALARMS_OVER_TEMPERATURE |
                                    1 << BATTERY_ALARMS_RESISTANCE);
    metric_is(M_LOAD_ALARMS, 1 << LOAD_ALARMS_MOSFET_SHORT | 1 << LOAD_ALARMS_SHORT |
                                 1 << LOAD_ALARMS_FAULT); /* of two registers */
    (void)decode(READ_INPUT, 0x3200, well, 3);
    metric_is(M_BATTERY_ALARMS, 0); /* known to be well, not unknown */
    metric_is(M_LOAD_ALARMS, 0);
    metric_is(M_CHARGER_ALARMS, 0);
}

static void a_status_in_words(void **state)
{
    static const uint16_t words[] = {0x0021, 0x000d, 0x0000}, well[] = {0, 0, 0},
                          all[] = {0xffff, 0xffff, 0xffff};

    (void)state;
    (void)decode(READ_INPUT, 0x3200, words, 3);
    text_is_now("bastat", "over-voltage, too cold");
    assert_non_null(strstr(seen.fields[place_of("epstat")].text, "equalize"));
    (void)decode(READ_INPUT, 0x3200, well, 3);
    text_is_now("bastat", "normal");
    (void)decode(READ_INPUT, 0x3200, all, 3); /* long, but no longer than its place */
    assert_in_range(strlen(seen.fields[place_of("epstat")].text), 20, 159);
}

static void an_unknown_code_has_no_word(void **state)
{
    static const uint16_t known[] = {2}, unknown[] = {77};
    double value;

    (void)state;
    (void)decode(READ_HOLDING, 0x9000, known, 1);
    text_is_now("battype", "gel");
    metric_is(M_BATTERY_TYPE, BATTERY_TYPE_GEL);
    (void)decode(READ_HOLDING, 0x9000, unknown, 1);
    value_is("battype", 77);
    text_is_now("battype", "");
    assert_false(reading_get(&seen.reading, M_BATTERY_TYPE, &value));
}

static void clocks(void **state)
{
    static const uint16_t words[] = {0x0633, 0x1301, 0x0f06}, never_set[] = {0, 0, 0},
                          bad[] = {0x3c00, 0x0101, 0x0f01}, timer[] = {0x0200, 0x173b};

    (void)state;
    assert_int_equal(decode(READ_HOLDING, 0x9013, words, 3), 1);
    text_is_now("clock", "2015-06-19T01:06:51");
    assert_true(seen.fields[0].is_text);
    (void)decode(READ_HOLDING, 0x9013, never_set, 3);
    assert_int_equal(seen.count, 0);
    (void)decode(READ_HOLDING, 0x9013, bad, 3);
    assert_int_equal(seen.count, 0);
    (void)decode(READ_HOLDING, 0x903e, timer, 2);
    text_is_now("timer1", "2:00");
    text_is_now("timer2", "23:59");
}

static void single_bits(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    rows_decode_bit(tracer_rows, READ_DISCRETE, 0x200c, true, see, &seen);
    value_is("night", 1);
    metric_is(M_NIGHT, 1);
    memset(&seen, 0, sizeof seen);
    rows_decode_bit(tracer_rows, READ_COILS, 0x200c, true, see, &seen); /* another function */
    assert_int_equal(seen.count, 0);
}

static void rows_by_name(void **state)
{
    (void)state;
    assert_string_equal(rows_find(tracer_rows, "bavolt")->native, "bavolt");
    assert_string_equal(rows_find(tracer_rows, catalogue[M_BATTERY_VOLTAGE].name)->native,
                        "bavolt");
    assert_null(rows_find(tracer_rows, "nonsense"));
    assert_null(rows_find(tracer_rows, ""));
}

/* ---- there and back ---------------------------------------------------------------------- */

struct only {
    const struct row *row;
    struct reading reading;
    bool is_taken;
};

static void take_only(void *to, const struct field *f)
{
    struct only *o = to;

    if (f->row == o->row)
        o->is_taken = field_to_reading(f, &o->reading);
}

static struct only back_of(const struct driver *d, const struct row *row, const struct reading *r)
{
    struct only o = {.row = row};
    uint16_t words[3];

    for (unsigned i = 0; i < row_size(row); i++)
        assert_true(rows_encode(d->rows, row->in, (uint16_t)(row->at + i), r, &words[i]));
    if (row->form == BIT)
        rows_decode_bit(d->rows, row->in, row->at, words[0] & 1, take_only, &o);
    else
        (void)rows_decode(d->rows, row->in, row->at, words, row_size(row), take_only, &o);
    return o;
}

/* How many steps of the wire make one of the catalogue's unit. */
static double steps_of(const struct row *row)
{
    return row->per * (row->scale > 0 ? row->scale : 1);
}

static void raw_range(const struct row *row, double *least, double *most)
{
    *least = 0;
    switch (row->form) {
    case S16:
        *least = -32768;
        *most = 32767;
        break;
    case U32_LOW_FIRST:
        *most = 4294967295.0;
        break;
    case S32_LOW_FIRST:
        *least = -2147483648.0;
        *most = 2147483647;
        break;
    case PART:
        *most = (1 << row->width) - 1;
        break;
    case BIT:
        *most = 1;
        break;
    default:
        *most = 65535;
    }
    /* ...and what can be true at all */
    *least = fmax(*least, ceil(catalogue[row->metric].least * steps_of(row)));
    *most = fmin(*most, floor(catalogue[row->metric].most * steps_of(row)));
}

static void number_comes_back(struct chance *c, const struct driver *d, const struct row *row)
{
    double least, most, found = NAN;
    struct reading r = {0};

    raw_range(row, &least, &most);
    if (least > most)
        print_error("%s %s: its catalogue range leaves nothing\n", d->name, row->native);
    assert_true(least <= most);
    double raw = (double)chance_between(c, (int64_t)least, (int64_t)most);
    double value = (raw + (chance_share(c) - 0.5) * 0.98) / steps_of(row);
    value = fmin(fmax(value, least / steps_of(row)), most / steps_of(row));
    assert_true(reading_put(&r, row->metric, value));
    struct only o = back_of(d, row, &r);
    if (!o.is_taken || !reading_get(&o.reading, row->metric, &found) ||
        fabs(found - value) > 0.5000001 / steps_of(row) + 1e-6)
        print_error("%s %s: %.9g came back as %.9g\n", d->name, row->native, value, found);
    assert_true(o.is_taken && fabs(found - value) <= 0.5000001 / steps_of(row) + 1e-6);
}

static void word_comes_back(const struct driver *d, const struct row *row)
{
    bool is_flags = catalogue[row->metric].kind == FLAGS;

    for (const struct code_word *w = row->words; w->text; w++) {
        struct reading r = {0};
        double found = NAN;
        if (w->means == MEANS_NOTHING)
            continue;
        double value = is_flags ? (double)(UINT64_C(1) << w->means) : w->means;
        assert_true(reading_put(&r, row->metric, value));
        struct only o = back_of(d, row, &r);
        if (!o.is_taken || !reading_get(&o.reading, row->metric, &found) || found != value)
            print_error("%s %s: \"%s\" (%g) came back as %g\n", d->name, row->native, w->text,
                        value, found);
        assert_true(o.is_taken && found == value);
        const char *word = words_text(catalogue[row->metric].words, w->means);
        if ((is_flags || catalogue[row->metric].kind == LABEL) && !word)
            print_error("%s %s: \"%s\" is not in the catalogue\n", d->name, row->native, w->text);
        assert_true(word || (!is_flags && catalogue[row->metric].kind != LABEL));
    }
}

static void every_row_of_every_driver(void **state)
{
    struct chance c = chance_seeded(11);
    unsigned rows = 0;

    (void)state;
    for (size_t i = 0; drivers[i]; i++)
        for (const struct row *row = drivers[i]->rows; row->native; row++) {
            if (row->metric == M_NONE || row_is_text(row) || row_is_bytes(row))
                continue; /* words: words_test.c; pages: bytes_test.c */
            rows++;
            if (row->words)
                word_comes_back(drivers[i], row);
            for (int n = 0; n < 200 && !row->words; n++)
                number_comes_back(&c, drivers[i], row);
        }
    print_message("%u rows\n", rows);
    assert_true(rows > 80);
}

static void all_rows_of_one_reading(void **state)
{
    struct chance c = chance_seeded(12);

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct reading r = {0};
        for (const struct row *row = tracer_rows; row->native; row++) {
            double least, most, value;
            if (row->metric == M_NONE || row->words || reading_get(&r, row->metric, &value))
                continue;
            raw_range(row, &least, &most);
            value = (double)chance_between(&c, (int64_t)least, (int64_t)most) / row->per;
            assert_true(reading_put(&r, row->metric, value));
        }
        for (const struct row *row = tracer_rows; row->native; row++) {
            double sent, found = NAN;
            if (row->metric == M_NONE || row->words || !reading_get(&r, row->metric, &sent))
                continue;
            struct only o = back_of(&driver_tracer, row, &r);
            assert_true(reading_get(&o.reading, row->metric, &found));
            assert_true(fabs(found - sent) <= 0.5 / row->per);
        }
    }
}

static void no_row_no_register(void **state)
{
    const struct reading r = {0};
    uint16_t word = 7;

    (void)state;
    assert_false(rows_encode(tracer_rows, READ_INPUT, 0x3108, &r, &word));
    assert_int_equal(word, 0);
    assert_false(rows_encode(tracer_rows, READ_HOLDING, 0x3100, &r, &word));
    assert_true(rows_encode(tracer_rows, READ_INPUT, 0x3103, &r, &word)); /* a high half */
    assert_true(rows_encode(tracer_rows, READ_HOLDING, 0x9015, &r, &word));
    assert_int_equal(word, 0);
}

/* As it is kept it has no decimals that only reckoning made: its text is never longer. */
static void is_short(const struct row *row, double raw)
{
    struct reading r = {.count = 0};
    struct field f = {.name = row->native, .row = row, .value = raw / row->per};
    char said[40], cut[40];
    double value;

    if (row->words || !field_to_reading(&f, &r) || !reading_get(&r, row->metric, &value) ||
        value >= 1e9)
        return;
    struct text t = text_on(said, sizeof said);
    text_number(&t, value);
    snprintf(cut, sizeof cut, "%.6f", value);
    for (size_t i = strlen(cut) - 1; strchr(cut, '.') && (cut[i] == '0' || cut[i] == '.'); i--)
        cut[i] = '\0';
    if (strlen(said) > (strlen(cut) ? strlen(cut) : 1))
        fail_msg("%s of %.0f is kept as %s", row->native, raw, said);
}

static void no_number_has_noise(void **state)
{
    static const double last[] = {65535, 4294967295.0, 58091, 8944328};

    (void)state;
    for (size_t i = 0; drivers[i]; i++)
        for (const struct row *row = drivers[i]->rows; row->native; row++) {
            for (double raw = 0; raw < 3000 && row->metric != M_NONE; raw++)
                is_short(row, raw);
            for (size_t k = 0; k < sizeof last / sizeof *last && row->metric != M_NONE; k++)
                is_short(row, last[k]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_655_watts),
        cmocka_unit_test(temperatures_below_zero),
        cmocka_unit_test(a_net_current_out_of_the_battery),
        cmocka_unit_test(whole_energy_counters),
        cmocka_unit_test(halves_say_nothing),
        cmocka_unit_test(bits_of_a_register),
        cmocka_unit_test(flags_are_gathered),
        cmocka_unit_test(a_status_in_words),
        cmocka_unit_test(an_unknown_code_has_no_word),
        cmocka_unit_test(clocks),
        cmocka_unit_test(single_bits),
        cmocka_unit_test(rows_by_name),
        cmocka_unit_test(every_row_of_every_driver),
        cmocka_unit_test(all_rows_of_one_reading),
        cmocka_unit_test(no_row_no_register),
        cmocka_unit_test(no_number_has_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
