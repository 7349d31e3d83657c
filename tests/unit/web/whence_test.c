/* Who asks, and whose Host that is. */
#include "web/inside.h"
#include "web/whence.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct whence of(const char *figures, char to[VISITOR_ADDRESS])
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    assert_int_equal(getaddrinfo(figures, "80", &hints, &found), 0);
    struct whence w = whence_of(found->ai_addr);
    whence_figures(found->ai_addr, to);
    freeaddrinfo(found);
    return w;
}

/* One network of IPv6 is one: who has it has 2^64 addresses in it. */
static void who_is_one(void **state)
{
    static const struct {
        const char *a, *b;
        bool is_one;
    } facts[] = {
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"192.0.2.7", "::ffff:192.0.2.7", true},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
        {"127.0.0.1", "::1", false},
        {"0.0.0.0", "::1", false},
    };
    char a[VISITOR_ADDRESS], b[VISITOR_ADDRESS];

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct whence one = of(facts[i].a, a), other = of(facts[i].b, b);
        assert_int_equal(whence_is(&one, &other), facts[i].is_one);
        assert_string_equal(a, facts[i].a);
    }
    of("::ffff:192.0.2.7", a);
    assert_string_equal(a, "192.0.2.7");
}

static void what_a_proxy_says(void **state)
{
    static const struct {
        const char *words, *address; /* NULL: none */
    } facts[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"198.51.100.1, 192.0.2.7", "192.0.2.7"}, /* who asks may have said the first one */
        {"198.51.100.1,2001:db8::1 ", "2001:db8::1"},
        {"unknown", NULL},
        {"192.0.2.7, ", NULL},
        {"", NULL},
        {"192.0.2.7:8080", NULL},
        {"1111111111111111111111111111111111111111111111111111111111111111", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        char to[VISITOR_ADDRESS] = "127.0.0.1";
        assert_int_equal(whence_forwarded(facts[i].words, to), facts[i].address != NULL);
        assert_string_equal(to, facts[i].address ? facts[i].address : "127.0.0.1");
    }
    assert_true(whence_lists("127.0.0.1", "127.0.0.1"));
    assert_true(whence_lists(" ::1, 127.0.0.1 ", "127.0.0.1"));
    assert_false(whence_lists("127.0.0.10", "127.0.0.1"));
    assert_false(whence_lists("", "127.0.0.1"));
}

static void what_is_a_host(void **state)
{
    static const char *const hosts[] = {"localhost",  "localhost:8080",    "192.0.2.7:80", "[::1]",
                                        "[::1]:8080", "solar.example.org", "solar:"};
    static const char *const others[] = {
        "[::1].evil.example", "[::1", "localhost:80x",  "a b", "[::1]8080", "a,b", "a:1:2",
        "user@localhost",     "a/b",  "localhost\tevil"};

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        assert_true(guard_is_host(hosts[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(guard_is_host(others[i]));
}

static void what_a_line_is_called(void **state)
{
    static const char *const names[] = {"Host", "X-Forwarded-For", "a", "x_y.z!"};
    static const char *const others[] = {"", " Host", "Host ", "X\tHost", "XHost: evil", "H\xf6st"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(guard_is_field(names[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(guard_is_field(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_one),
        cmocka_unit_test(what_a_proxy_says),
        cmocka_unit_test(what_is_a_host),
        cmocka_unit_test(what_a_line_is_called),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
