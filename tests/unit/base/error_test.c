/* The list of errors: walks all of it. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

struct listed {
    const char *tag, *word, *text;
    int number, exit_code;
};

static const struct listed list[] = {
#define X(tag, number, word, code, text) {#tag, word, text, number, code},
    ERRORS(X)
#undef X
};
enum { LISTED = sizeof list / sizeof list[0] };

static void every_error_is_itself(void **state)
{
    (void)state;
    assert_int_equal(LISTED + 1, ERROR_KINDS);
    for (int i = 0; i < LISTED; i++) {
        assert_int_equal(list[i].number, -(i + 1)); /* no holes: the number is an index */
        assert_int_equal(error_index(list[i].number), i + 1);
        assert_string_equal(error_word(list[i].number), list[i].word);
        assert_string_equal(error_text(list[i].number), list[i].text);
        assert_int_equal(error_from_word(list[i].word), list[i].number);
        assert_int_equal(error_exit(list[i].number), list[i].exit_code);
    }
}

static void words_and_sentences_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < LISTED; i++) {
        assert_true(strlen(list[i].word) > 0 && strlen(list[i].text) > 0);
        assert_null(strpbrk(list[i].word, " \t\n#"));
        assert_string_not_equal(list[i].word, "ok");
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(list[i].word, list[k].word);
            assert_string_not_equal(list[i].text, list[k].text);
        }
    }
}

static void exit_codes_are_those_of_sysexits(void **state)
{
    (void)state;
    assert_int_equal(error_exit(OK), 0);
    for (int i = 0; i < LISTED; i++) {
        if (list[i].number == ERR_STOPPED || list[i].number == ERR_ASLEEP)
            assert_int_equal(list[i].exit_code, 0);
        else
            assert_in_range(list[i].exit_code, 64, 78);
    }
    assert_int_equal(error_exit(ERR_USAGE), 64);
    assert_int_equal(error_exit(ERR_CONFIG), 78);
}

static void what_is_not_listed_is_told_as_system(void **state)
{
    (void)state;
    assert_string_equal(error_word(OK), "ok");
    assert_int_equal(error_from_word("ok"), OK);
    assert_int_equal(error_from_word("no such word"), ERR_UNKNOWN);
    assert_int_equal(error_from_word(""), ERR_UNKNOWN);
    assert_string_equal(error_word(-ERROR_KINDS), "system");
    assert_string_equal(error_word(INT32_MIN), "system");
    assert_string_equal(error_word(1), "system");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_is_itself),
        cmocka_unit_test(words_and_sentences_are_unique),
        cmocka_unit_test(exit_codes_are_those_of_sysexits),
        cmocka_unit_test(what_is_not_listed_is_told_as_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
