/* PJON packets: known ones byte for byte, every length there and back, and spoilt ones refused. */
#include "bus/pjon_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct known {
    const char *name;
    struct pjon_packet packet;
    size_t length;
    uint8_t wire[40];
} known[] = {
    {"read",
     {0, 1, false, 7, {0x0a, 1, 2, 0, 0, 0, 0}},
     15,
     {0x95, 0x00, 0x02, 0x0d, 0x87, 0x01, 0x0a, 1, 2, 0, 0, 0, 0, 0x0b, 0xea}},
    {"write with escaped bytes",
     {0, 1, false, 7, {0x0a, 3, 3, 0x40, 0x04, 0xbb, 0x95}},
     17,
     {0x95, 0x00, 0x02, 0x0d, 0x87, 0x01, 0x0a, 3, 3, 0x40, 0x04, 0xbb, 0x00, 0xbb, 0x2e, 0xa1,
      0xea}},
    {"value",
     {0, 2, false, 3, {2, 0, 3}},
     11,
     {0x95, 0x00, 0x02, 0x09, 0xc1, 0x02, 2, 0, 3, 0x56, 0xea}},
    {"status page",
     {0,
      2,
      false,
      14,
      {0x03, 0x89, 0x84, 0x89, 0x00, 0x55, 0x3f, 0x02, 0x00, 0x15, 0x00, 0xfe, 0x02, 0xa8}},
     25,
     {0x95, 0x00, 0x22, 0x17, 0x44, 0x02, 0x03, 0x89, 0x84, 0x89, 0x00, 0x55, 0x3f,
      0x02, 0x00, 0x15, 0x00, 0xfe, 0x02, 0xa8, 0xdd, 0xb5, 0xfa, 0x16, 0xea}},
    {"error", {0, 2, false, 1, {6}}, 9, {0x95, 0x00, 0x02, 0x07, 0x28, 0x02, 0x06, 0xae, 0xea}},
};

/* All bytes are read; the answer to the last one counts, before it nothing may be whole. */
static int read_all(struct pjon_reader *reader, const uint8_t *bytes, size_t length,
                    struct pjon_packet *packet)
{
    int rc = 0;

    for (size_t i = 0; i < length; i++) {
        assert_int_equal(rc, 0);
        rc = pjon_read(reader, bytes[i], packet);
    }
    return rc;
}

static void assert_same(const struct pjon_packet *a, const struct pjon_packet *b)
{
    assert_int_equal(a->to, b->to);
    assert_int_equal(a->from, b->from);
    assert_int_equal(a->wants_ack, b->wants_ack);
    assert_int_equal(a->length, b->length);
    assert_memory_equal(a->payload, b->payload, a->length);
}

static void known_packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct known *k = &known[i];
        struct pjon_reader reader = {0};
        struct pjon_packet packet;
        uint8_t wire[PJON_WIRE_MAX];
        if (pjon_wrap(&k->packet, wire) != k->length)
            fail_msg("%s: another length", k->name);
        assert_memory_equal(wire, k->wire, k->length);
        assert_int_equal(read_all(&reader, k->wire, k->length, &packet), 1);
        assert_same(&packet, &k->packet);
    }
}

static void sums(void **state)
{
    static const uint8_t digits[] = "123456789";
    static const uint8_t head[] = {0x00, 0x02, 0x0d};

    (void)state;
    assert_int_equal(pjon_crc32(digits, 9), 0xcbf43926);
    assert_int_equal(pjon_crc8(head, sizeof head), 0x87);
    assert_int_equal(pjon_crc8(head, 0), 0);
}

/* Every byte in every length; the long sum begins where the packet would pass 15 bytes. */
static void there_and_back(void **state)
{
    (void)state;
    for (size_t length = 0; length <= PJON_PAYLOAD_MAX; length++)
        for (unsigned b = 0; b < 256; b++) {
            struct pjon_packet packet = {
                .to = (uint8_t)b, .from = (uint8_t)(255 - b), .wants_ack = b & 1, .length = length};
            struct pjon_reader reader = {0};
            struct pjon_packet back;
            uint8_t wire[PJON_WIRE_MAX];
            for (size_t i = 0; i < length; i++)
                packet.payload[i] = (uint8_t)(b + i);
            size_t n = pjon_wrap(&packet, wire);
            assert_true(n >= length + 8 && n <= PJON_WIRE_MAX);
            for (size_t i = 1; i + 1 < n; i++)
                assert_true(wire[i] != PJON_START && wire[i] != PJON_END);
            assert_int_equal(read_all(&reader, wire, n, &back), 1);
            assert_same(&back, &packet);
            assert_int_equal(reader.length, length + (length > 9 ? 9 : 6));
            assert_int_equal(reader.bytes[1], 2 | (b & 1 ? 4 : 0) | (length > 9 ? 0x20 : 0));
        }
    struct pjon_packet huge = {.length = PJON_PAYLOAD_MAX + 1};
    uint8_t wire[PJON_WIRE_MAX];
    assert_int_equal(pjon_wrap(&huge, wire), 0);
}

/* Any one bit wrong: never another packet. */
static void spoilt(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        for (size_t bit = 0; bit < 8 * known[k].length; bit++) {
            struct pjon_reader reader = {0};
            struct pjon_packet packet;
            uint8_t wire[sizeof known[k].wire];
            memcpy(wire, known[k].wire, sizeof wire);
            wire[bit / 8] = (uint8_t)(wire[bit / 8] ^ 1u << bit % 8);
            for (size_t i = 0; i < known[k].length; i++)
                assert_true(pjon_read(&reader, wire[i], &packet) != 1);
        }
}

static void between_and_cut_off(void **state)
{
    static const uint8_t before[] = {PJON_ACK, 'H', 'i', PJON_END, 0x95, 0x00, 0x02, 0xbb};
    struct pjon_reader reader = {0};
    struct pjon_packet packet;

    (void)state;
    assert_int_equal(read_all(&reader, before, sizeof before, &packet), 0);
    assert_int_equal(read_all(&reader, known[2].wire, known[2].length, &packet), 1);
    assert_same(&packet, &known[2].packet);
}

static void what_is_no_packet(void **state)
{
    static const struct {
        int rc;
        size_t length;
        uint8_t bytes[30];
    } rows[] = {
        {ERR_LENGTH, 2, {0x95, 0xea}},
        {ERR_LENGTH, 8, {0x95, 0x00, 0x02, 0x07, 0x28, 0x02, 0x06, 0xea}},
        {ERR_DATA, 3, {0x95, 0xbb, 0x2f}}, /* 94 needs no escape */
        {ERR_DATA, 3, {0x95, 0xbb, 0xbb}},
        {ERR_DATA, 3, {0x95, 0xbb, 0xea}},
        {ERR_CRC, 9, {0x95, 0x00, 0x02, 0x07, 0x28, 0x02, 0x05, 0xae, 0xea}},
        {ERR_CRC, 9, {0x95, 0x00, 0x02, 0x07, 0x29, 0x02, 0x06, 0xae, 0xea}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pjon_reader reader = {0};
        struct pjon_packet packet;
        assert_int_equal(read_all(&reader, rows[i].bytes, rows[i].length, &packet), rows[i].rc);
        assert_false(reader.is_inside);
    }
}

/* A packet of this header and length, with right sums. */
static int read_made(uint8_t header, size_t length, bool is_long)
{
    struct pjon_reader reader = {.is_inside = true, .length = length};
    struct pjon_packet packet;
    uint8_t *b = reader.bytes;
    size_t tail = is_long ? 4 : 1, at = length - tail;

    b[1] = header;
    b[2] = (uint8_t)length;
    b[3] = pjon_crc8(b, 3);
    uint32_t crc = is_long ? pjon_crc32(b, at) : (uint32_t)pjon_crc8(b, at) << 24;
    for (size_t i = 0; i < tail; i++)
        b[at + i] = (uint8_t)(crc >> (24 - 8 * i) & 0xff);
    return pjon_read(&reader, PJON_END, &packet);
}

static void headers(void **state)
{
    struct pjon_reader reader = {0};
    struct pjon_packet packet;

    (void)state;
    assert_int_equal(read_made(0x02, 15, false), 1);
    assert_int_equal(read_made(0x02, 16, false), ERR_DATA); /* too long for a short sum */
    assert_int_equal(read_made(0x22, 12, true), 1);
    assert_int_equal(read_made(0x06, 7, false), 1);
    for (unsigned header = 0; header < 256; header++) {
        bool is_long = header & 0x20;
        int rc = read_made((uint8_t)header, 12, is_long);
        assert_int_equal(rc, (header & ~0x24u) == 0x02 ? 1 : ERR_DATA);
    }
    assert_int_equal(pjon_read(&reader, PJON_START, &packet), 0);
    for (unsigned i = 0; i < PJON_PACKET_MAX; i++)
        assert_int_equal(pjon_read(&reader, 0x11, &packet), 0);
    assert_int_equal(pjon_read(&reader, 0x11, &packet), ERR_LENGTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_packets),
        cmocka_unit_test(sums),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(spoilt),
        cmocka_unit_test(between_and_cut_off),
        cmocka_unit_test(what_is_no_packet),
        cmocka_unit_test(headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
