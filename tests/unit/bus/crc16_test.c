/* The check sum of RTU frames, against sums printed in documents and seen on wires. */
#include "bus/crc16.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void known_sums(void **state)
{
    static const uint8_t question[] = {0x01, 0x04, 0x31, 0x04, 0x00, 0x01, 0x7e, 0xf7};
    static const uint8_t answer[] = {0x01, 0x04, 0x02, 0x04, 0xce, 0x3a, 0x64};
    static const uint8_t refusal[] = {0x01, 0x83, 0x02, 0xc0, 0xf1};

    (void)state;
    assert_int_equal(crc16((const uint8_t *)"123456789", 9), 0x4b37);
    assert_int_equal(crc16(question, 0), 0xffff);
    assert_true(crc16_is_right(question, sizeof question));
    assert_true(crc16_is_right(answer, sizeof answer));
    assert_true(crc16_is_right(refusal, sizeof refusal));
}

static void any_flipped_bit_is_seen(void **state)
{
    uint8_t frame[] = {0x01, 0x04, 0x02, 0x04, 0xce, 0x3a, 0x64};

    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof frame; bit++) {
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(crc16_is_right(frame, sizeof frame));
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(crc16_is_right(frame, sizeof frame));
}

static void the_low_byte_comes_first(void **state)
{
    uint8_t frame[8] = {0x01, 0x04, 0x31, 0x04, 0x00, 0x01};
    uint8_t swapped[8];

    (void)state;
    assert_int_equal(crc16_append(frame, 6), 8);
    assert_int_equal(frame[6], 0x7e);
    assert_int_equal(frame[7], 0xf7);
    memcpy(swapped, frame, 8);
    swapped[6] = 0xf7;
    swapped[7] = 0x7e;
    assert_false(crc16_is_right(swapped, 8));
}

static void too_short_is_never_right(void **state)
{
    uint8_t sum_of_nothing[] = {0xff, 0xff}, one[3] = {0x01};

    (void)state;
    assert_false(crc16_is_right(sum_of_nothing, 0));
    assert_false(crc16_is_right(sum_of_nothing, 2));
    assert_int_equal(crc16_append(one, 1), 3);
    assert_false(crc16_is_right(one, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sums),
        cmocka_unit_test(any_flipped_bit_is_seen),
        cmocka_unit_test(the_low_byte_comes_first),
        cmocka_unit_test(too_short_is_never_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
