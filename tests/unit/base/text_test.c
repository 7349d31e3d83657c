/* The bounded writer and the strict readers. */
#include "base/chance.h"
#include "base/error.h"
#include "base/plural.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void overflow_is_remembered(void **state)
{
    char bytes[9];
    struct text t = text_on(bytes, 8);

    (void)state;
    bytes[8] = '!';
    text_add(&t, "1234567");
    assert_false(t.is_cut);
    assert_string_equal(bytes, "1234567");
    text_char(&t, '8');
    assert_true(t.is_cut);
    text_add(&t, "");
    text_format(&t, "%d", 9);
    assert_true(t.is_cut);
    assert_string_equal(bytes, "1234567");
    assert_int_equal(t.used, 7);
    assert_int_equal(bytes[8], '!');
}

static void format_fills_what_fits(void **state)
{
    char bytes[6];
    struct text t = text_on(bytes, sizeof bytes);

    (void)state;
    text_format(&t, "%s", "12345");
    assert_false(t.is_cut);
    t = text_on(bytes, sizeof bytes);
    text_format(&t, "%s", "123456");
    assert_true(t.is_cut);
    assert_string_equal(bytes, "12345");
}

static void no_room_at_all_is_harmless(void **state)
{
    char bytes[1] = {'!'};
    struct text t = text_on(bytes, 0);

    (void)state;
    text_char(&t, 'a');
    text_format(&t, "%d", 5);
    assert_true(t.is_cut);
    assert_int_equal(bytes[0], '!');
    t = text_on(bytes, 1);
    text_add(&t, "a");
    assert_true(t.is_cut);
    assert_string_equal(bytes, "");
}

static bool grow_by_bits(struct text *t, size_t size)
{
    char *to = size <= 40 ? realloc(t->to, size) : NULL;

    if (!to)
        return false;
    t->to = to;
    t->size = size;
    return true;
}

static void room_grows_where_it_may(void **state)
{
    struct text t = text_on(malloc(1), 1);

    (void)state;
    t.grow = grow_by_bits;
    text_add(&t, "ten signs.");
    text_char(&t, '!');
    text_format(&t, "%s %d", "twelve si", 12);
    text_number(&t, 0.25);
    assert_false(t.is_cut);
    assert_string_equal(t.to, "ten signs.!twelve si 120.25");
    text_format(&t, "%s", "more than forty");
    assert_true(t.is_cut);
    assert_true(strlen(t.to) < 40);
    text_bytes(&t, "more than forty", 15);
    text_char(&t, 'x');
    assert_true(t.is_cut && t.used < t.size && t.size <= 40 && !t.to[t.used]);
    free(t.to);
}

static void number_is(double value, const char *expected)
{
    char bytes[40];
    struct text t = text_on(bytes, sizeof bytes);

    text_number(&t, value);
    assert_false(t.is_cut);
    assert_string_equal(bytes, expected);
}

static void numbers_are_short(void **state)
{
    (void)state;
    number_is(0, "0");
    number_is(-0.0, "0");
    number_is(37, "37");
    number_is(25.95, "25.95");
    number_is(-0.1, "-0.1");
    number_is(3724 * 0.01, "37.24");
    number_is(123456789, "123456789");
    number_is(1.0 / 3, "0.3333333333333333");
    number_is(0.0001, "0.0001");
    number_is(-100000.0001, "-100000.0001");
    number_is(999999999, "999999999");
    number_is(1e9, "1e+09");
}

static void numbers_read_back_the_same(void **state)
{
    struct chance c = chance_seeded(42);
    char bytes[40];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = chance_next(&c);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (i % 2)
            value = (double)chance_between(&c, -100000000, 100000000) / 1000;
        if (!isfinite(value))
            continue;
        struct text t = text_on(bytes, sizeof bytes);
        text_number(&t, value);
        assert_false(t.is_cut);
        back = strtod(bytes, NULL);
        assert_memory_equal(&back, &value, sizeof value);
        if (isnormal(value))
            assert_true(number_read(bytes, &back) && back == value);
    }
}

static void hex_goes_both_ways(void **state)
{
    static const uint8_t bytes[] = {0x01, 0x04, 0x31, 0x00, 0xff};
    uint8_t back[8];
    char words[32];
    struct text t = text_on(words, sizeof words);

    (void)state;
    text_hex(&t, bytes, sizeof bytes);
    assert_string_equal(words, "01 04 31 00 ff");
    assert_int_equal(hex_read(words, back, sizeof back), 5);
    assert_memory_equal(back, bytes, sizeof bytes);
    assert_int_equal(hex_read(" 0104\t3100 FF\n", back, sizeof back), 5);
    assert_memory_equal(back, bytes, sizeof bytes);
    assert_int_equal(hex_read("", back, sizeof back), 0);
    assert_int_equal(hex_read("  ", back, sizeof back), 0);
}

static void bad_hex_is_refused(void **state)
{
    static const char *const bad[] = {"0", "01 0", "0 1", "0g", "g0", "0x01", "01,02", "01 -1"};
    uint8_t bytes[2];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(hex_read(bad[i], bytes, sizeof bytes), ERR_DATA);
    assert_int_equal(hex_read("01 02", bytes, sizeof bytes), 2);
    assert_int_equal(hex_read("01 02 03", bytes, sizeof bytes), ERR_FULL);
}

static void numbers_are_read_strictly(void **state)
{
    static const char *const bad[] = {"",    " ",   " 1",  "1 ",    "1x",  "x",    "--1",
                                      "1,5", "nan", "inf", "1e999", "1 2", "1.2.3"};
    double value;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_read(bad[i], &value));
    assert_true(number_read("-12.5", &value) && value == -12.5);
    assert_true(number_read("1e3", &value) && value == 1000);
    assert_true(number_read(".5", &value) && value == .5);
}

static void integers_are_read_strictly(void **state)
{
    static const char *const bad[] = {"",    " 1",   "1 ",   "1.0", "0x",
                                      "0xg", "0x-1", "-0x1", "12a", "9223372036854775808"};
    int64_t value;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(integer_read(bad[i], &value));
    assert_true(integer_read("0x3104", &value) && value == 0x3104);
    assert_true(integer_read("010", &value) && value == 10); /* decimal, never octal */
    assert_true(integer_read("-7", &value) && value == -7);
    assert_true(integer_read("9223372036854775807", &value) && value == INT64_MAX);
}

static void distances(void **state)
{
    static const struct {
        const char *a, *b;
        unsigned distance;
    } pairs[] = {
        {"speed", "speed", 0},    {"speed", "SPEED", 0},    {"sped", "speed", 1},
        {"speeed", "speed", 1},   {"spead", "speed", 1},    {"psped", "speed", 2},
        {"", "speed", 5},         {"speed", "", 5},         {"", "", 0},
        {"kitten", "sitting", 3}, {"parity", "timeout", 7}, {"smi", "sim", 1},
        {"wset", "west", 1},      {"sepedx", "speed", 2},   {"ab", "ba", 1},
    };
    char longest[65], longer[66];

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(text_distance(pairs[i].a, pairs[i].b), pairs[i].distance);
        assert_int_equal(text_distance(pairs[i].b, pairs[i].a), pairs[i].distance);
    }
    memset(longest, 'a', sizeof longest);
    longest[64] = '\0';
    memset(longer, 'a', sizeof longer);
    longer[65] = '\0';
    assert_int_equal(text_distance(longest, longest), 0);
    assert_int_equal(text_distance(longest, longer), 64); /* too long to look at: far away */
}

static void equal_in_either_case(void **state)
{
    (void)state;
    assert_true(text_is("Yes", "yes"));
    assert_false(text_is("yes", "ye"));
}

static void counted_things(void **state)
{
    char to[80];

    (void)state;
    for (int64_t count = 0; count < 3; count++) {
        const char *wanted[] = {"0 rows are, they", "1 row is, it", "2 rows are, they"};
        struct text t = text_on(to, sizeof to);
        text_format(&t, "%d row%s %s, %s", (int)count, plural_s(count), plural_are(count),
                    plural_they(count));
        assert_string_equal(to, wanted[count]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflow_is_remembered),
        cmocka_unit_test(format_fills_what_fits),
        cmocka_unit_test(no_room_at_all_is_harmless),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(numbers_read_back_the_same),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(bad_hex_is_refused),
        cmocka_unit_test(numbers_are_read_strictly),
        cmocka_unit_test(integers_are_read_strictly),
        cmocka_unit_test(distances),
        cmocka_unit_test(equal_in_either_case),
        cmocka_unit_test(room_grows_where_it_may),
        cmocka_unit_test(counted_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
