/* Numbers among bytes: every form there and back, at its borders and beyond them. */
#include "base/chance.h"
#include "drivers/bytes.h"
#include "drivers/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { LENGTH = 96, BASE = 0x0a00 };

struct seen {
    unsigned count;
    double value;
    const char *text;
    bool is_bit;
    struct reading reading;
};

static void see(void *to, const struct field *f)
{
    struct seen *s = to;

    s->count++;
    s->value = f->value;
    s->text = f->text;
    s->is_bit = f->is_bit;
    (void)field_to_reading(f, &s->reading); /* many have no metric */
}

/* ---- single rows, byte for byte ----------------------------------------------------------- */

#define ROW(m, by, ...)                                                                            \
    (const struct row[])                                                                           \
    {                                                                                              \
        {.in = 4, .native = "x", .metric = M_##m, .per = by, __VA_ARGS__},                         \
        {                                                                                          \
            .native = NULL                                                                         \
        }                                                                                          \
    }
#define ONE(...) ROW(NONE, 1, __VA_ARGS__)

static double decoded(const struct row *rows, const uint8_t *bytes, uint16_t length)
{
    struct stretch s = {BASE, length, bytes, NULL};
    struct seen seen = {0};

    bytes_decode(rows, 4, 0, &s, BASE, length, see, &seen);
    return seen.count == 1 ? seen.value : NAN;
}

static void every_form_as_it_stands(void **state)
{
    static const uint8_t b[] = {0x89, 0x84, 0x8f, 0x00, 0x55, 0x7f, 0xff, 0xc8, 0x80, 0x00};

    (void)state;
    assert_float_equal(decoded(ONE(.at = BASE, .form = BYTE), b, 10), 0x89, 0);
    assert_float_equal(decoded(ONE(.at = BASE + 1, .form = BYTE_80), b, 10), 4, 0);
    assert_float_equal(decoded(ONE(.at = BASE + 3, .form = BYTE_80), b, 10), 128, 0);
    assert_float_equal(decoded(ONE(.at = BASE + 5, .form = BYTE_80), b, 10), 255, 0);
    assert_float_equal(decoded(ONE(.at = BASE, .form = BYTE_BITS, .shift = 3, .width = 5), b, 10),
                       17, 0);
    assert_float_equal(decoded(ONE(.at = BASE + 5, .form = BYTE_BITS, .width = 6), b, 10), 63, 0);
    assert_float_equal(decoded(ONE(.at = BASE + 6, .form = BE16), b, 10), 0xffc8, 0);
    assert_float_equal(decoded(ONE(.at = BASE + 6, .form = BE16, .shift = 2), b, 10), 0x3ff2, 0);
    assert_float_equal(decoded(ROW(NONE, 10, .at = BASE + 6, .form = BE16S), b, 10), -5.6, 1e-9);
    assert_float_equal(decoded(ONE(.at = BASE + 8, .form = BE16S), b, 10), -32768, 0);
    assert_float_equal(
        decoded(ONE(.at = BASE, .form = FAR_LOW, .shift = 4, .width = 3, .of = 4), b, 10), 85, 0);
    assert_float_equal(
        decoded(ONE(.at = BASE + 5, .form = FAR_LOW, .shift = 4, .width = 3, .of = 4), b, 10),
        0x755, 0);
    assert_float_equal(decoded(ROW(NONE, 10, .at = BASE + 2, .form = AMPS_80, .of = 0), b, 10),
                       15.9, 1e-9);
}

/* A day of a real log, whose numbers are known. */
static void a_string_of_bits(void **state)
{
    static const uint8_t day[] = {0x9f, 0x39, 0x64, 0x01, 0x55, 0x00, 0x00,
                                  0x00, 0x59, 0xc0, 0x38, 0x10, 0x5c, 0x00};
    static const struct {
        uint16_t at;
        uint8_t width;
        double value;
    } parts[] = {{0, 10, 415}, {10, 10, 270}, {20, 12, 22}, {32, 8, 85},
                 {40, 12, 0},  {52, 12, 0},   {64, 14, 89}, {78, 10, 227}};
    struct stretch s = {0, sizeof day, day, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct seen seen = {0};
        bytes_decode(ONE(.at = parts[i].at, .form = LE_BITS, .width = parts[i].width), 4, 0, &s, 0,
                     sizeof day, see, &seen);
        assert_int_equal(seen.count, 1);
        assert_float_equal(seen.value, parts[i].value, 0);
    }
}

/* ---- what is not all there ------------------------------------------------------------------ */

static void numbers_across_answers(void **state)
{
    uint8_t bytes[LENGTH] = {[25] = 0xff, [26] = 0xfe}, have[LENGTH] = {0};
    const struct row *row = ONE(.at = BASE + 25, .form = BE16S);
    struct stretch s = {BASE, LENGTH, bytes, have};
    struct seen seen = {0};

    (void)state;
    bytes_decode(row, 2, 0, &s, BASE, LENGTH, see, &seen); /* another command's */
    memset(have + 13, 1, 13);                              /* its upper half came */
    bytes_decode(row, 4, 0, &s, BASE + 13, 13, see, &seen);
    assert_int_equal(seen.count, 0);
    memset(have + 26, 1, 13); /* and now the lower */
    bytes_decode(row, 4, 0, &s, BASE + 26, 13, see, &seen);
    assert_int_equal(seen.count, 1);
    assert_float_equal(seen.value, -2, 0);
    bytes_decode(row, 4, 0, &s, BASE + 39, 13, see, &seen); /* said once, not again */
    assert_int_equal(seen.count, 1);
    have[25] = 0; /* a lower half alone */
    bytes_decode(row, 4, 0, &s, BASE + 26, 13, see, &seen);
    assert_int_equal(seen.count, 1);
    have[25] = 1;
    bytes_decode(row, 4, 0, &s, BASE + 26, 13, see, &seen);
    assert_int_equal(seen.count, 2);
}

static void beyond_the_stretch_is_nothing(void **state)
{
    static const uint8_t b[4] = {1, 2, 3, 4};

    (void)state;
    assert_true(isnan(decoded(ONE(.at = BASE + 3, .form = BE16), b, 4)));
    assert_true(isnan(decoded(ONE(.at = BASE + 4, .form = BYTE), b, 4)));
    assert_true(isnan(decoded(ONE(.at = BASE - 1, .form = BYTE), b, 4)));
    assert_true(isnan(decoded(ONE(.at = BASE, .form = FAR_LOW, .width = 8, .of = 9), b, 4)));
    assert_true(isnan(decoded(ONE(.at = BASE + 2, .form = AMPS_80, .of = 7), b, 4)));
    assert_true(isnan(decoded(ONE(.at = BASE, .form = U16), b, 4))); /* no row of pages */
    assert_true(isnan(decoded(ONE(.at = BASE, .form = BYTE, .kinds = 2), b, 4)));
}

/* ---- the twin's direction -------------------------------------------------------------------- */

static double there_and_back(const struct row *row, double value)
{
    uint8_t bytes[LENGTH];
    struct reading r = {0};
    struct stretch s = {BASE, LENGTH, bytes, NULL};
    struct seen seen = {0};

    memset(bytes, 0xa5, sizeof bytes);
    assert_true(reading_put(&r, row->metric, value));
    bytes_encode(row, 4, 0, &r, BASE, LENGTH, bytes);
    bytes_decode(row, 4, 0, &s, BASE, LENGTH, see, &seen);
    assert_int_equal(seen.count, 1);
    return seen.value;
}

/* Beyond what its place can hold, a number stands at its border: it does not come round again. */
static void what_does_not_fit(void **state)
{
    static const struct {
        struct row row;
        double least, most;
    } forms[] = {
        {{.form = BYTE}, 0, 255},
        {{.form = BYTE_80}, 0, 255},
        {{.form = BYTE_BITS, .shift = 2, .width = 4}, 0, 15},
        {{.form = BE16}, 0, 65535},
        {{.form = BE16, .shift = 2}, 0, 16383},
        {{.form = BE16S}, -32768, 32767},
        {{.form = BE32}, 0, 4294967295},
        {{.form = FAR_LOW, .shift = 4, .width = 3, .of = 4}, 0, 2047},
        {{.form = FAR_LOW, .width = 8, .of = 4}, 0, 65535},
        {{.form = AMPS_80, .of = 4}, 0, 2559},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct row row[] = {forms[i].row, {.native = NULL}};
        row->in = 4;
        row->at = BASE + 6;
        row->native = "x";
        row->metric = M_BATTERY_CHARGE_NET;
        row->per = 1;
        assert_float_equal(there_and_back(row, forms[i].least), forms[i].least, 0);
        assert_float_equal(there_and_back(row, forms[i].most), forms[i].most, 0);
        assert_float_equal(there_and_back(row, forms[i].most + 1), forms[i].most, 0);
        assert_float_equal(there_and_back(row, forms[i].most * 3 + 7), forms[i].most, 0);
        assert_float_equal(there_and_back(row, forms[i].least - 1), forms[i].least, 0);
        assert_float_equal(there_and_back(row, -1e6), forms[i].least, 0);
    }
    struct row bits[] = {{.in = 4,
                          .at = 8 * 10 + 6,
                          .form = LE_BITS,
                          .width = 12,
                          .native = "x",
                          .metric = M_BATTERY_CHARGE_NET,
                          .per = 1},
                         {.native = NULL}};
    for (int over = -1; over <= 1; over++) {
        uint8_t day[14] = {0};
        struct reading r = {0};
        struct stretch s = {0, sizeof day, day, NULL};
        struct seen seen = {0};
        assert_true(reading_put(&r, M_BATTERY_CHARGE_NET, over < 0 ? -5 : 4095 + over));
        bytes_encode(bits, 4, 0, &r, 0, sizeof day, day);
        bytes_decode(bits, 4, 0, &s, 0, sizeof day, see, &seen);
        assert_float_equal(seen.value, over < 0 ? 0 : 4095, 0);
    }
}

/* Whoever writes one number leaves its neighbours in the same byte alone. */
static void neighbours_stay(void **state)
{
    uint8_t b[LENGTH];
    struct reading r = {0};

    (void)state;
    memset(b, 0xff, sizeof b);
    assert_true(reading_put(&r, M_BATTERY_CHARGE_NET, 0));
    bytes_encode(ROW(BATTERY_CHARGE_NET, 1, .at = BASE, .form = BYTE_BITS, .shift = 2, .width = 3),
                 4, 0, &r, BASE, LENGTH, b);
    assert_int_equal(b[0], 0xe3);
    bytes_encode(ROW(BATTERY_CHARGE_NET, 1, .at = BASE + 1, .form = FAR_LOW, .shift = 4, .width = 3,
                     .of = 2),
                 4, 0, &r, BASE, LENGTH, b);
    assert_int_equal(b[1], 0x8f);
    assert_int_equal(b[2], 0);
    bytes_encode(ROW(BATTERY_CHARGE_NET, 1, .at = BASE + 4, .form = AMPS_80, .of = 5), 4, 0, &r,
                 BASE, LENGTH, b);
    assert_int_equal(b[4], 0x80);
    assert_int_equal(b[5], 0xf0);
    assert_int_equal(b[3], 0xff);
    assert_int_equal(b[6], 0xff);
}

/* ---- every row of every driver ----------------------------------------------------------------
 */

static unsigned long raw_most(const struct row *row)
{
    switch (row->form) {
    case BYTE_BITS:
    case LE_BITS:
        return (1UL << row->width) - 1;
    case BE16:
        return 65535UL >> row->shift;
    case BE16S:
        return 32767;
    case BE32:
        return 4294967295UL;
    case FAR_LOW:
        return (256UL << row->width) - 1;
    case AMPS_80:
        return 2559;
    default:
        return 255;
    }
}

static void number_comes_back(struct chance *c, const struct driver *d, const struct row *row)
{
    uint8_t bytes[256] = {0};
    uint16_t first = row->form == LE_BITS || row->at < 0x100 ? 0 : row->at & 0xff00;
    struct row one[] = {*row, {.native = NULL}};
    struct stretch s = {first, sizeof bytes, bytes, NULL};
    struct seen seen = {0};
    struct reading r = {0};
    double steps = row->per * (row->scale > 0 ? row->scale : 1), found = NAN;
    double least = row->form == BE16S ? -32768 : 0, most = (double)raw_most(row);
    least = fmax(least, ceil(catalogue[row->metric].least * steps));
    most = fmin(most, floor(catalogue[row->metric].most * steps));
    double value = (double)chance_between(c, (int64_t)least, (int64_t)most) / steps;

    assert_true(reading_put(&r, row->metric, value));
    bytes_encode(one, row->in, row->kinds, &r, first, sizeof bytes, bytes);
    bytes_decode(one, row->in, row->kinds, &s, first, sizeof bytes, see, &seen);
    if (!reading_get(&seen.reading, row->metric, &found) || fabs(found - value) > 1e-6)
        print_error("%s %s: %.9g came back as %.9g\n", d->name, row->native, value, found);
    assert_true(fabs(found - value) <= 1e-6);
}

static void word_comes_back(const struct driver *d, const struct row *row)
{
    bool is_flags = catalogue[row->metric].kind == FLAGS;

    for (const struct code_word *w = row->words; w->text; w++) {
        uint8_t bytes[256] = {0};
        struct row one[] = {*row, {.native = NULL}};
        struct stretch s = {row->at & 0xff00, sizeof bytes, bytes, NULL};
        struct seen seen = {0};
        struct reading r = {0};
        double found = NAN, value = is_flags ? (double)(UINT64_C(1) << w->means) : w->means;
        assert_true(reading_put(&r, row->metric, value));
        bytes_encode(one, row->in, row->kinds, &r, s.first, sizeof bytes, bytes);
        bytes_decode(one, row->in, row->kinds, &s, s.first, sizeof bytes, see, &seen);
        if (!reading_get(&seen.reading, row->metric, &found) || found != value)
            print_error("%s %s: \"%s\" came back as %g\n", d->name, row->native, w->text, found);
        assert_true(found == value);
        assert_string_equal(seen.text, w->text);
    }
}

static void every_row_of_every_driver(void **state)
{
    struct chance c = chance_seeded(21);
    unsigned rows = 0;

    (void)state;
    for (size_t i = 0; drivers[i]; i++)
        for (const struct row *row = drivers[i]->rows; row->native; row++) {
            if (row->metric == M_NONE || !row_is_bytes(row))
                continue;
            rows++;
            if (row->words)
                word_comes_back(drivers[i], row);
            for (int n = 0; n < 100 && !row->words; n++)
                number_comes_back(&c, drivers[i], row);
        }
    print_message("%u rows\n", rows);
    assert_true(rows > 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_as_it_stands),
        cmocka_unit_test(a_string_of_bits),
        cmocka_unit_test(numbers_across_answers),
        cmocka_unit_test(beyond_the_stretch_is_nothing),
        cmocka_unit_test(what_does_not_fit),
        cmocka_unit_test(neighbours_stay),
        cmocka_unit_test(every_row_of_every_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
