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

static const int64_t DAY_US = INT64_C(86400000000);
static int64_t now_us = 1000000;

static unsigned lost; /* in the last round: refused though it was given before */

/* One round as drivers/asking.c does it; returns how many questions it took. What else the unit
 * has, it gives. */
static unsigned ask_once(struct pieces *p, const struct model *m, const struct block *b,
                         const struct row *rows)
{
    unsigned asked = 0;

    lost = 0;
    pieces_begin(p, b, rows, now_us);
    for (unsigned at = 0; at < p->count;) {
        asked++;
        assert_true(asked < 200); /* it must come to an end */
        assert_true(p->have[at].count > 0);
        if (gives(m, &p->have[at]))
            pieces_give(p, at++);
        else
            lost += pieces_refuse(p, at, rows, b->function);
    }
    return asked;
}

static unsigned walk_once(struct pieces *p, const struct model *m, const struct block *b,
                          const struct row *rows)
{
    unsigned asked = ask_once(p, m, b, rows);

    pieces_end(p, true, now_us);
    now_us += 1000000;
    return asked;
}

/* Two rounds: what is refused in both is believed. Leaves what is asked for from then on. */
static unsigned walk(struct pieces *p, const struct model *m, const struct block *b,
                     const struct row *rows)
{
    unsigned asked = walk_once(p, m, b, rows);

    assert_int_equal(walk_once(p, m, b, rows), asked); /* once is not enough */
    pieces_begin(p, b, rows, now_us);
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
}

static void the_last_one_is_missing(void **state)
{
    static const struct piece rest[] = {{0x3100, 18}};
    const struct model m = {.holes = {0x3112}, .hole_count = 1, .longest = 125};
    struct pieces p = {0};

    (void)state;
    assert_true(walk(&p, &m, &live, tracer_rows) <= 12);
    have_is(&p, rest, 1);
    assert_int_equal(walk_once(&p, &m, &live, tracer_rows), 1); /* kept */
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
        assert_int_equal(walk_once(&p, &m, &statistics, tracer_rows), 2);
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
    assert_int_equal(walk_once(&p, &m, &live, tracer_rows), 0);
    assert_true(pieces_is_empty(&p, now_us));
    assert_false(pieces_is_empty(&p, now_us + DAY_US));
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
            assert_int_equal(walk_once(&p, &m, &statistics, tracer_rows), pieces);
        }
}

static const struct model whole = {.longest = 125}, nothing = {.gives_nothing = true};

/* Busy for a moment: the round after finds everything. */
static void a_refusal_holds_for_its_round(void **state)
{
    struct pieces p = {0};

    (void)state;
    (void)walk_once(&p, &nothing, &live, tracer_rows);
    assert_int_equal(p.count, 0);
    assert_false(pieces_is_empty(&p, now_us));
    assert_true(pieces_lacks(&p, 0x3100));
    assert_int_equal(walk_once(&p, &whole, &live, tracer_rows), 1);
    assert_false(pieces_lacks(&p, 0x3100));
    assert_int_equal(p.refused_count, 0); /* and what was refused is forgotten */
}

static void who_refuses_everything_teaches_nothing(void **state)
{
    struct pieces p = {0};

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_true(ask_once(&p, &nothing, &live, tracer_rows) > 1);
        pieces_end(&p, false, now_us);
    }
    assert_int_equal(walk_once(&p, &whole, &live, tracer_rows), 1);
}

static void what_was_given_is_never_struck_out(void **state)
{
    struct pieces p = {0};

    (void)state;
    (void)walk_once(&p, &whole, &live, tracer_rows);
    for (int i = 0; i < 20; i++) {
        (void)walk_once(&p, &nothing, &live, tracer_rows);
        assert_true(lost > 0);
        assert_false(pieces_lacks(&p, 0x3100));
    }
    (void)walk_once(&p, &whole, &live, tracer_rows);
    assert_int_equal(lost, 0);
    unsigned given = 0;
    for (unsigned i = 0; i < p.count; i++)
        given += p.have[i].count;
    assert_int_equal(given, 19);
}

static void everything_is_asked_for_again_after_a_day(void **state)
{
    const struct model m = {.holes = {0x3104}, .hole_count = 1, .longest = 125};
    struct pieces p = {0};

    (void)state;
    (void)walk(&p, &m, &live, tracer_rows);
    assert_int_equal(p.count, 2);
    now_us += DAY_US / 2;
    assert_int_equal(walk_once(&p, &m, &live, tracer_rows), 2);
    now_us += DAY_US / 2;
    assert_true(walk_once(&p, &m, &live, tracer_rows) > 2);
    assert_int_equal(walk_once(&p, &m, &live, tracer_rows), 2); /* once more is enough */
    now_us += DAY_US;
    assert_int_equal(walk_once(&p, &whole, &live, tracer_rows), 1); /* it has it now */
    assert_false(pieces_lacks(&p, 0x3104));
    now_us += DAY_US;
    assert_int_equal(walk_once(&p, &whole, &live, tracer_rows), 1);
}

/* However little a unit gives at once: soon nothing is refused any more, and nothing is missing. */
static void a_unit_that_gives_little_at_once(void **state)
{
    (void)state;
    for (uint16_t longest = 2; longest < 31; longest++) {
        const struct model m = {.longest = longest};
        struct pieces p = {0};
        unsigned given = 0;
        for (int round = 0; round < 8; round++)
            (void)walk_once(&p, &m, &statistics, tracer_rows);
        assert_int_equal(walk_once(&p, &m, &statistics, tracer_rows), p.count);
        for (unsigned i = 0; i < p.count; i++)
            given += p.have[i].count;
        assert_int_equal(given, 31);
        assert_int_equal(lost, 0);
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
        cmocka_unit_test(a_refusal_holds_for_its_round),
        cmocka_unit_test(who_refuses_everything_teaches_nothing),
        cmocka_unit_test(what_was_given_is_never_struck_out),
        cmocka_unit_test(everything_is_asked_for_again_after_a_day),
        cmocka_unit_test(a_unit_that_gives_little_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
