/* What an answer of the old collector's server means. */
#include "upload/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Only what such a server says counts as delivered. */
static void what_it_says_counts(void **state)
{
    static const struct {
        const char *words;
        enum verdict verdict;
    } facts[] = {{"", TAKEN},
                 {"\r\n", TAKEN},
                 {"{\"status\":\"success\"}", TAKEN},
                 {"{\"status\": \"success\", \"id\": 7}\n", TAKEN},
                 {"null", TAKEN},
                 {"[]", TAKEN},
                 {"{\"error\": \"log in\"}", LATER},
                 {"<!DOCTYPE html><title>Log in</title>", LATER},
                 {"welcome", LATER}};

    (void)state;
    for (long status = 200; status < 300; status++)
        for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
            struct outcome o = {0};
            upload_judge(status, facts[i].words, "", &o);
            assert_int_equal(o.verdict, facts[i].verdict);
            assert_int_equal(o.is_alarm, facts[i].verdict == LATER);
            assert_int_equal(strstr(o.why, "url") != NULL, facts[i].verdict == LATER);
        }
}

static void every_status_has_its_verdict(void **state)
{
    static const struct {
        long status;
        enum verdict verdict;
        bool is_alarm;
    } facts[] = {{200, TAKEN, false}, {201, TAKEN, false},   {409, TAKEN, false},
                 {301, LATER, true},  {400, REFUSED, false}, {401, LATER, true},
                 {403, LATER, true},  {404, LATER, true},    {405, LATER, true},
                 {408, LATER, false}, {413, REFUSED, false}, {422, REFUSED, false},
                 {429, LATER, false}, {500, LATER, false},   {503, LATER, false},
                 {100, LATER, true},  {0, LATER, true},      {700, LATER, true}};

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct outcome o = {0};
        bool is_good = facts[i].status / 100 == 2;
        upload_judge(facts[i].status, is_good ? "{}" : "{\"error\": \"x\"}\nmore", "", &o);
        assert_int_equal(o.verdict, facts[i].verdict);
        assert_int_equal(o.is_alarm, facts[i].is_alarm);
        assert_int_equal(*o.why == '\0', facts[i].verdict == TAKEN);
        assert_null(strstr(o.why, "more"));
    }
}

static void a_pause_is_obeyed(void **state)
{
    struct outcome o = {0};

    (void)state;
    upload_judge(429, "", "7", &o);
    assert_int_equal(o.retry_after_ms, 7000);
    o = (struct outcome){0};
    upload_judge(503, "", "soon", &o);
    assert_int_equal(o.retry_after_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_counts),
        cmocka_unit_test(every_status_has_its_verdict),
        cmocka_unit_test(a_pause_is_obeyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
