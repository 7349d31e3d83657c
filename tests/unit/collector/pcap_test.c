/* Recordings of network tools, made here byte by byte: both forms, both orders, cut anywhere. */
#include "collector/cli/pcap.h"
#include "drivers/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { ROOM = 1024, FRAMES = 3 };

/* A question and its answer in frames of their own, then both in one. */
static const uint8_t question[] = {0x0a, 1, 2, 0, 0, 0, 0, 0, 3}, answer[] = {0x0b, 2, 0, 3, 0, 5},
                     both[] = {0x0f, 8, 5, 2, 2, 0, 0, 0, 0, 0, 4, 2, 0, 2, 0, 4};
static const struct {
    const uint8_t *bytes;
    size_t length;
} frames[FRAMES] = {{question, sizeof question}, {answer, sizeof answer}, {both, sizeof both}};

struct made {
    uint8_t bytes[ROOM];
    size_t length;
    bool is_big;
};

static void put(struct made *m, uint32_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        m->bytes[m->length++] = (uint8_t)(number >> 8 * (m->is_big ? size - 1 - i : i));
}

static void put_bytes(struct made *m, const uint8_t *bytes, size_t length)
{
    memcpy(m->bytes + m->length, bytes, length);
    m->length += length;
}

static void make_pcap(struct made *m, bool is_big, uint32_t magic)
{
    *m = (struct made){.is_big = is_big};
    put(m, magic, 4);
    put(m, 2, 2);
    put(m, 4, 2);
    put(m, 0, 4);
    put(m, 0, 4);
    put(m, 65535, 4);
    put(m, PCAP_USER0, 4);
    for (unsigned i = 0; i < FRAMES; i++) {
        put(m, 1000 + i, 4);
        put(m, 0, 4);
        put(m, (uint32_t)frames[i].length, 4);
        put(m, (uint32_t)frames[i].length, 4);
        put_bytes(m, frames[i].bytes, frames[i].length);
    }
}

static void put_block(struct made *m, uint32_t type, const struct made *body)
{
    uint32_t filled = (uint32_t)(body->length + 3) & ~3u;

    put(m, type, 4);
    put(m, filled + 12, 4);
    put_bytes(m, body->bytes, body->length);
    m->length += filled - body->length;
    put(m, filled + 12, 4);
}

static void make_section(struct made *m, bool is_big)
{
    struct made body = {.is_big = is_big};

    m->is_big = is_big;
    put(&body, 0x1a2b3c4d, 4);
    put(&body, 1, 2);
    put(&body, 0, 2);
    put(&body, 0xffffffff, 4);
    put(&body, 0xffffffff, 4);
    put_block(m, 0x0a0d0d0a, &body);
    for (unsigned i = 0; i < 2; i++) { /* an Ethernet, then the tap */
        body.length = 0;
        put(&body, i ? PCAP_USER0 : 1, 2);
        put(&body, 0, 2);
        put(&body, 65535, 4);
        put_block(m, 1, &body);
    }
    body.length = 0;
    put(&body, 7, 4);
    put_block(m, 0x0bad, &body); /* a block nobody knows */
    for (unsigned i = 0; i < FRAMES; i++) {
        body.length = 0;
        put(&body, 1, 4);
        put(&body, 0, 4);
        put(&body, i, 4);
        put(&body, (uint32_t)frames[i].length, 4);
        put(&body, (uint32_t)frames[i].length, 4);
        put_bytes(&body, frames[i].bytes, frames[i].length);
        put_block(m, 6, &body);
    }
}

/* Every frame is the next of ours; returns how many. */
static unsigned walk(const uint8_t *bytes, size_t length, bool *is_cut)
{
    struct pcap p;
    struct pcap_frame f;
    unsigned count = 0;

    assert_int_equal(pcap_open(&p, bytes, length), OK);
    while (pcap_next(&p, &f)) {
        assert_int_equal(f.link, PCAP_USER0);
        assert_int_equal(f.length, frames[count % FRAMES].length);
        assert_memory_equal(f.bytes, frames[count % FRAMES].bytes, f.length);
        count++;
    }
    *is_cut = p.is_cut;
    return count;
}

static void walk_cut(const struct made *m, unsigned whole)
{
    unsigned before = 0;
    bool is_cut;

    assert_int_equal(walk(m->bytes, m->length, &is_cut), whole);
    assert_false(is_cut);
    for (size_t length = 4; length < m->length; length++) {
        unsigned count = walk(m->bytes, length, &is_cut);
        assert_in_range(count, before, before + 1);
        before = count;
    }
    assert_int_equal(before, whole - 1); /* the last one needs its last byte */
}

static void the_old_form(void **state)
{
    struct made m;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        make_pcap(&m, i & 1, i & 2 ? 0xa1b23c4d : 0xa1b2c3d4);
        walk_cut(&m, FRAMES);
    }
}

static void the_new_form(void **state)
{
    struct made m = {.length = 0};

    (void)state;
    make_section(&m, false);
    walk_cut(&m, FRAMES);
    make_section(&m, true); /* a second section in the other order */
    walk_cut(&m, 2 * FRAMES);
}

static void simple_blocks(void **state)
{
    struct made m = {.length = 0}, body = {.length = 0};
    bool is_cut;

    (void)state;
    put(&body, 0x1a2b3c4d, 4);
    put(&body, 1, 4);
    put(&body, 0, 4);
    put(&body, 0, 4);
    put_block(&m, 0x0a0d0d0a, &body);
    body.length = 0;
    put(&body, PCAP_USER0, 4);
    put(&body, 0, 4);
    put_block(&m, 1, &body);
    body.length = 0;
    put(&body, sizeof question, 4);
    put_bytes(&body, question, sizeof question);
    put_block(&m, 3, &body);
    assert_int_equal(walk(m.bytes, m.length, &is_cut), 1);
}

static void what_is_none(void **state)
{
    static const uint8_t text[] = "> 01 02\n< 03\n";
    struct pcap p;
    struct pcap_frame f;
    struct made m;

    (void)state;
    assert_int_equal(pcap_open(&p, text, sizeof text), ERR_DATA);
    assert_int_equal(pcap_open(&p, text, 0), ERR_DATA);
    assert_false(pcap_is_one(text, 3));
    make_pcap(&m, false, 0xa1b2c3d4);
    memset(m.bytes + 32, 0xff, 4); /* a frame as long as the world */
    assert_int_equal(pcap_open(&p, m.bytes, m.length), OK);
    assert_false(pcap_next(&p, &f));
    assert_true(p.is_cut);
    m = (struct made){.length = 0};
    make_section(&m, false);
    memset(m.bytes + 4, 0, 4); /* a block of no length */
    assert_int_equal(pcap_open(&p, m.bytes, m.length), OK);
    assert_false(pcap_next(&p, &f));
}

/* ---- what a tap wrote ---------------------------------------------------------------------- */

static void frames_of_a_tap(void **state)
{
    static const uint8_t no_sum[] = {0x0a, 1, 2, 0, 0, 0, 0, 0xff, 0xff}, wrong[] = {0x0c, 1, 2},
                         lies[] = {0x0f, 8, 200, 1, 2};
    struct tapped t;
    bool (*tapped)(const uint8_t *, size_t, struct tapped *) = driver_mate.speech->tapped;

    (void)state;
    assert_true(tapped(question, sizeof question, &t));
    assert_int_equal(t.asked_length, 8);
    assert_int_equal(t.answered_length, 0);
    assert_true(tapped(both, sizeof both, &t));
    assert_int_equal(t.asked_length, 8);
    assert_int_equal(t.answered_length, 5);
    assert_true(tapped(no_sum, sizeof no_sum, &t));
    assert_memory_equal(t.asked, question + 1, 8); /* put in its place */
    assert_false(tapped(wrong, sizeof wrong, &t));
    assert_false(tapped(lies, sizeof lies, &t));
    assert_false(tapped(question, 1, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_form),    cmocka_unit_test(the_new_form),
        cmocka_unit_test(simple_blocks),   cmocka_unit_test(what_is_none),
        cmocka_unit_test(frames_of_a_tap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
