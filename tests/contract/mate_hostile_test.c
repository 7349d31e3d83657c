/*
 * A peer that means harm where a hub was: wrong lengths with right sums, single bits, garbage,
 * neighbours' pages, and another kind of unit behind each port whenever it is asked. Nothing of
 * that comes under a unit's name, no round takes for ever, and when the hub is itself again all
 * three are read.
 */
#include "tests/contract/mate_stage.h"

#include <stdio.h>

enum { UNITS = 3, LIE = 0x61, ROUNDS = 200 };
static const int64_t MOST_US = 60000000;

typedef void bend_fn(const uint8_t *asked, struct answer *a);

static unsigned turn;
static bend_fn *bend;

static void whole_lie(struct answer *a, uint8_t first, unsigned length)
{
    memset(a->bytes, LIE, sizeof a->bytes);
    a->bytes[0] = first;
    a->length = length + 3;
    set_sum(a);
}

static void wrong_length(const uint8_t *asked, struct answer *a)
{
    static const unsigned lengths[] = {0, 1, 3, 11, 12, 15, 40, 200};

    (void)asked;
    whole_lie(a, a->bytes[0], lengths[turn++ % 8]);
}

static void one_bit(const uint8_t *asked, struct answer *a)
{
    size_t bits = 8 * a->length, at = bits ? turn++ * 131u % bits : 0;

    (void)asked;
    if (bits)
        a->bytes[at / 8] ^= (uint8_t)(1u << at % 8);
}

static void garbage(const uint8_t *asked, struct answer *a)
{
    (void)asked;
    a->length = sizeof a->bytes;
    for (size_t i = 0; i < a->length; i++)
        a->bytes[i] = (uint8_t)(turn++ * 2654435761u >> 13);
}

static void twice(const uint8_t *asked, struct answer *a)
{
    (void)asked;
    memmove(a->bytes + a->length, a->bytes, a->length);
    a->length *= 2;
}

/* The page of a unit of another kind. */
static void a_neighbour(const uint8_t *asked, struct answer *a)
{
    if (asked[1] == MATE_STATUS && a->length)
        whole_lie(a, (uint8_t)(a->bytes[0] % MATE_DC + 1), MATE_PAGE);
}

/* "What are you?" Something else each time, on every port: also what nobody has described. */
static void another_kind(const uint8_t *asked, struct answer *a)
{
    if (asked[1] != MATE_READ || asked[0] == 0 || asked[2] || asked[3])
        return;
    whole_lie(a, MATE_READ, 2);
    a->bytes[1] = 0;
    a->bytes[2] = (uint8_t)(turn++ % 7);
    set_sum(a);
}

static int hostile(void *stage, const uint8_t *asked, size_t length, struct far_answer *said)
{
    int rc = listen_in(stage, asked, length, said);

    if (rc)
        said->answer.length = 0;
    if (bend && asked[0]) /* the hub itself stays true, so that its units are asked */
        bend(asked, &said->answer);
    return said->answer.length ? OK : rc ? rc : ERR_TIMEOUT;
}

/* One round of the hub and its units: how many were heard; numbers that only a liar says. */
static unsigned walk(struct stage *s, unsigned *lies)
{
    static const double said = LIE << 8 | LIE;
    unsigned heard = 0;
    struct reading r;

    if (device_round(s->hub, LIVE_ONLY, 0, &r))
        return 0;
    for (unsigned which = 0;; which++) {
        struct identity who = {.vendor = ""};
        if (s->hub->driver->others(s->hub, which, &r, &who))
            return heard;
        heard += who.result == OK && r.count > 0;
        for (unsigned i = 0; i < r.count; i++)
            for (double per = 1; per <= 1000; per *= 10)
                *lies += r.fields[i].value * per >= said && r.fields[i].value * per <= said;
    }
}

static void a_peer_that_lies(void **state)
{
    static const struct {
        const char *name;
        bend_fn *bend;
    } rows[] = {{"wrong length", wrong_length}, {"one bit", one_bit},
                {"garbage", garbage},           {"twice", twice},
                {"a neighbour", a_neighbour},   {"another kind", another_kind}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        unsigned lies = 0, heard = 0;
        int64_t longest = 0;
        bend = NULL;
        stage_begin(&s, "mate@sim:,at=12:00,time_scale=0,day=clear,seed=5", NULL);
        s.bus->far = hostile;
        if (rows[i].bend != another_kind)
            assert_int_equal(walk(&s, &lies), UNITS);
        bend = rows[i].bend;
        for (int n = 0; n < ROUNDS; n++) {
            int64_t before = clock_us();
            heard += walk(&s, &lies);
            longest = clock_us() - before > longest ? clock_us() - before : longest;
            clock_sleep_us(10 * S_US);
        }
        print_message("%-14s %u unit-rounds of %d heard, %u lies, at most %.1f s\n", rows[i].name,
                      heard, ROUNDS * UNITS, lies, (double)longest / 1e6);
        assert_int_equal(lies, 0);
        assert_true(longest < MOST_US);
        bend = NULL;
        for (int n = 0; n < 60 && (heard = walk(&s, &lies)) != UNITS; n++)
            clock_sleep_us(10 * S_US);
        if (rows[i].bend != another_kind) /* what a port said it was is believed until a start */
            assert_int_equal(heard, UNITS);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_peer_that_lies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
