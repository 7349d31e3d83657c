/* Who of those who live with a connection hears what, and in which order they are called. */
#include "mqtt/guests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char calls[200];

static void note(void *who, const char *what)
{
    strncat(calls, who, sizeof calls - strlen(calls) - 1);
    strncat(calls, what, sizeof calls - strlen(calls) - 1);
}

static void hear(void *who, struct client *c, const struct client_word *w)
{
    (void)c;
    note(who, w->is_retained ? " old" : " ");
}

static void up(void *who, struct client *c)
{
    (void)c;
    note(who, " up ");
}

static void last(void *who, struct client *c)
{
    (void)c;
    note(who, " last ");
}

static void topics_and_filters(void **state)
{
    static const struct {
        const char *filter, *topic;
        bool is_for;
    } rows[] = {
        {"a", "a", true},
        {"a", "b", false},
        {"a", "a/", false},
        {"a", "aa", false},
        {"aa", "a", false},
        {"a/b", "a/b", true},
        {"a/b", "a/b/c", false},
        {"a/b/c", "a/b", false},
        {"a/+", "a/b", true},
        {"a/+", "a", false},
        {"a/+", "a/", true}, /* an empty level is one */
        {"a/+", "a/b/c", false},
        {"+", "a", true},
        {"+", "a/b", false},
        {"+/b", "a/b", true},
        {"+/+", "a/b", true},
        {"helio/+/set/+", "helio/south/set/float_voltage", true},
        {"helio/+/set/+", "helio/south/set/float_voltage/result", false},
        {"helio/+/set/+", "helio/south/get/float_voltage", false},
        {"a/#", "a", true},
        {"a/#", "a/b/c", true},
        {"a/#", "ab", false},
        {"a/#", "b/a", false},
        {"#", "a/b", true},
        {"#", "$SYS/x", false},
        {"+/x", "$SYS/x", false},
        {"a/+/#", "a/b", true},
        {"a/+/#", "a", false},
    };
    struct guests g = {.count = 0};

    (void)state;
    assert_int_equal(
        guests_join(&g,
                    &(struct client_guest){.who = (char[]){"x"}, .hear = hear, .filters = {""}}),
        OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct client_word w = {.topic = rows[i].topic, .payload = ""};
        g.list[0].filters[0] = rows[i].filter;
        calls[0] = '\0';
        guests_hear(&g, NULL, &w);
        if ((*calls != '\0') != rows[i].is_for)
            fail_msg("\"%s\" of \"%s\" is %sheard", rows[i].topic, rows[i].filter,
                     *calls ? "" : "not ");
    }
}

/* Each once, whatever number of its filters fit; who has no ear or no filter, never. */
static void each_hears_it_once(void **state)
{
    struct guests g = {.count = 0};
    const struct client_guest both = {
        .who = (char[]){"both"}, .hear = hear, .filters = {"x", "a/#", "a/+"}};
    const struct client_guest deaf = {.who = (char[]){"deaf"}, .filters = {"a/#"}};
    const struct client_guest none = {.who = (char[]){"none"}, .hear = hear};
    const struct client_word w = {.topic = "a/b", .payload = ""},
                             old = {.topic = "a/b", .payload = "", .is_retained = true};

    (void)state;
    calls[0] = '\0';
    assert_int_equal(guests_join(&g, &both), OK);
    assert_int_equal(guests_join(&g, &deaf), OK);
    assert_int_equal(guests_join(&g, &none), OK);
    guests_hear(&g, NULL, &w);
    guests_hear(&g, NULL, &old);
    assert_string_equal(calls, "both both old");
}

static void in_their_order(void **state)
{
    struct guests g = {.count = 0};
    const struct client_guest one = {.who = (char[]){"one"}, .up = up, .last = last};
    const struct client_guest two = {.who = (char[]){"two"}, .up = up};

    (void)state;
    calls[0] = '\0';
    assert_int_equal(guests_join(&g, &one), OK);
    assert_int_equal(guests_join(&g, &two), OK);
    guests_up(&g, NULL);
    guests_tick(&g, NULL);
    guests_last(&g, NULL);
    assert_string_equal(calls, "one up two up one last ");
    while (g.count < GUESTS_MAX)
        assert_int_equal(guests_join(&g, &two), OK);
    assert_int_equal(guests_join(&g, &two), ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_and_filters),
        cmocka_unit_test(each_hears_it_once),
        cmocka_unit_test(in_their_order),
    };

    return cmocka_run_group_tests_name("guests", tests, NULL, NULL);
}
