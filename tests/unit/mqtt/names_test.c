/* Words for devices in topics, and what topics are remembered to hold. */
#include "base/log.h"
#include "mqtt/names.h"
#include "mqtt/remembered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Two names that come to one word: the second has a mark, and both keep what they have. */
static void two_of_one_word(void **state)
{
    char first[TOPIC_WORD], second[TOPIC_WORD], again[TOPIC_WORD], device[ORIGIN_NAME];
    struct names *n = names_new("test");

    (void)state;
    assert_non_null(n);
    log_set_level(LOG_LEVEL_ERR);
    assert_false(names_find(n, "South 1", first));
    names_word(n, "South 1", first);
    assert_string_equal(first, "south_1");
    names_word(n, "south.1", second);
    assert_int_equal(strncmp(second, "south_1-", 8), 0);
    assert_int_equal(strlen(second), strlen("south_1-") + 4);
    names_word(n, "South 1", again);
    assert_string_equal(again, first);
    names_word(n, "south.1", again);
    assert_string_equal(again, second);
    assert_true(names_find(n, "south.1", again));
    assert_string_equal(again, second);
    assert_true(names_device(n, "south_1", device));
    assert_string_equal(device, "South 1");
    assert_true(names_device(n, second, device));
    assert_string_equal(device, "south.1");
    assert_false(names_device(n, "south", device));
    assert_false(names_device(n, "south_1-", device));
    names_free(n);
}

static void parts_of_a_list(void **state)
{
    static const struct {
        const char *parts, *key;
        bool has;
    } rows[] = {
        {" a:sensor b:number", "a", true},
        {" a:sensor b:number", "b", true},
        {" ab:sensor", "a", false},
        {" ab:sensor", "b", false},
        {" ab:sensor", "ab", true},
        {" a:sensor", "sensor", false},
        {"", "a", false},
        {" a_b:sensor b:x", "b", true},
    };
    const char *at = " a:sensor b:number";
    struct part one;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (parts_have(rows[i].parts, rows[i].key) != rows[i].has)
            fail_msg("\"%s\" in \"%s\"", rows[i].key, rows[i].parts);
    assert_true(parts_next(&at, &one));
    assert_string_equal(one.key, "a");
    assert_string_equal(one.platform, "sensor");
    assert_true(parts_next(&at, &one));
    assert_string_equal(one.key, "b");
    assert_string_equal(one.platform, "number");
    assert_false(parts_next(&at, &one));
}

/* What a topic held and holds no longer is to go, until it is back. */
static void what_a_topic_loses(void **state)
{
    static const struct {
        const char *parts, *gone;
    } said[] = {
        {" a:sensor b:number", ""},          {" a:sensor b:number", ""},
        {" a:sensor", " b:number"},          {" c:switch", " b:number a:sensor"},
        {" b:number c:switch", " a:sensor"}, {" a:sensor b:number c:switch", ""},
    };
    struct remembered r;

    (void)state;
    assert_int_equal(remembered_open(&r, NULL, "mqtt"), OK);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct kept *k = remembered_put(&r, "t", "id", "south", "tracer", "", said[i].parts);
        assert_non_null(k);
        assert_string_equal(k->gone, said[i].gone);
        assert_true(k->is_wanted);
        assert_int_equal(r.count, 1);
    }
    r.is_new = false;
    assert_non_null(remembered_put(&r, "t", "id", "south", "tracer", "", said[5].parts));
    assert_false(r.is_new);
    assert_non_null(remembered_put(&r, "t", "id", "north", "tracer", "", said[5].parts));
    assert_true(r.is_new);
    assert_non_null(remembered_put(&r, "u", "id", "north", "tracer", "", ""));
    remembered_drop(&r, 0);
    assert_null(remembered_find(&r, "t"));
    assert_non_null(remembered_find(&r, "u"));
    remembered_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_of_one_word),
        cmocka_unit_test(parts_of_a_list),
        cmocka_unit_test(what_a_topic_loses),
    };

    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
