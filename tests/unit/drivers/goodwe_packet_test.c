/* GoodWe's packets found among other bytes: what a receiver takes, and what it passes over. */
#include "drivers/goodwe/goodwe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const uint8_t confirm[] = {0xaa, 0x55, 0x0b, 0x80, 0x00, 0x81, 0x00, 0x02, 0x0b};
static const uint8_t query[] = {0xaa, 0x55, 0x80, 0x0b, 0x01, 0x01, 0x00, 0x01, 0x8c};

static void made_as_captured(void **state)
{
    static const uint8_t search[] = {0xaa, 0x55, 0x80, 0x7f, 0, 0, 0, 0x01, 0xfe};
    static const uint8_t allocate[] = {0xaa, 0x55, 0x80, 0x7f, 0x00, 0x01, 0x11, 0x31, 0x35,
                                       0x30, 0x30, 0x30, 0x44, 0x54, 0x55, 0x31, 0x36, 0x36,
                                       0x57, 0x30, 0x31, 0x35, 0x37, 0x0b, 0x05, 0xbf};
    uint8_t b[ASK_MAX];
    size_t length = goodwe_make(b, 0x80, GOODWE_NOBODY, GOODWE_REGISTER, GOODWE_OFFLINE, NULL, 0);

    (void)state;
    assert_int_equal(length, sizeof search);
    assert_memory_equal(b, search, sizeof search);
    length = goodwe_make(b, 0x80, GOODWE_NOBODY, GOODWE_REGISTER, GOODWE_ALLOCATE,
                         (const uint8_t *)"15000DTU166W0157\x0b", 17);
    assert_int_equal(length, sizeof allocate);
    assert_memory_equal(b, allocate, sizeof allocate);
    length = goodwe_make(b, 0x80, 0x0b, GOODWE_READ, 0x01, NULL, 0);
    assert_memory_equal(b, query, sizeof query);
    assert_int_equal(length, sizeof query);
}

/* Wherever it stands among zeros and half headers, and however it is cut. */
static void found_everywhere(void **state)
{
    static const uint8_t junk[] = {0x00, 0xaa, 0x00, 0x55, 0xaa, 0xaa, 0x00, 0xff};
    uint8_t b[64] = {0};
    struct goodwe_packet p;

    (void)state;
    for (size_t before = 0; before <= sizeof junk; before++) {
        memcpy(b, junk, before);
        memcpy(b + before, confirm, sizeof confirm);
        for (size_t length = 0; length < before + sizeof confirm; length++)
            assert_int_not_equal(goodwe_hunt(b, length, &p), OK);
        for (size_t length = before + sizeof confirm; length < sizeof b; length++) {
            assert_int_equal(goodwe_hunt(b, length, &p), OK);
            assert_int_equal(p.end, before + sizeof confirm);
            assert_int_equal(p.from, 0x0b);
            assert_int_equal(p.function, 0x81);
        }
    }
}

static void every_flipped_bit_is_seen(void **state)
{
    struct goodwe_packet p;

    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof confirm; bit++) {
        uint8_t b[sizeof confirm];
        memcpy(b, confirm, sizeof b);
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(goodwe_hunt(b, sizeof b, &p), OK);
    }
}

/* A wrong length swallows what follows, unless one looks again from the next byte on. */
static void after_a_wrong_length(void **state)
{
    uint8_t b[2 * sizeof confirm];
    struct goodwe_packet p;

    (void)state;
    memcpy(b, confirm, sizeof confirm);
    b[6] = 200;
    memcpy(b + sizeof confirm, confirm, sizeof confirm);
    assert_int_equal(goodwe_hunt(b, sizeof b, &p), OK);
    assert_int_equal(p.end, sizeof b);
}

static void only_the_answer_counts(void **state)
{
    uint8_t b[200], data[DATA_ONE] = {0};
    struct goodwe_packet p;
    size_t length = sizeof query;

    (void)state;
    memcpy(b, query, sizeof query); /* the echo of our own words */
    assert_int_equal(goodwe_judge(query, b, length, &p), ERR_FOREIGN);
    length += goodwe_make(b + length, 0x0c, 0x80, GOODWE_READ, GOODWE_RUNNING, data, DATA_ONE);
    assert_int_equal(goodwe_judge(query, b, length, &p), ERR_FOREIGN); /* a neighbour's */
    length += goodwe_make(b + length, 0x0b, 0x80, GOODWE_READ, GOODWE_SETTING, data, DATA_SETTING);
    assert_int_equal(goodwe_judge(query, b, length, &p), ERR_FOREIGN); /* to another question */
    length += goodwe_make(b + length, 0x0b, 0x80, GOODWE_READ, GOODWE_RUNNING, data, DATA_ONE);
    assert_int_equal(goodwe_judge(query, b, length, &p), OK);
    assert_int_equal(p.end, length);
    assert_int_equal(p.length, DATA_ONE);
    assert_int_equal(goodwe_judge(query, b, 0, &p), ERR_TIMEOUT);
}

static void kinds_by_length(void **state)
{
    (void)state;
    assert_int_equal(goodwe_kind(45), 0);
    assert_int_equal(goodwe_kind(46), KIND_ONE);
    assert_int_equal(goodwe_kind(47), KIND_LONG);
    assert_int_equal(goodwe_kind(66), KIND_THREE);
    assert_int_equal(goodwe_kind(130), KIND_LONG);
}

/* Nothing that is ever asked can change something in a unit. */
static void only_reading(void **state)
{
    struct ask ask = {0};
    uint8_t b[ASK_MAX];

    (void)state;
    for (unsigned function = 0; function < 256; function++) {
        struct block block = {.function = (uint8_t)function, .count = 1};
        if (goodwe_speech.question(0x0b, &block, b, &ask) != OK)
            continue;
        assert_int_equal(b[4], GOODWE_READ);
        assert_in_range(b[5], 1, 3);
    }
}

/* On a serial line a wrong sum ends it: asked again is sooner. On USB it may be a left-over. */
static void a_wrong_sum_before_the_answer(void **state)
{
    uint8_t b[ASK_MAX] = {0xaa, 0x55, 0x0b, 0x80, 0x01, 0x81, 0x00, 0xff, 0xff};
    uint8_t asked[ASK_MAX];
    struct ask ask = {.length = sizeof query};
    size_t left = 9;

    (void)state;
    memcpy(asked, query, sizeof query);
    goodwe_dress(&goodwe_speech, asked, &ask);
    assert_int_equal(goodwe_whole(&ask, b, left), ERR_CRC);
    goodwe_dress(&goodwe_usb_speech, asked, &ask);
    assert_int_equal(ask.length, sizeof query + GOODWE_USB_DRESS);
    assert_int_equal(goodwe_whole(&ask, b, left), 0);
    left += goodwe_make(b + left, 0x0b, 0x80, GOODWE_READ, GOODWE_RUNNING, NULL, 0);
    assert_int_equal(goodwe_whole(&ask, b, left - 1), 0);
    assert_int_equal(goodwe_whole(&ask, b, left), (int)left);
}

static void collect(void *to, const struct field *f)
{
    (void)field_to_reading(f, to); /* what has no metric stays out */
    assert_string_not_equal(f->name, "e_day");
    assert_string_not_equal(f->name, "vpv2");
}

/* Of a second string or of a day it does not count; nothing beside them is doubted. */
static void all_bits_set_say_nothing(void **state)
{
    static const size_t places[] = {2, 6, 24, 26, 44}; /* vpv2, ipv2, e_total, e_day */
    uint8_t b[200], data[DATA_ONE] = {0x09, 0x7a};
    struct decoding how = {.rows = goodwe_rows};
    struct reading r = {.count = 0};
    int detail;

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        memset(data + places[i], 0xff, 2);
    size_t length = goodwe_make(b, 0x0b, 0x80, GOODWE_READ, GOODWE_RUNNING, data, DATA_ONE);
    assert_int_equal(goodwe_speech.decode(&how, NULL, 0, b, length, collect, &r, &detail), OK);
    assert_true(reading_has(&r, M_PV1_VOLTAGE));
    assert_false(reading_has(&r, M_PV_ENERGY) || reading_has(&r, M_PV_ENERGY_TODAY));
    assert_int_equal(r.withheld, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_as_captured),
        cmocka_unit_test(found_everywhere),
        cmocka_unit_test(every_flipped_bit_is_seen),
        cmocka_unit_test(after_a_wrong_length),
        cmocka_unit_test(only_the_answer_counts),
        cmocka_unit_test(a_wrong_sum_before_the_answer),
        cmocka_unit_test(kinds_by_length),
        cmocka_unit_test(only_reading),
        cmocka_unit_test(all_bits_set_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
