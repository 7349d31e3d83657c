/* Rows of the old MATE collector: JSON taken apart, and put together again. */
#include "web/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t now_ms = 1795251653000; /* 2026-11-21 */

static int read_row(unsigned type, const char *json, struct mate_row *row)
{
    char why[200] = "";
    int rc = mate_row_read(&mate_types[type], json, strlen(json), now_ms, row, why, sizeof why);

    assert_int_equal(*why == '\0', rc == OK);
    return rc;
}

static void a_row_of_a_real_charger(void **state)
{
    static const char json[] = "{\"type\": \"mx-status\", \"data\": \"iIKDAAI/AgABAfwC9Q==\", "
                               "\"ts\": \"2018-10-21T14:42:44.938000\", \"tz\": -18000, "
                               "\"extra\": {\"chg_w\": 193}}";
    static const uint8_t bytes[] = {0x88, 0x82, 0x83, 0x00, 0x02, 0x3f, 0x02,
                                    0x00, 0x01, 0x01, 0xfc, 0x02, 0xf5};
    struct mate_row row;
    char again[400];

    (void)state;
    assert_int_equal(read_row(0, json, &row), OK);
    assert_int_equal(row.length, sizeof bytes);
    assert_memory_equal(row.bytes, bytes, sizeof bytes);
    assert_int_equal(row.at_ms, 1540132964938);
    assert_int_equal(row.tz_s, -18000);
    assert_true(row.has_extra && row.extra > 192.9 && row.extra < 193.1);
    mate_row_write(&row, again, sizeof again);
    assert_string_equal(again, json);
}

static void times_as_they_are_written(void **state)
{
    static const struct {
        const char *ts;
        int64_t at_ms; /* 0: none */
    } facts[] = {{"2018-10-21T14:42:44", 1540132964000},
                 {"2018-10-21T14:42:44Z", 1540132964000},
                 {"2018-10-21T14:42:44.9", 1540132964900},
                 {"2018-10-21T14:42:44.938999Z", 1540132964938},
                 {"2018-10-21T14:42:44+02:00", 0},
                 {"2018-10-21T14:42:44.9x", 0},
                 {"2018-10-21 14:42:44", 0},
                 {"2018-13-21T14:42:44", 0},
                 {"2018-02-29T14:42:44", 0},
                 {"2018-10-21T24:42:44", 0},
                 {"2018-10-21T14:42", 0},
                 {"", 0},
                 {"2026-11-22T00:00:00", 1795305600000},
                 {"2026-11-23T00:00:00", 0}};
    struct mate_row row;
    char json[300];

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        snprintf(
            json, sizeof json,
            "{\"type\":\"fx-status\",\"data\":\"iIKDAAI/AgABAfwC9Q==\",\"ts\":\"%s\",\"tz\":0}",
            facts[i].ts);
        assert_int_equal(read_row(1, json, &row), facts[i].at_ms ? OK : ERR_DATA);
        if (facts[i].at_ms)
            assert_int_equal(row.at_ms, facts[i].at_ms);
    }
}

static void what_is_no_json(void **state)
{
    static const char *const wrong[] = {"", "[]", "1", "{", "{\"a\":1,\"a\":2}", "\xff"};
    struct mate_row row;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(read_row(0, wrong[i], &row), ERR_GARBAGE);
}

static void tokens_are_whole(void **state)
{
    (void)state;
    assert_true(token_is("sesame", "sesame"));
    assert_false(token_is("sesam", "sesame"));
    assert_false(token_is("sesamesesame", "sesame"));
    assert_false(token_is("Sesame", "sesame"));
    assert_false(token_is("", "sesame"));
    assert_false(token_is("", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_of_a_real_charger),
        cmocka_unit_test(times_as_they_are_written),
        cmocka_unit_test(what_is_no_json),
        cmocka_unit_test(tokens_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
