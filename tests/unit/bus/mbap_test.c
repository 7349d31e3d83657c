/* Modbus TCP packets: put on, measured, taken off. */
#include "base/chance.h"
#include "bus/crc16.h"
#include "bus/mbap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const uint8_t frame[] = {0x01, 0x04, 0x31, 0x04, 0x00, 0x01, 0x7e, 0xf7};

static void a_question_as_a_packet(void **state)
{
    static const uint8_t expected[] = {0xab, 0xcd, 0, 0, 0, 6, 0x01, 0x04, 0x31, 0x04, 0x00, 0x01};
    uint8_t packet[MBAP_MAX];

    (void)state;
    assert_int_equal(mbap_wrap(frame, sizeof frame, 0xabcd, packet), sizeof expected);
    assert_memory_equal(packet, expected, sizeof expected);
    assert_int_equal(mbap_number(packet), 0xabcd);
}

static void bytes_one_by_one(void **state)
{
    uint8_t packet[MBAP_MAX];
    size_t length = mbap_wrap(frame, sizeof frame, 1, packet);

    (void)state;
    for (size_t i = 0; i < length; i++)
        assert_int_equal(mbap_length(packet, i), 0);
    assert_int_equal(mbap_length(packet, length), length);
    assert_int_equal(mbap_length(packet, length + 5), length); /* the next one follows */
}

static void what_is_no_packet(void **state)
{
    static const uint8_t protocol[] = {0, 1, 0, 1, 0, 6}, short_one[] = {0, 1, 0, 0, 0, 1},
                         long_one[] = {0, 1, 0, 0, 0, 255}, huge[] = {0, 1, 0, 0, 1, 4};

    (void)state;
    assert_int_equal(mbap_length(protocol, 6), -1);
    assert_int_equal(mbap_length(short_one, 6), -1);
    assert_int_equal(mbap_length(long_one, 6), -1);
    assert_int_equal(mbap_length(huge, 6), -1);
}

static void there_and_back(void **state)
{
    struct chance c = chance_seeded(7);
    uint8_t sent[256], packet[MBAP_MAX], back[256];

    (void)state;
    for (size_t length = 2; length <= 254; length++) {
        for (size_t i = 0; i < length; i++)
            sent[i] = (uint8_t)chance_between(&c, 0, 255);
        size_t whole = crc16_append(sent, length);
        size_t wrapped = mbap_wrap(sent, whole, (uint16_t)length, packet);
        assert_int_equal(wrapped, MBAP_HEAD + length);
        assert_int_equal(mbap_length(packet, wrapped), wrapped);
        assert_int_equal(mbap_unwrap(packet, wrapped, back), whole);
        assert_memory_equal(back, sent, whole);
    }
}

static void frames_that_cannot_travel(void **state)
{
    uint8_t long_one[300] = {0}, packet[MBAP_MAX];

    (void)state;
    assert_int_equal(mbap_wrap(frame, 3, 1, packet), 0);
    assert_int_equal(mbap_wrap(frame, 0, 1, packet), 0);
    assert_int_equal(mbap_wrap(long_one, 257, 1, packet), 0);
    assert_int_equal(mbap_wrap(long_one, 256, 1, packet), MBAP_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_as_a_packet),    cmocka_unit_test(bytes_one_by_one),
        cmocka_unit_test(what_is_no_packet),         cmocka_unit_test(there_and_back),
        cmocka_unit_test(frames_that_cannot_travel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
