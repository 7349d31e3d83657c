/* Numbers as text: whatever way is taken, it says what printf would, with as few digits as will do.
 */
#include "base/chance.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM = 600000 };

/* The judge: slow, and short enough to be seen to be right. */
static void judge(double value, char to[40])
{
    strcpy(to, "0"); /* also for -0 */
    for (int precision = 9; precision <= 17 && value != 0; precision += precision < 15 ? 6 : 1) {
        snprintf(to, 40, "%.*g", precision, value);
        if (strtod(to, NULL) == value)
            return;
    }
}

static void one_is_right(double value)
{
    char bytes[40], expected[40];
    struct text t = text_on(bytes, sizeof bytes);

    judge(value, expected);
    text_number(&t, value);
    if (t.is_cut || strcmp(bytes, expected) != 0)
        fail_msg("%a is %s, not %s", value, expected, bytes);
}

static void is_right(double value)
{
    one_is_right(value);
    one_is_right(-value);
}

/* The number itself, and those on either side of it. */
static void are_right_around(double value)
{
    double lower = value, higher = value;

    is_right(value);
    for (int i = 0; i < 3; i++) {
        lower = nextafter(lower, -INFINITY);
        higher = nextafter(higher, INFINITY);
        is_right(lower);
        is_right(higher);
    }
}

static void edges(void **state)
{
    (void)state;
    for (int i = -1074; i < 1024; i++)
        are_right_around(ldexp(1, i));
    for (int i = -330; i < 309; i++) {
        char words[40];
        for (int digit = 1; digit < 10; digit++) {
            snprintf(words, sizeof words, "%de%d", digit, i);
            are_right_around(strtod(words, NULL));
        }
    }
    for (double value = 0; value < 1e16; value = value * 1.7 + 1) {
        are_right_around(value);
        are_right_around(floor(value) + 0.5);
        are_right_around(floor(value) + 0.25);
        are_right_around(floor(value) + 0.125);
        are_right_around(floor(value) + 0.000001);
    }
    one_is_right(INFINITY);
    one_is_right(-INFINITY);
}

static void not_a_number(void **state)
{
    char bytes[40];
    struct text t = text_on(bytes, sizeof bytes);

    (void)state;
    text_number(&t, NAN);
    assert_string_equal(bytes, "nan");
}

static void ties_go_to_the_even(void **state)
{
    char bytes[40];
    struct text t = text_on(bytes, sizeof bytes);

    (void)state;
    text_number(&t,
                900000000000000.25); /* sixteen digits will do, and it is half way between two */
    assert_string_equal(bytes, "900000000000000.2");
    t = text_on(bytes, sizeof bytes);
    text_number(&t, 900000000000000.75);
    assert_string_equal(bytes, "900000000000000.8");
}

static unsigned below(struct chance *c, unsigned end)
{
    return (unsigned)chance_between(c, 0, (int64_t)end - 1);
}

/* 0.3 and 476.23749999999995: sums of decimals, and their means */
static double any_mean(struct chance *c)
{
    static const double steps[] = {1, 0.1, 0.01, 0.001};
    double step = steps[below(c, 4)], sum = 0;
    unsigned count = 1 + below(c, 30);
    int most = 1 << below(c, 30);

    for (unsigned i = 0; i < count; i++)
        sum += (double)chance_between(c, -most, most) * step;
    return sum / count;
}

static double any_bits(struct chance *c)
{
    uint64_t bits = chance_next(c);
    double value;

    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : 1;
}

/* Any digits, where no printf is asked and a little beyond. */
static double any_of_a_size(struct chance *c)
{
    double digits = (double)(chance_next(c) >> 12) / 4503599627370496.0; /* 52 bits of them */

    return ldexp(1 + digits, (int)below(c, 70) - 15);
}

/* So many digits, and a point somewhere. */
static double any_decimal(struct chance *c)
{
    static const uint64_t tens[] = {10, 100000, 1000000000, 1000000000000000, 100000000000000000};
    char words[40];

    snprintf(words, sizeof words, "%" PRIu64 "e-%u", chance_next(c) % tens[below(c, 5)],
             below(c, 20));
    return strtod(words, NULL);
}

static void any_number(void **state)
{
    static double (*const any[])(struct chance *) = {any_mean, any_bits, any_of_a_size,
                                                     any_decimal};
    struct chance c = chance_seeded(2026);
    int rounds = getenv("HELIO_LONG") ? 50 * RANDOM : RANDOM;

    (void)state;
    for (int i = 0; i < rounds; i++)
        is_right(any[i % 4](&c));
}

static void integers(void **state)
{
    static const int64_t edges[] = {0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, 1763733600000};
    struct chance c = chance_seeded(7);
    char bytes[40], expected[40];

    (void)state;
    for (size_t i = 0; i < 100000; i++) {
        int64_t value = i < sizeof edges / sizeof *edges
                            ? edges[i]
                            : (int64_t)(chance_next(&c) >> below(&c, 64));
        struct text t = text_on(bytes, sizeof bytes);
        text_integer(&t, value);
        snprintf(expected, sizeof expected, "%" PRId64, value);
        assert_string_equal(bytes, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),      cmocka_unit_test(not_a_number),
        cmocka_unit_test(any_number), cmocka_unit_test(ties_go_to_the_even),
        cmocka_unit_test(integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
