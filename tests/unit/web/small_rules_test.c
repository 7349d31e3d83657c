/* Small rules of the web: is it the token, is it known already, may it be packed, whose path. */
#include "web/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void tokens(void **state)
{
    static const struct {
        const char *given, *token;
        bool is_it;
    } rows[] = {
        {"abc", "abc", true},  {"abd", "abc", false},     {"bbc", "abc", false},
        {"ab", "abc", false},  {"abcd", "abc", false},    {"", "abc", false},
        {"ABC", "abc", false}, {"abcabc", "abc", false},  {"", "", false},
        {"x", "", false},      {"abc\x80", "abc", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (token_is(rows[i].given, rows[i].token) != rows[i].is_it)
            fail_msg("\"%s\" for \"%s\"", rows[i].given, rows[i].token);
}

static void whose_token(void **state)
{
    static struct web web = {.tokens = {"of uploads", "of settings"}};

    (void)state;
    assert_string_equal(token_of(&web, "mate_token_file"), "of uploads");
    assert_string_equal(token_of(&web, "token_file"), "of settings");
    assert_string_equal(token_of(&web, "token"), "");
}

static void what_is_known_already(void **state)
{
    static const struct {
        const char *known;
        bool is_known;
    } rows[] = {
        {NULL, false},           {"", false},        {"*", true},
        {"\"12\"", true},        {"W/\"12\"", true}, {"\"1\", W/\"12\"", true},
        {"\"123\"", false},      {"\"112\"", false}, {"12", false},
        {"\"1\", \"2\"", false}, {"**", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mark_is_known(rows[i].known, "\"12\"") != rows[i].is_known)
            fail_msg("%s", rows[i].known);
}

static void who_can_unpack(void **state)
{
    static const struct {
        const char *encodings;
        bool is_accepted;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"deflate, gzip, br", true},
        {"br,gzip", true},
        {"br", false},
        {"gzip;q=0", false},
        {"gzip; q=0", false},
        {"gzip;q=0.000", false},
        {"gzip;q=0, br", false},
        {"gzip;q=0.5", true},
        {"gzip;q=1.0, identity; q=0.5", true},
        {"br;q=0, gzip", true},
        {"x-gzipped", false},
        {"gzipped", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (pack_is_accepted(rows[i].encodings) != rows[i].is_accepted)
            fail_msg("%s", rows[i].encodings);
}

/* Bodies of orders: which are wishes, and which words they come to. */
static void wishes(void **state)
{
    static const struct {
        const char *json, *word; /* NULL: it is none */
        bool is_dry, may_cut_power;
    } rows[] = {
        {"{\"orders\":{\"a\":27.6}}", "a=27.6", false, false},
        {"{\"orders\":{\"a\":27}}", "a=27", false, false},
        {"{\"orders\":{\"a\":true}}", "a=on", false, false},
        {"{\"orders\":{\"a\":false}}", "a=off", false, false},
        {"{\"orders\":{\"a\":\"solar first\"}}", "a=solar first", false, false},
        {"{\"orders\":{\"a\":1},\"dry_run\":true}", "a=1", true, false},
        {"{\"orders\":{\"a\":1},\"cut_power\":true}", "a=1", false, true},
        {"{\"orders\":{\"a\":1},\"cut_power\":1}", NULL, false, false},
        {"{\"orders\":{\"a\":\"\"}}", NULL, false, false},
        {"{\"orders\":{\"\":1}}", NULL, false, false},
        {"{\"orders\":{\"a=b\":1}}", NULL, false, false},
        {"{\"orders\":{\"a\":\"x\\ny\"}}", NULL, false, false},
        {"{\"orders\":{\"a\":\"x\\u007fy\"}}", NULL, false, false},
        {"{\"orders\":{\"a\":\"x\\u0000\"}}", NULL, false, false},
        {"{\"orders\":{\"a\":null}}", NULL, false, false},
        {"{\"orders\":{\"a\":[1]}}", NULL, false, false},
        {"{\"orders\":{}}", NULL, false, false},
        {"{\"orders\":[]}", NULL, false, false},
        {"{\"orders\":{\"a\":1},\"x\":1}", NULL, false, false},
        {"{\"orders\":{\"a\":1,\"a\":2}}", NULL, false, false},
        {"{\"dry_run\":true}", NULL, false, false},
        {"[]", NULL, false, false},
        {"", NULL, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wish wish = {.count = 0};
        char why[200] = "";
        int rc = wish_read(rows[i].json, strlen(rows[i].json), &wish, why, sizeof why);
        if ((rc == OK) != (rows[i].word != NULL) || (rc == OK) != (*why == '\0'))
            fail_msg("%s: %d, \"%s\"", rows[i].json, rc, why);
        if (rc)
            continue;
        assert_int_equal(wish.count, 1);
        assert_string_equal(wish.words[0], rows[i].word);
        assert_int_equal(wish.told.is_dry, rows[i].is_dry);
        assert_int_equal(wish.told.may_cut_power, rows[i].may_cut_power);
    }
}

/* A star at a route's end stands for the rest; braces for one level. */
static void paths(void **state)
{
    static const struct {
        const char *route, *path;
        bool is_it;
    } rows[] = {
        {"/a", "/a", true},
        {"/a", "/a/", false},
        {"/a", "/ab", false},
        {"/a/*", "/a/b", true},
        {"/a/*", "/a/b/c", true},
        {"/a/*", "/b", false},
        {"/d/{name}/commands", "/d/south/commands", true},
        {"/d/{name}/commands", "/d/south/command", false},
        {"/d/{name}/commands", "/d/a/b/commands", false},
        {"/d/{name}/commands", "/d/south", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct route route = {.path = rows[i].route};
        if (route_is(&route, rows[i].path) != rows[i].is_it)
            fail_msg("%s for %s", rows[i].route, rows[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(whose_token),
        cmocka_unit_test(what_is_known_already),
        cmocka_unit_test(who_can_unpack),
        cmocka_unit_test(wishes),
        cmocka_unit_test(paths),
    };

    return cmocka_run_group_tests_name("small rules", tests, NULL, NULL);
}
