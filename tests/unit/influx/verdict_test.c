/* What an answer means: every row of the reaction table, and every status there is. */
#include "influx/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct judged judge(enum influx_api api, long status, const char *body, const char *after)
{
    struct answer_seen seen = {
        .api = api, .status = status, .body = body, .retry_after = after, .now_ms = 1780000000000};
    struct judged judged;

    verdict_judge(&seen, &judged);
    return judged;
}

static void the_table(void **state)
{
    static const struct {
        enum influx_api api;
        long status;
        const char *body;
        enum verdict verdict;
        bool is_alarm;
        const char *why; /* stands in it */
    } cases[] = {
        {API_V1, 204, "", TAKEN, false, ""},
        {API_V1, 200, "", TAKEN, false, ""},
        {API_V1, 200, "\r\n", TAKEN, false, ""},
        {API_V1, 200, "{}", LATER, true, "url"},
        {API_VICTORIA, 200, "<!DOCTYPE html>\n<title>Log in</title>", LATER, true, "log-in page"},
        {API_V2, 206, "x", LATER, true, "url"},
        {API_V3, 202, "", LATER, true, "url"},
        {API_V1, 299, "", LATER, true, "url"},
        {API_V1, 400,
         "{\"error\":\"partial write: unable to parse 'solar x': missing fields dropped=0\"}",
         REFUSED, false, "unable to parse"},
        {API_V1, 400,
         "{\"error\":\"partial write: field type conflict: input field \\\"pv_power\\\" on "
         "measurement \\\"solar\\\" is type float, already exists as type integer dropped=1\"}",
         AGAIN, false, "type conflict"},
        {API_V2, 422,
         "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to database: "
         "partial write: field type conflict: input field \\\"pv_power\\\" on measurement "
         "\\\"solar\\\" is type float, already exists as type integer dropped=1\"}",
         AGAIN, false, "type conflict"},
        {API_V1, 400, "{\"error\":\"partial write: points beyond retention policy dropped=2\"}",
         TAKEN, false, ""},
        {API_V1, 400, "{\"error\":\"database is required\"}", LATER, true, "mend database"},
        {API_V1, 400, "{\"error\":\"gzip: invalid header\"}", LATER, true, "gzip = no"},
        {API_VICTORIA, 400,
         "remoteAddr: \"127.0.0.1:40000\"; requestURI: /write; too big data size exceeding "
         "-influx.maxRequestSize=2000 bytes",
         REFUSED, false, "too big"},
        {API_VICTORIA, 400, "cannot find the provided auth token \"Bearer x\" in config", LATER,
         true, "token_file"},
        {API_V1, 401, "{\"error\":\"authorization failed\"}", LATER, true, "reload"},
        {API_V1, 403, "{\"error\":\"not authorized\"}", LATER, true, "reload"},
        {API_V1, 404, "{\"error\":\"database not found: \\\"solar\\\"\"}", LATER, true, "made"},
        {API_V1, 405, "", LATER, true, "api"},
        {API_V1, 408, "", LATER, false, ""},
        {API_V1, 413, "{\"error\":\"Request Entity Too Large\"}", REFUSED, false, "413"},
        {API_V2, 422, "{\"message\":\"unprocessable\"}", REFUSED, false, "422"},
        {API_V1, 500, "{\"error\":\"retention policy not found: x\"}", LATER, true,
         "retention_policy"},
        {API_V1, 500, "{\"error\":\"engine is closed\"}", LATER, false, "500"},
        {API_V1, 502, "<html>", LATER, false, "502"},
        {API_V1, 301, "moved", LATER, true, "url"},
        {API_V1, 418, "", LATER, true, "418"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judged j = judge(cases[i].api, cases[i].status, cases[i].body, "");
        if (j.outcome.verdict != cases[i].verdict || j.outcome.is_alarm != cases[i].is_alarm ||
            !strstr(j.outcome.why, cases[i].why))
            fail_msg("%ld %s: verdict %d, alarm %d, \"%s\"", cases[i].status, cases[i].body,
                     j.outcome.verdict, j.outcome.is_alarm, j.outcome.why);
    }
}

/* Success is the only way to move on, and no status is left undecided, with or without words. */
static void every_status(void **state)
{
    (void)state;
    for (int api = 0; api < API_COUNT; api++)
        for (long status = 0; status < 2000; status++) {
            bool has_words = status % 2 == 1;
            long is = status / 2;
            struct judged j =
                judge((enum influx_api)api, is, has_words ? "<html>welcome</html>" : "", "");
            bool is_good = is == 204 || (is == 200 && !has_words);
            if ((j.outcome.verdict == TAKEN) != is_good)
                fail_msg("%ld, %s words, is taken for verdict %d", is, has_words ? "with" : "no",
                         j.outcome.verdict);
            if (!is_good && !*j.outcome.why)
                fail_msg("%ld says nothing", is);
        }
}

static void what_is_read_out_of_it(void **state)
{
    struct judged j = judge(API_V1, 400,
                            "{\"error\":\"partial write: field type conflict: input field "
                            "\\\"pv_power\\\" on measurement \\\"solar\\\" is type float\"}",
                            "");

    (void)state;
    assert_string_equal(j.field, "pv_power");
    j = judge(API_V1, 400, "{\"error\":\"points beyond retention policy dropped=17\"}", "");
    assert_int_equal(j.outcome.dropped, 17);
    assert_non_null(strstr(j.dropped_why, "older than"));
    /* InfluxDB 1.13's words, without and with a limit on the future */
    j = judge(API_V1, 400,
              "{\"error\":\"partial write: dropped 3 points outside retention policy of duration "
              "1h0m0s - oldest x, newest y dropped=3 for database: solar\"}",
              "");
    assert_int_equal(j.outcome.dropped, 3);
    assert_non_null(strstr(j.dropped_why, "older than"));
    j = judge(API_V1, 400,
              "{\"error\":\"partial write: dropped 0 points outside retention policy of duration "
              "1h0m0s and 16 points outside write window (10m0s) - oldest x, newest y dropped=16 "
              "for database: solar\"}",
              "");
    assert_int_equal(j.outcome.verdict, TAKEN);
    assert_int_equal(j.outcome.dropped, 16);
    assert_non_null(strstr(j.dropped_why, "FUTURE LIMIT"));
    assert_non_null(strstr(j.outcome.why, "outside write window"));
    assert_true(judge(API_VICTORIA, 400, "too big data size exceeding -influx.maxRequestSize", "")
                    .is_too_large);
    assert_int_equal(judge(API_V1, 503, "", "120").outcome.retry_after_ms, 120000);
    assert_int_equal(judge(API_V1, 429, "", " 2.5 ").outcome.retry_after_ms, 2500);
    assert_int_equal(judge(API_V1, 429, "", "Thu, 28 May 2026 20:27:20 GMT").outcome.retry_after_ms,
                     40000);
    assert_int_equal(judge(API_V1, 429, "", "Thu, 28 May 2020 20:27:20 GMT").outcome.retry_after_ms,
                     0);
    assert_int_equal(judge(API_V1, 429, "", "soon").outcome.retry_after_ms, 0);
    assert_true(judge(API_V1, 404, "{\"error\":\"database not found: \\\"solar\\\"\"}", "")
                    .is_database_missing);
    assert_true(judge(API_V1, 413, "", "").is_too_large);
}

static void lines_named_by_version_3(void **state)
{
    struct judged j =
        judge(API_V3, 400,
              "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"error_"
              "message\":\"invalid column type\",\"line_number\":2,\"original_line\":"
              "\"x\"},{\"line_number\": 618 ,\"error_message\":\"other\"}]}",
              "");

    (void)state;
    assert_int_equal(j.outcome.verdict, TAKEN);
    assert_int_equal(j.outcome.bad_count, 2);
    assert_int_equal(j.outcome.bad[0], 1);
    assert_int_equal(j.outcome.bad[1], 617);
    assert_non_null(strstr(j.outcome.why, "invalid column type"));
    /* it names none, or nonsense: halving finds them */
    assert_int_equal(judge(API_V3, 400, "{\"error\":\"x\",\"data\":null}", "").outcome.verdict,
                     REFUSED);
    assert_int_equal(judge(API_V3, 400, "{\"data\":[{\"line_number\":-4}]}", "").outcome.verdict,
                     REFUSED);
    /* version 1 does not speak so */
    assert_int_equal(judge(API_V1, 400, "{\"data\":[{\"line_number\":1}]}", "").outcome.verdict,
                     REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table),
        cmocka_unit_test(every_status),
        cmocka_unit_test(what_is_read_out_of_it),
        cmocka_unit_test(lines_named_by_version_3),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
