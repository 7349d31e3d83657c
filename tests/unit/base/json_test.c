/* JSON: commas, quotes, numbers. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

static void commas_stand_between(void **state)
{
    char bytes[256];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);

    (void)state;
    json_open(&j, NULL, '{');
    json_string(&j, "device", "south");
    json_open(&j, "fields", '[');
    json_open(&j, NULL, '{');
    json_close(&j, '}');
    json_number(&j, NULL, 25.95);
    json_integer(&j, NULL, -7);
    json_close(&j, ']');
    json_open(&j, "none", '[');
    json_close(&j, ']');
    json_bool(&j, "is_stale", false);
    json_null(&j, "last");
    json_close(&j, '}');
    assert_false(t.is_cut);
    assert_string_equal(bytes, "{\"device\": \"south\", \"fields\": [{}, 25.95, -7], "
                               "\"none\": [], \"is_stale\": false, \"last\": null}");
}

static void words_are_quoted(void **state)
{
    char bytes[128];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);

    (void)state;
    json_string(&j, NULL, "a \"b\" \\ \n\t\x01\x7f \xc3\xa9");
    assert_string_equal(bytes, "\"a \\\"b\\\" \\\\ \\u000a\\u0009\\u0001\\u007f \xc3\xa9\"");
    t = text_on(bytes, sizeof bytes);
    j = json_on(&t);
    json_open(&j, NULL, '{');
    json_null(&j, "a\"b");
    json_close(&j, '}');
    assert_string_equal(bytes, "{\"a\\\"b\": null}");
}

/* A stranger's bytes, a word that was cut within a sign, what UTF-8 forbids. */
static void words_that_are_no_utf8_stay_json(void **state)
{
    static const char *const words[][2] = {
        {"\xff\xfe", "\\ufffd\\ufffd"},
        {"a\xe2\x98", "a\\ufffd\\ufffd"},
        {"\xe2\x98\x80", "\xe2\x98\x80"},
        {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},
        {"\xc0\xaf", "\\ufffd\\ufffd"},
        {"\xf0\x9f\x8c\x9e", "\xf0\x9f\x8c\x9e"},
        {"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char bytes[128], expected[128];
        struct text t = text_on(bytes, sizeof bytes), e = text_on(expected, sizeof expected);
        struct json j = json_on(&t);
        json_string(&j, NULL, words[i][0]);
        text_format(&e, "\"%s\"", words[i][1]);
        assert_string_equal(bytes, expected);
    }
}

static void numbers_that_are_none_are_null(void **state)
{
    char bytes[128];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);

    (void)state;
    json_open(&j, NULL, '[');
    json_number(&j, NULL, (double)NAN);
    json_number(&j, NULL, (double)INFINITY);
    json_number(&j, NULL, -(double)INFINITY);
    json_number(&j, NULL, -0.0);
    json_integer(&j, NULL, INT64_MIN);
    json_close(&j, ']');
    assert_string_equal(bytes, "[null, null, null, 0, -9223372036854775808]");
}

static void what_does_not_fit_is_told(void **state)
{
    char bytes[12];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);

    (void)state;
    json_open(&j, NULL, '{');
    json_string(&j, "device", "south");
    json_close(&j, '}');
    assert_true(t.is_cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between),
        cmocka_unit_test(words_are_quoted),
        cmocka_unit_test(words_that_are_no_utf8_stay_json),
        cmocka_unit_test(numbers_that_are_none_are_null),
        cmocka_unit_test(what_does_not_fit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
