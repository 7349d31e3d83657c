/* JSON for eyes: nothing but blanks is new, and strings are not taken apart. */
#include "base/pretty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static char all[2000];

static void gather(void *who, const char *line)
{
    size_t used = strlen(all);

    (void)who;
    snprintf(all + used, sizeof all - used, "%s\n", line);
}

static const char *pretty(const char *json)
{
    *all = '\0';
    pretty_lines(json, gather, NULL);
    return all;
}

static void a_value_a_line(void **state)
{
    (void)state;
    assert_string_equal(pretty("{\"a\":1,\"b\":[true,null],\"c\":{\"d\":-2.5}}"),
                        "{\n"
                        "  \"a\": 1,\n"
                        "  \"b\": [\n"
                        "    true,\n"
                        "    null\n"
                        "  ],\n"
                        "  \"c\": {\n"
                        "    \"d\": -2.5\n"
                        "  }\n"
                        "}\n");
}

static void strings_stay_whole(void **state)
{
    (void)state;
    assert_string_equal(pretty("[\"{{a['b,c']}}: \\\"x\\\\\",\"y\"]"),
                        "[\n  \"{{a['b,c']}}: \\\"x\\\\\",\n  \"y\"\n]\n");
}

static void anything_comes_out(void **state)
{
    (void)state;
    assert_string_equal(pretty(""), "\n");
    assert_string_equal(pretty("online"), "online\n");
    assert_string_equal(pretty("\"open \\"), "\"open \\\n");
    assert_string_equal(pretty("}}"), "\n}\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_a_line),
        cmocka_unit_test(strings_stay_whole),
        cmocka_unit_test(anything_comes_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
