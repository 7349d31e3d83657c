/* Moods: how they are written, and that each does what its name says. */
#include "bus/moods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { ROUNDS = 2000, LENGTH = 20 };

static const uint8_t theirs[] = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a};

static size_t stranger(struct chance *c, uint8_t *to)
{
    (void)c;
    memcpy(to, theirs, sizeof theirs);
    return sizeof theirs;
}

static void good_answer(struct far_answer *a)
{
    *a = (struct far_answer){.delay_us = 10000};
    a->answer.length = LENGTH;
    for (unsigned i = 0; i < LENGTH; i++)
        a->answer.bytes[i] = (uint8_t)(0xa0 + i);
}

static bool is_as_it_was(const struct far_answer *a)
{
    struct far_answer good;

    good_answer(&good);
    return a->answer.length == good.answer.length &&
           !memcmp(a->answer.bytes, good.answer.bytes, good.answer.length);
}

static unsigned bits_changed(const struct far_answer *a)
{
    struct far_answer good;
    unsigned count = 0;

    good_answer(&good);
    for (size_t i = 0; i < LENGTH; i++)
        for (unsigned b = a->answer.bytes[i] ^ good.answer.bytes[i]; b; b >>= 1)
            count += b & 1;
    return count;
}

static void words_are_read(void **state)
{
    struct moods m = {0};
    char why[200];

    (void)state;
    assert_int_equal(moods_parse(&m, "", why, sizeof why), OK);
    assert_int_equal(moods_parse(&m, "collide=0.2,dead=3", why, sizeof why), OK);
    assert_true(m.collide == 0.2 && m.dead == 3 && m.silent == 0);
    assert_int_equal(moods_parse(&m, " silent=1  collide=0,\tpause=250\r\n", why, sizeof why), OK);
    assert_true(m.collide == 0 && m.dead == 3 && m.silent == 1 && m.pause == 250);
}

static void mistakes_are_told(void **state)
{
    static const char *const bad[] = {"collide",     "collide=",   "collide=x", "collide=-1",
                                      "collide=1.1", "dead=256",   "late=2",    "=0.5",
                                      "hungry=0.5",  "pause=1001", "late 0.5",  "Collide=0.1"};
    char long_one[300], why[200];
    struct moods m = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        why[0] = '\0';
        assert_int_equal(moods_parse(&m, bad[i], why, sizeof why), ERR_USAGE);
        assert_true(strlen(why) > 10);
    }
    memset(long_one, ' ', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    assert_int_equal(moods_parse(&m, long_one, why, sizeof why), ERR_USAGE);
}

static void no_mood_changes_nothing(void **state)
{
    const struct moods calm = {0};
    struct chance c = chance_seeded(1);
    struct far_answer a;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        assert_int_equal(moods_spoil(&calm, &c, stranger, &a), OK);
        assert_true(is_as_it_was(&a) && a.delay_us == 10000 && a.pause_us == 0);
    }
}

static void silent_means_no_answer(void **state)
{
    const struct moods always = {.silent = 1}, often = {.silent = 0.25};
    struct chance c = chance_seeded(2);
    struct far_answer a;
    unsigned lost = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        assert_int_equal(moods_spoil(&always, &c, stranger, &a), ERR_TIMEOUT);
        lost += moods_spoil(&often, &c, stranger, &a) == ERR_TIMEOUT;
    }
    assert_in_range(lost, ROUNDS / 4 - 100, ROUNDS / 4 + 100);
}

static void late_means_later_but_whole(void **state)
{
    const struct moods m = {.late = 1};
    struct chance c = chance_seeded(3);
    struct far_answer a;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        assert_int_equal(moods_spoil(&m, &c, stranger, &a), OK);
        assert_in_range(a.delay_us, 310000, 910000);
        assert_true(is_as_it_was(&a));
    }
}

static void garbled_means_a_few_bits(void **state)
{
    const struct moods m = {.garbled = 1};
    struct chance c = chance_seeded(4);
    struct far_answer a;
    unsigned changed = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        assert_int_equal(moods_spoil(&m, &c, stranger, &a), OK);
        assert_int_equal(a.answer.length, LENGTH);
        assert_true(bits_changed(&a) <= 5);
        changed += !is_as_it_was(&a);
    }
    assert_true(changed > ROUNDS * 95 / 100); /* the same bit twice is no change */
}

static void cut_means_shorter(void **state)
{
    const struct moods m = {.cut = 1};
    struct chance c = chance_seeded(5);
    struct far_answer a;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        assert_int_equal(moods_spoil(&m, &c, stranger, &a), OK);
        assert_true(a.answer.length < LENGTH);
        assert_int_equal(a.answer.bytes[0], 0xa0);
    }
}

static void pause_means_a_silence_inside(void **state)
{
    const struct moods m = {.pause = 250};
    struct chance c = chance_seeded(6);
    struct far_answer a;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        assert_int_equal(moods_spoil(&m, &c, stranger, &a), OK);
        assert_int_equal(a.pause_us, 250000);
        assert_in_range(a.pause_after, 8, LENGTH - 1);
        assert_true(is_as_it_was(&a));
    }
    good_answer(&a);
    a.answer.length = 7; /* a short answer is given in one go */
    assert_int_equal(moods_spoil(&m, &c, stranger, &a), OK);
    assert_int_equal(a.pause_us, 0);
}

/* Which of the seven ways was it? */
static int way_of(int rc, const struct far_answer *a)
{
    const uint8_t *b = a->answer.bytes;
    size_t n = a->answer.length, more = sizeof theirs;

    if (rc == ERR_TIMEOUT)
        return 1;
    if (n == LENGTH)
        return 2; /* or a few bits: it cannot be told from outside */
    if (n == more && !memcmp(b, theirs, more))
        return 5;
    if (n == LENGTH + more && !memcmp(b, theirs, more) && b[more] == 0xa0)
        return 3;
    if (n == LENGTH + more && b[0] == 0xa0 && !memcmp(b + LENGTH, theirs, more))
        return 4;
    if (n == LENGTH + 2 && b[0] == 0xa0 && b[1] == 0xa0 && b[n - 1] == theirs[0])
        return 6;
    return 0;
}

static void collide_means_seven_ways(void **state)
{
    const struct moods m = {.collide = 1};
    struct chance c = chance_seeded(7);
    struct far_answer a;
    unsigned ways[7] = {0};

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        int rc = moods_spoil(&m, &c, stranger, &a);
        ways[way_of(rc, &a)]++;
    }
    assert_int_equal(ways[0], 0);
    assert_in_range(ways[2], 2 * ROUNDS / 7 - 120, 2 * ROUNDS / 7 + 120);
    for (int way = 1; way <= 6; way++)
        if (way != 2)
            assert_in_range(ways[way], ROUNDS / 7 - 100, ROUNDS / 7 + 100);
}

static void an_answer_that_fills_everything(void **state)
{
    const struct moods m = {.collide = 1, .garbled = 1, .pause = 1};
    struct chance c = chance_seeded(8);
    struct far_answer a = {0};

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        a.answer.length = ANSWER_MAX - (size_t)(i % 8);
        int rc = moods_spoil(&m, &c, stranger, &a);
        assert_true(rc == OK || rc == ERR_TIMEOUT);
        assert_true(a.answer.length <= ANSWER_MAX);
        a.answer.length = (size_t)(i % 2);
        rc = moods_spoil(&m, &c, stranger, &a);
        assert_true(rc == OK || rc == ERR_TIMEOUT);
        assert_true(a.answer.length <= ANSWER_MAX);
    }
}

static void the_same_seed_the_same_chances(void **state)
{
    const struct moods m = {.collide = 0.5, .garbled = 0.5, .silent = 0.2, .late = 0.3, .cut = 0.2};
    struct chance one = chance_seeded(9), other = chance_seeded(9);
    struct far_answer a, b;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        good_answer(&a);
        good_answer(&b);
        assert_int_equal(moods_spoil(&m, &one, stranger, &a),
                         moods_spoil(&m, &other, stranger, &b));
        assert_int_equal(a.delay_us, b.delay_us);
        assert_int_equal(a.answer.length, b.answer.length);
        assert_memory_equal(a.answer.bytes, b.answer.bytes, LENGTH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(no_mood_changes_nothing),
        cmocka_unit_test(silent_means_no_answer),
        cmocka_unit_test(late_means_later_but_whole),
        cmocka_unit_test(garbled_means_a_few_bits),
        cmocka_unit_test(cut_means_shorter),
        cmocka_unit_test(pause_means_a_silence_inside),
        cmocka_unit_test(collide_means_seven_ways),
        cmocka_unit_test(an_answer_that_fills_everything),
        cmocka_unit_test(the_same_seed_the_same_chances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
