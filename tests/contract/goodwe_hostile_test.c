/*
 * A peer that means harm on the wire of two GoodWe: right sums around lies about who, how long and
 * how much, and registrations without an end. No number of it comes under our names, the wire is
 * not held for longer than a search may take, and when it is honest again both are read.
 */
#include "tests/contract/goodwe_stage.h"

enum { LIE = 0x61 }; /* each byte of what nobody of ours ever says */

typedef int bend_fn(struct stage *s, const uint8_t *asked, struct far_answer *said);

static void packet(struct answer *a, uint8_t from, const uint8_t *asked, const uint8_t *data,
                   unsigned length)
{
    uint8_t made[GOODWE_HEAD + GOODWE_DATA_MAX + 2];
    size_t size = goodwe_make(made, from, GOODWE_MASTER, asked[4],
                              (uint8_t)(asked[5] | GOODWE_ANSWER), data, (uint8_t)length);

    if (a->length + size > sizeof a->bytes)
        return;
    memcpy(a->bytes + a->length, made, size);
    a->length += size;
}

static void newcomer(struct stage *s, struct answer *a)
{
    static const uint8_t search[] = {0xaa, 0x55, GOODWE_MASTER, GOODWE_NOBODY, 0, 0};
    char serial[GOODWE_SERIAL + 1];

    snprintf(serial, sizeof serial, "%08uMADEUP00", s->bends++ % 100000000);
    packet(a, GOODWE_NOBODY, search, (const uint8_t *)serial, GOODWE_SERIAL);
}

static bool is_read(const uint8_t *asked)
{
    return asked[4] == GOODWE_READ;
}

/* ---- lies: each returns what the tap's `bend` does, not 0: nobody answers ------------------ */

static int from_another(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    uint8_t lie[GOODWE_DATA_MAX];
    struct answer honest = said->answer;

    memset(lie, LIE, sizeof lie);
    if (!is_read(asked) || !honest.length)
        return !honest.length;
    said->answer.length = 0;
    packet(&said->answer, (uint8_t)(asked[3] + 1), asked, lie, honest.bytes[6]);
    if (s->bends++ % 2) { /* half of the time ours comes behind it */
        memcpy(said->answer.bytes + said->answer.length, honest.bytes, honest.length);
        said->answer.length += honest.length;
    }
    return 0;
}

static int wrong_length(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    static const unsigned lengths[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 44, 45};
    uint8_t lie[GOODWE_DATA_MAX];

    memset(lie, LIE, sizeof lie);
    said->answer.length = 0;
    packet(&said->answer, asked[3], asked, lie, lengths[s->bends++ % 11]);
    return 0;
}

static int length_lies(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    (void)asked;
    if (said->answer.length > 6)
        said->answer.bytes[6] = (uint8_t)(s->bends++ * 37);
    return !said->answer.length;
}

static int one_bit(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    size_t bits = 8 * said->answer.length, at = bits ? s->bends++ * 131u % bits : 0;

    (void)asked;
    if (bits)
        said->answer.bytes[at / 8] ^= (uint8_t)(1u << at % 8);
    return !bits;
}

static int garbage(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    (void)asked;
    said->answer.length = sizeof said->answer.bytes;
    for (size_t i = 0; i < said->answer.length; i++)
        said->answer.bytes[i] = (uint8_t)(s->bends++ * 2654435761u >> 13);
    return 0;
}

static int heads_without_end(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    const uint8_t head[] = {0xaa, 0x55, asked[3], GOODWE_MASTER, 1, GOODWE_RUNNING, 0xff};

    (void)s;
    for (size_t i = 0; i < sizeof said->answer.bytes; i++)
        said->answer.bytes[i] = head[i % sizeof head];
    said->answer.length = sizeof said->answer.bytes;
    return 0;
}

static int all_register(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    (void)asked;
    said->answer.length = 0;
    for (int n = 0; n < 20; n++)
        newcomer(s, &said->answer);
    return 0;
}

/* Whoever is searched for is another one each time, and takes what it is given. */
static int register_and_agree(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    static const uint8_t yes[] = {6};

    if (asked[4] != GOODWE_REGISTER)
        return 1;
    said->answer.length = 0;
    if (asked[5] == GOODWE_OFFLINE)
        newcomer(s, &said->answer);
    else
        packet(&said->answer,
               asked[5] == GOODWE_ALLOCATE ? asked[GOODWE_HEAD + GOODWE_SERIAL] : asked[3], asked,
               yes, 1);
    return 0;
}

static void a_peer_that_lies(void **state)
{
    static const struct {
        const char *name;
        bend_fn *bend;
    } rows[] = {
        {"from another address", from_another},
        {"wrong length", wrong_length},
        {"its length lies", length_lies},
        {"one bit", one_bit},
        {"garbage", garbage},
        {"heads without end", heads_without_end},
        {"all register", all_register},
        {"register and agree", register_and_agree},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct tally t = {0}, honest = {0};
        stage_begin(&s, 2, "12", "", "");
        assert_true(all_round(&s, 10 * S_US, &t));
        s.bend = rows[i].bend;
        for (int n = 0; n < 300; n++)
            (void)all_round(&s, S_US, &t); /* counted */
        s.bend = NULL;
        for (int n = 0; n < 60 && !all_round(&s, 10 * S_US, &honest); n++)
            ;
        print_message("%-22s %5.1f %% answered, %llu wrong, at most %.1f s, %u strangers\n",
                      rows[i].name, 100.0 * (double)t.answered / (double)t.rounds,
                      (unsigned long long)(t.wrong + t.misattributed), (double)t.longest_us / 1e6,
                      ((struct goodwe_wire *)s.house.devices[0].wire)->told);
        assert_int_equal(t.wrong + t.misattributed + t.off, 0);
        assert_true(t.longest_us < 30 * S_US);
        assert_true(all_round(&s, 10 * S_US, &honest)); /* both are back */
        assert_int_equal(honest.wrong + honest.misattributed, 0);
        stage_end(&s);
    }
}

/* A day of made-up numbers, each of which says yes: a few are told, not a log full of them. */
static void a_storm_of_strangers(void **state)
{
    struct stage s;
    struct tally t = {0};
    unsigned told = 0, before = 0;

    (void)state;
    stage_begin(&s, 1, "1", "", "");
    struct goodwe_wire *w = s.house.devices[0].wire;
    s.bend = register_and_agree;
    for (int64_t end = clock_us() + 24 * 3600 * S_US; clock_us() < end;) {
        (void)all_round(&s, 10 * S_US, &t); /* counted */
        told += w->told >= before ? w->told - before : w->told;
        before = w->told;
    }
    print_message("%u newcomers in a day, %u told of\n", s.bends, told);
    assert_true(s.bends > 1000);
    assert_in_range(told, GOODWE_STRANGERS, 25 * GOODWE_STRANGERS);
    assert_int_equal(t.wrong, 0);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_lies),
        cmocka_unit_test(a_storm_of_strangers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
