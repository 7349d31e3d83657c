/* What a device does not give is learned from its refusals, in few questions. */
#include "drivers/modbus.h"
#include "drivers/pieces.h"
#include "drivers/tracer/tracer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* A device: what it lacks, and how much it gives at once. */
struct model {
    uint16_t holes[4];
    unsigned hole_count;
    uint16_t longest;
    bool gives_nothing;
};

static bool gives(const struct model *m, const struct piece *p)
{
    if (m->gives_nothing || p->count > m->longest || !p->count)
        return false;
    for (unsigned i = 0; i < m->hole_count; i++)
        if (m->holes[i] >= p->start && m->holes[i] < p->start + p->count)
            return false;
    return true;
}

/* One walk over the block as drivers/device.c does it; returns how many questions it took. */
static unsigned walk(struct pieces *p, const struct model *m, const struct block *b,
                     const struct row *rows)
{
    unsigned asked = 0;

    pieces_begin(p, b);
    for (unsigned at = 0; at < p->count;) {
        asked++;
        assert_true(asked < 200); /* it must come to an end */
        assert_true(p->have[at].count > 0);
        if (gives(m, &p->have[at]))
            at++;
        else
            pieces_refuse(p, at, rows, b->function);
    }
    pieces_settle(p);
    return asked;
}

static void have_is(const struct pieces *p, const struct piece *expected, unsigned count)
{
    assert_int_equal(p->count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(p->have[i].start, expected[i].start);
        assert_int_equal(p->have[i].count, expected[i].count);
    }
}

static const struct block live = {
    .name = "live", .function = READ_INPUT, .start = 0x3100, .count = 19};
static const struct block statistics = {
    .name = "statistics", .function = READ_INPUT, .start = 0x3300, .count = 31};

static void nothing_is_missing(void **state)
{
    static const struct piece all[] = {{0x3100, 19}};
    const struct model m = {.longest = 125};
    struct pieces p = {0};

    (void)state;
    assert_int_equal(walk(&p, &m, &live, tracer_rows), 1);
    have_is(&p, all, 1);
    assert_true(p.is_settled);
}

static void the_last_one_is_missing(void **state)
{
    static const struct piece rest[] = {{0x3100, 18}};
    const struct model m = {.holes = {0x3112}, .hole_count = 1, .longest = 125};
    struct pieces p = {0};

    (void)state;
    assert_true(walk(&p, &m, &live, tracer_rows) <= 12);
    have_is(&p, rest, 1);
    assert_int_equal(walk(&p, &m, &live, tracer_rows), 1); /* kept: never asked for again */
    have_is(&p, rest, 1);
}

static void the_first_one_is_missing(void **state)
{
    static const struct piece rest[] = {{0x3101, 18}};
    const struct model m = {.holes = {0x3100}, .hole_count = 1, .longest = 125};
    struct pieces p = {0};

    (void)state;
    (void)walk(&p, &m, &live, tracer_rows);
    have_is(&p, rest, 1);
}

static void halves_are_never_joined_again(void **state)
{
    const struct model m = {.longest = 20};
    struct pieces p = {0};

    (void)state;
    assert_int_equal(walk(&p, &m, &statistics, tracer_rows), 3); /* whole, left, right */
    assert_int_equal(p.count, 2);
    assert_int_equal(p.have[0].start, 0x3300);
    assert_int_equal(p.have[1].start, p.have[0].start + p.have[0].count);
    assert_int_equal(p.have[0].count + p.have[1].count, 31);
    for (int i = 0; i < 3; i++)
        assert_int_equal(walk(&p, &m, &statistics, tracer_rows), 2);
}

static void a_hole_in_the_middle(void **state)
{
    static const struct piece rest[] = {{0x3100, 4}, {0x3105, 14}};
    const struct model m = {.holes = {0x3104}, .hole_count = 1, .longest = 125};
    struct pieces p = {0};

    (void)state;
    (void)walk(&p, &m, &live, tracer_rows);
    have_is(&p, rest, 2);
}

static void a_missing_half_takes_its_number_along(void **state)
{
    static const struct piece rest[] = {{0x3100, 2}, {0x3104, 15}};
    const struct model m = {.holes = {0x3103}, .hole_count = 1, .longest = 125};
    struct pieces p = {0};

    (void)state;
    (void)walk(&p, &m, &live, tracer_rows);
    have_is(&p, rest, 2);
}

static void everything_is_refused(void **state)
{
    const struct model m = {.gives_nothing = true};
    struct pieces p = {0};

    (void)state;
    assert_true(walk(&p, &m, &live, tracer_rows) <= 2 * 19);
    assert_int_equal(p.count, 0);
    assert_int_equal(walk(&p, &m, &live, tracer_rows), 0);
}

static void a_single_register_is_no_endless_story(void **state)
{
    static const uint16_t starts[] = {0, 1, 0x3100, 0xffff};
    const struct model m = {.gives_nothing = true};

    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const struct block b = {.function = READ_INPUT, .start = starts[i], .count = 1};
        struct pieces p = {0};
        assert_int_equal(walk(&p, &m, &b, tracer_rows), 1);
        assert_int_equal(p.count, 0);
    }
}

static void a_number_at_the_very_beginning(void **state)
{
    static const struct row rows[] = {
        {.in = READ_INPUT, .at = 0, .form = CLOCK, .native = "clock", .per = 1},
        {.native = NULL},
    };
    const struct block b = {.function = READ_INPUT, .start = 0, .count = 3};
    const struct model m = {.gives_nothing = true};
    struct pieces p = {0};

    (void)state;
    assert_int_equal(walk(&p, &m, &b, rows), 1); /* it cannot be halved */
    assert_int_equal(p.count, 0);
}

static void every_set_of_holes_is_found(void **state)
{
    (void)state;
    for (uint16_t one = 0; one < 31; one++)
        for (uint16_t two = one; two < 31; two++) {
            const struct model m = {.holes = {(uint16_t)(0x3300 + one), (uint16_t)(0x3300 + two)},
                                    .hole_count = 2,
                                    .longest = 125};
            struct pieces p = {0};
            (void)walk(&p, &m, &statistics, tracer_rows);
            unsigned pieces = p.count, given = 0;
            assert_true(pieces <= 4);
            for (unsigned i = 0; i < p.count; i++) {
                assert_true(gives(&m, &p.have[i]));
                given += p.have[i].count;
            }
            assert_true(given >= 31 - 4); /* at most both halves of two numbers */
            assert_int_equal(walk(&p, &m, &statistics, tracer_rows), pieces);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_missing),
        cmocka_unit_test(the_last_one_is_missing),
        cmocka_unit_test(the_first_one_is_missing),
        cmocka_unit_test(halves_are_never_joined_again),
        cmocka_unit_test(a_hole_in_the_middle),
        cmocka_unit_test(a_missing_half_takes_its_number_along),
        cmocka_unit_test(everything_is_refused),
        cmocka_unit_test(a_single_register_is_no_endless_story),
        cmocka_unit_test(a_number_at_the_very_beginning),
        cmocka_unit_test(every_set_of_holes_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
