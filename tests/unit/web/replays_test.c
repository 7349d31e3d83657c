/* Requests that come twice: what is new, what is answered again, what counts as never sent. */
#include "web/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct web web;
static struct wish wish;
static struct exchange exchange;

static int begin(void **state)
{
    (void)state;
    memset(web.told, 0, sizeof web.told);
    web.told_next = 0;
    return 0;
}

static struct exchange *request(const char *path, const char *body)
{
    wish = (struct wish){.count = 1};
    exchange = (struct exchange){.web = &web,
                                 .path = path,
                                 .body = (char *)(uintptr_t)body,
                                 .length = strlen(body),
                                 .wish = &wish};
    return &exchange;
}

static enum replay ask(const char *key, const char *path, const char *body)
{
    return replay_check_key(request(path, body), key);
}

/* It was carried out, with this result. */
static void settle(const char *key, int result)
{
    struct exchange *x = request("/a", "1");

    wish.result = result;
    snprintf(wish.told.why, sizeof wish.told.why, "it came to %d", result);
    replay_note_key(x, key);
}

static void keys(void **state)
{
    char most[WEB_KEY], more[WEB_KEY + 1];
    const struct {
        const char *key;
        enum replay first, second;
    } rows[] = {
        {NULL, REPLAY_NEW, REPLAY_NEW},   {"", REPLAY_BAD, REPLAY_BAD},
        {"a", REPLAY_NEW, REPLAY_SOON},   {"a b", REPLAY_BAD, REPLAY_BAD},
        {"a\tb", REPLAY_BAD, REPLAY_BAD}, {"d\xc3\xa4", REPLAY_BAD, REPLAY_BAD},
        {most, REPLAY_NEW, REPLAY_SOON},  {more, REPLAY_BAD, REPLAY_BAD},
    };

    memset(most, 'k', sizeof most - 1);
    most[sizeof most - 1] = '\0';
    memset(more, 'k', sizeof more - 1);
    more[sizeof more - 1] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)begin(state);
        assert_int_equal(ask(rows[i].key, "/a", "1"), rows[i].first);
        assert_int_equal(ask(rows[i].key, "/a", "1"), rows[i].second);
    }
}

/* Until it is settled it is under way; then whoever asks again hears what became of it, once it was
 * begun. */
static void what_became_of_it(void **state)
{
    static const struct {
        int result;
        enum replay again;
    } rows[] = {
        {OK, REPLAY_SAME},         {ERR_USAGE, REPLAY_SAME}, {ERR_TIMEOUT, REPLAY_SAME},
        {ERR_DENIED, REPLAY_SAME}, {ERR_FULL, REPLAY_NEW},   {ERR_STOPPED, REPLAY_NEW},
        {ERR_BUSY, REPLAY_NEW},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)begin(state);
        assert_int_equal(ask("k", "/a", "1"), REPLAY_NEW);
        assert_int_equal(ask("k", "/a", "1"), REPLAY_SOON);
        settle("k", rows[i].result);
        if (ask("k", "/a", "1") != rows[i].again)
            fail_msg("row %zu", i);
        if (rows[i].again != REPLAY_SAME)
            continue;
        assert_int_equal(wish.result, rows[i].result);
        assert_non_null(strstr(wish.told.why, "it came to"));
    }
}

static void one_key_for_two_requests(void **state)
{
    (void)state;
    assert_int_equal(ask("k", "/a", "1"), REPLAY_NEW);
    assert_int_equal(ask("k", "/a", "2"), REPLAY_OTHER);
    assert_int_equal(ask("k", "/b", "1"), REPLAY_OTHER);
    settle("k", OK);
    assert_int_equal(ask("k", "/a", "2"), REPLAY_OTHER);
    assert_int_equal(ask("k", "/a", "1"), REPLAY_SAME);
    assert_int_equal(ask("l", "/a", "1"), REPLAY_NEW);
}

/* The last 32 are known. */
static void the_oldest_is_forgotten(void **state)
{
    char key[16];

    (void)state;
    for (unsigned i = 0; i < WEB_TOLD; i++) {
        snprintf(key, sizeof key, "k%u", i);
        assert_int_equal(ask(key, "/a", "1"), REPLAY_NEW);
        settle(key, OK);
    }
    assert_int_equal(ask("k0", "/a", "1"), REPLAY_SAME);
    assert_int_equal(ask("new", "/a", "1"), REPLAY_NEW);
    assert_int_equal(ask("k1", "/a", "1"), REPLAY_SAME);
    assert_int_equal(ask("k31", "/a", "1"), REPLAY_SAME);
    assert_int_equal(ask("k0", "/a", "1"), REPLAY_NEW);
    settle("unknown", OK); /* forgotten meanwhile: nothing to note */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keys, begin),
        cmocka_unit_test_setup(what_became_of_it, begin),
        cmocka_unit_test_setup(one_key_for_two_requests, begin),
        cmocka_unit_test_setup(the_oldest_is_forgotten, begin),
    };

    return cmocka_run_group_tests_name("replays", tests, NULL, NULL);
}
