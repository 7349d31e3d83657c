/* One budget for all answers, whatever becomes of each. */
#include "web/inside.h"
#include "web/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

enum { MB = 1024 * 1024 };

static void all_blocks_together(void **state)
{
    struct memory m = {.most = MB};
    void *blocks[20];
    unsigned count = 0;

    (void)state;
    while (count < 20 && (blocks[count] = memory_block(&m, 100000)))
        count++;
    assert_int_equal(count, 10);
    assert_true(m.used > 1000000 && m.used <= m.most);
    assert_null(memory_resize(blocks[0], 300000)); /* it stays as it is */
    memset(blocks[0], 1, 100000);
    memory_free(blocks[9]);
    memory_free(blocks[8]);
    blocks[0] = memory_resize(blocks[0], 200000);
    assert_non_null(blocks[0]);
    blocks[0] = memory_resize(blocks[0], 1000);
    assert_non_null(blocks[0]);
    assert_true(memory_of(blocks[0]) == &m);
    for (unsigned i = 0; i < 8; i++)
        memory_free(blocks[i]);
    memory_free(NULL);
    assert_int_equal(m.used, 0);
    assert_null(memory_block(&m, SIZE_MAX / 2));
    assert_int_equal(m.used, 0);
}

/* A part of it may not be all of it, and what is in the part counts twice. */
static void a_part_of_it(void **state)
{
    struct memory m = {.most = MB}, part = {.most = MB / 4 * 3, .within = &m};
    void *blocks[4];

    (void)state;
    for (int i = 0; i < 3; i++) {
        blocks[i] = memory_block(&part, 200000);
        assert_non_null(blocks[i]);
    }
    assert_null(memory_block(&part, 200000));
    assert_int_equal(part.used, m.used);
    blocks[3] = memory_block(&m, 400000);
    assert_non_null(blocks[3]);
    memory_free(blocks[0]);
    assert_null(memory_block(&part, 300000)); /* there is room in it, but not in all */
    for (int i = 1; i < 4; i++)
        memory_free(blocks[i]);
    assert_true(m.used == 0 && part.used == 0);
}

/* A text grows until the budget is spent; what came before is whole. */
static void a_text_that_grows(void **state)
{
    struct memory m = {.most = MB};
    struct text t;

    (void)state;
    assert_true(memory_text(&m, &t, 1024));
    for (unsigned i = 0; i < 100000 && !t.is_cut; i++)
        text_add(&t, "0123456789ABCDEF");
    assert_true(t.is_cut);
    assert_true(t.used > 400000 && m.used <= m.most);
    assert_memory_equal(t.to, "0123456789ABCDEF0123", 20);
    memory_free(t.to);
    assert_int_equal(m.used, 0);
}

/* Pieces packed one after the other are one file. */
static void pieces_are_packed(void **state)
{
    enum { PIECES = 40, LINES = 900 };
    struct memory m = {.most = 4 * MB};
    static char plain[PIECES * LINES * 32], packed[sizeof plain], again[sizeof plain];
    size_t length = 0, size = 0;
    struct packer *p = packer_new(&m);
    struct text piece;
    z_stream z = {0};

    (void)state;
    assert_non_null(p);
    assert_true(m.used < 100000); /* held for as long as somebody reads it */
    assert_true(memory_text(&m, &piece, 1024));
    for (unsigned i = 0; i < PIECES; i++) {
        piece.used = 0;
        for (unsigned k = 0; k < (i ? LINES : 0); k++) /* the first one is empty */
            text_format(&piece, "%u,%u,%u\r\n", i, k, i * k * 2654435761u);
        memcpy(plain + length, piece.to, piece.used);
        length += piece.used;
        assert_int_equal(packer_pack(p, &piece, i == PIECES - 1), OK);
        memcpy(packed + size, piece.to, piece.used);
        size += piece.used;
    }
    packer_free(p);
    memory_free(piece.to);
    assert_int_equal(m.used, 0);
    assert_true(length > 500000 && size < length / 2);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)packed;
    z.avail_in = (uInt)size;
    z.next_out = (Bytef *)again;
    z.avail_out = sizeof again;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, length);
    inflateEnd(&z);
    assert_memory_equal(again, plain, length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_blocks_together),
        cmocka_unit_test(a_part_of_it),
        cmocka_unit_test(a_text_that_grows),
        cmocka_unit_test(pieces_are_packed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
