/* The ninth bit as parity, for every byte, there and back. */
#include "bus/ninth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a UART puts behind the byte. */
static bool sent_bit(char parity, uint8_t byte)
{
    unsigned ones = 0;

    for (unsigned i = 0; i < 8; i++)
        ones += (unsigned)byte >> i & 1u;
    switch (parity) {
    case 'M':
        return true;
    case 'E':
        return ones % 2 == 1;
    case 'O':
        return ones % 2 == 0;
    default:
        assert_int_equal(parity, 'S');
        return false;
    }
}

static void every_byte_with_either_bit(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 256; b++)
        for (unsigned w = 0; w < 2; w++) {
            char stick = ninth_parity(NINTH_MARK, (uint8_t)b, w);
            char plain = ninth_parity(NINTH_EVENODD, (uint8_t)b, w);
            assert_int_equal(sent_bit(stick, (uint8_t)b), w);
            assert_int_equal(sent_bit(plain, (uint8_t)b), w);
            assert_int_equal(stick, w ? 'M' : 'S');
            assert_true(plain == 'E' || plain == 'O');
        }
}

static void which_way(void **state)
{
    static const char kept[] = "MOSEN";

    (void)state;
    assert_int_equal(ninth_choose(true, NINTH_EVENODD, 'M'), NINTH_MARK);
    assert_int_equal(ninth_choose(true, NINTH_MARK, 'O'), NINTH_EVENODD);
    assert_int_equal(ninth_choose(true, NINTH_EVENODD, 'N'), NINTH_MARK);
    for (const char *k = kept; *k; k++) { /* whoever chose has it so */
        assert_int_equal(ninth_choose(false, NINTH_MARK, *k), NINTH_MARK);
        assert_int_equal(ninth_choose(false, NINTH_EVENODD, *k), NINTH_EVENODD);
    }
}

/* The runs cover the packet, each as long as it may be, and every bit comes out right. */
static void check_runs(enum ninth_way way, const uint8_t *packet, size_t length, size_t expected)
{
    size_t runs = 0;
    char last = '\0';

    for (size_t at = 0, n; (n = ninth_run(way, packet, length, at)) > 0; at += n, runs++) {
        char parity = ninth_parity(way, packet[at], at == 0);
        assert_true(at + n <= length);
        assert_int_not_equal(parity, last);
        for (size_t i = at; i < at + n; i++)
            assert_int_equal(sent_bit(parity, packet[i]), i == 0);
        last = parity;
    }
    assert_int_equal(runs, expected);
    assert_int_equal(ninth_run(way, packet, length, length), 0);
    assert_int_equal(ninth_run(way, packet, length, length + 9), 0);
}

static void packets_in_runs(void **state)
{
    static const uint8_t read0[] = {0x01, 0x02, 0, 0, 0, 0, 0, 0x03};
    static const uint8_t page[] = {0x01, 0x04, 0x00, 0x01, 0x00, 0xff, 0x01, 0x05};
    static const uint8_t alike[] = {0x00, 0x01, 0x02, 0x04, 0x08};
    uint8_t packet[8];

    (void)state;
    check_runs(NINTH_MARK, read0, sizeof read0, 2);
    check_runs(NINTH_EVENODD, read0, sizeof read0, 3); /* E: 01 | O: 02 | E: 00.. 03 */
    check_runs(NINTH_MARK, page, sizeof page, 2);
    check_runs(NINTH_EVENODD, page, sizeof page, 7); /* E O E O E O E: only 00 ff is alike */
    check_runs(NINTH_EVENODD, alike, sizeof alike, 1);
    check_runs(NINTH_MARK, alike, sizeof alike, 2);
    check_runs(NINTH_MARK, page, 1, 1);
    check_runs(NINTH_MARK, page, 0, 0);
    for (unsigned b = 0; b < 256; b++) {
        for (unsigned i = 0; i < sizeof packet; i++)
            packet[i] = (uint8_t)b;
        check_runs(NINTH_MARK, packet, sizeof packet, 2);
        check_runs(NINTH_EVENODD, packet, sizeof packet, 2);
    }
}

/* As the kernel marks it. */
static size_t marked(uint8_t byte, bool ninth, uint8_t to[3])
{
    size_t n = 0;

    if (ninth) {
        to[n++] = 0xff;
        to[n++] = 0x00;
    } else if (byte == 0xff) {
        to[n++] = 0xff;
    }
    to[n++] = byte;
    return n;
}

static void marks_are_read(void **state)
{
    struct ninth_reader reader = {0};

    (void)state;
    for (unsigned b = 0; b < 256; b++)
        for (unsigned w = 0; w < 2; w++) {
            uint8_t raw[3], byte = 0x5a;
            bool ninth = !w;
            size_t n = marked((uint8_t)b, w, raw);
            for (size_t i = 0; i + 1 < n; i++)
                assert_int_equal(ninth_read(&reader, raw[i], &byte, &ninth), 0);
            assert_int_equal(ninth_read(&reader, raw[n - 1], &byte, &ninth), 1);
            assert_int_equal(byte, b);
            assert_int_equal(ninth, w);
        }
}

static void what_no_kernel_says(void **state)
{
    struct ninth_reader reader = {0};
    uint8_t byte;
    bool ninth;

    (void)state;
    for (unsigned b = 1; b < 255; b++) {
        assert_int_equal(ninth_read(&reader, 0xff, &byte, &ninth), 0);
        assert_int_equal(ninth_read(&reader, (uint8_t)b, &byte, &ninth), ERR_DATA);
        assert_int_equal(ninth_read(&reader, 0x07, &byte, &ninth), 1); /* and on it goes */
        assert_int_equal(byte, 0x07);
        assert_false(ninth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_with_either_bit),
        cmocka_unit_test(which_way),
        cmocka_unit_test(packets_in_runs),
        cmocka_unit_test(marks_are_read),
        cmocka_unit_test(what_no_kernel_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
