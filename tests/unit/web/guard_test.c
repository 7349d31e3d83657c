/* Which names are ours, and which pages. */
#include "web/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct web web;
static struct section section;

static int begin(void **state)
{
    const struct setting *tables[] = {web_settings};

    (void)state;
    web.section = &section;
    return section_from_words("web", "", "hosts=solar.example.org kiosk:8443", &section) ||
           section_check(&section, tables, 1);
}

static int end(void **state)
{
    (void)state;
    section_done(&section);
    return 0;
}

static void hosts(void **state)
{
    static const struct {
        const char *host;
        bool is_ours;
    } rows[] = {
        {NULL, true},
        {"localhost", true},
        {"localhost:8080", true},
        {"LOCALHOST:8080", true},
        {"localhost.", false},
        {"localhost.example.org", false},
        {"localhos", false},
        {"127.0.0.1:8080", true},
        {"192.168.1.5", true},
        {"192.168.1", false},
        {"192.168.1.5.example.org", false},
        {"[::1]:8080", true},
        {"[fe80::1]", true},
        {"[::1].example.org", false},
        {"[::1]8080", false},
        {"[::1", false},
        {"::1", false},
        {"solar.example.org", true},
        {"Solar.Example.ORG:443", true},
        {"solar.example.or", false},
        {"solar", false},
        {"s", false},
        {"", false},
        {":8080", false},
        {"solar.example.org.evil.example", false},
        {"x.solar.example.org", false},
        {"solar.example.org:", true},
        {"solar.example.org:80x", false},
        {"solar.example.org:80:80", false},
        {"kiosk:8443", true},
        {"kiosk:8444", false},
        {"kiosk", false},
        {"evil.example.org", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (guard_knows_host(&web, rows[i].host) != rows[i].is_ours)
            fail_msg("\"%s\" is %sknown", rows[i].host, rows[i].is_ours ? "not " : "");
}

static void this_machine(void **state)
{
    char own[200], name[300];

    (void)state;
    assert_int_equal(gethostname(own, sizeof own), 0);
    assert_true(guard_knows_host(&web, own));
    snprintf(name, sizeof name, "%s.local:8080", own);
    assert_true(guard_knows_host(&web, name));
    snprintf(name, sizeof name, "%s.example.org", own);
    assert_false(guard_knows_host(&web, name));
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(guard_knows_host(&web, name));
}

/* What a browser says of the page, and what was called. */
static void pages(void **state)
{
    static const struct {
        const char *site, *origin, *host;
        bool is_ours;
    } rows[] = {
        {NULL, NULL, "localhost:8080", true}, /* a program */
        {NULL, NULL, NULL, true},
        {"same-origin", "http://localhost:8080", "localhost:8080", true},
        {"none", NULL, "localhost:8080", true}, /* typed by hand */
        {"same-site", "http://localhost:8080", "localhost:8080", false},
        {"cross-site", "http://localhost:8080", "localhost:8080", false},
        {"same-site", NULL, "localhost:8080", false},
        {"", NULL, "localhost:8080", false},
        {"Same-Origin", NULL, "localhost:8080", false},
        {NULL, "http://localhost:8080", "localhost:8080", true},
        {NULL, "http://LocalHost:8080", "localhost:8080", true},
        {NULL, "http://localhost:9", "localhost:8080", false}, /* another program */
        {NULL, "http://localhost", "localhost:8080", false},
        {NULL, "http://localhost:80801", "localhost:8080", false},
        {NULL, "http://127.0.0.1:8080", "localhost:8080", false},
        {NULL, "http://127.0.0.1:8080", "127.0.0.1:8080", true},
        {NULL, "http://127.0.0.1:9", "127.0.0.1:8080", false},
        {NULL, "http://192.168.1.5", "192.168.1.5:8080", false},
        {NULL, "https://solar.example.org", "solar.example.org", true}, /* behind a proxy */
        {NULL, "https://solar.example.org", "127.0.0.1:8080", true},
        {NULL, "https://solar.example.org:9", "127.0.0.1:8080", false},
        {NULL, "https://solar.example.or", "127.0.0.1:8080", false},
        {NULL, "https://kiosk:8443", "127.0.0.1:8080", true},
        {NULL, "https://kiosk", "127.0.0.1:8080", false},
        {NULL, "https://solar.example.org.evil.example", "solar.example.org", false},
        {NULL, "http://evil.example", "localhost:8080", false},
        {NULL, "null", "null", false},
        {NULL, "", "", false},
        {NULL, "://", "localhost:8080", false},
        {NULL, "http://localhost:8080", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (guard_is_ours(&web, rows[i].site, rows[i].origin, rows[i].host) != rows[i].is_ours)
            fail_msg("row %zu: %s of %s at %s", i, rows[i].site, rows[i].origin, rows[i].host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(this_machine),
        cmocka_unit_test(pages),
    };

    return cmocka_run_group_tests_name("guard", tests, begin, end);
}
