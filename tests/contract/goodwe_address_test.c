/* How one GoodWe gets its address: after a start, after ours, after its own, on a bad wire. */
#include "tests/contract/goodwe_stage.h"

/* The first numbers are heard twice: nothing is known that they could be held against. */
static const char start_sequence[] =
    "remove 11, remove 11, search, allocate 11, running 11, running 11";

static int read_once(struct stage *s)
{
    struct tally t = {0};
    int rc = one_round(s, &s->house.devices[0], LIVE_ONLY, &t);

    assert_int_equal(t.wrong + t.misattributed, 0);
    return rc;
}

/* From the first packet to the first numbers. */
static void expect_start(struct stage *s, const char *sequence, int64_t most_us)
{
    int64_t before = clock_us();

    assert_int_equal(read_once(s), OK);
    assert_string_equal(s->trace, sequence);
    print_message("%-70s %4.0f ms\n", s->trace, (double)(clock_us() - before) / 1e3);
    assert_true(clock_us() - before <= most_us);
    assert_true(twin_of(s, 0)->is_registered);
    assert_int_equal(twin_of(s, 0)->address, 11);
}

static void a_new_one(void **state)
{
    struct stage s;
    struct identity who = {0};
    struct reading r;

    (void)state;
    stage_begin(&s, 1, "-", "", "");
    expect_start(&s, start_sequence, 2 * S_US);
    clear_trace(&s);
    trust_wire(&s);
    assert_int_equal(goodwe_greet(&s.house.devices[0], &who), OK);
    assert_string_equal(s.trace, "id 11");
    assert_string_equal(who.serial, "13600DSN201W0001");
    assert_string_equal(who.model, "GW3600D-NS");
    assert_string_equal(who.firmware, "01.01");
    clear_trace(&s);
    assert_int_equal(device_round(&s.house.devices[0], WITH_SLOW, 1, &r), OK);
    assert_string_equal(s.trace, "running 11, setting 11, id 11, search, search, search");
    assert_false(reading_has(&r, M_FAULT_GRID_VOLTAGE)); /* there was none */
    stage_end(&s);
}

/* From us, before we were started again, or from another program that likes the same one. */
static void one_that_has_our_address(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, 1, "-", "", "model=three");
    *twin_of(&s, 0) = (struct goodwe_twin){.is_registered = true, .address = 11};
    expect_start(&s, "remove 11, search, allocate 11, running 11, running 11", S_US);
    stage_end(&s);
}

/* It lost its power for a moment: nothing is made up meanwhile, and it is given its address. */
static void one_that_forgets(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, 1, "-", "", "model=long");
    assert_int_equal(read_once(&s), OK);
    twin_of(&s, 0)->is_registered = false;
    clear_trace(&s);
    assert_int_equal(read_once(&s), OK); /* within the same round */
    assert_non_null(strstr(s.trace, "running 11, remove 11, search, allocate 11, running 11"));
    stage_end(&s);
}

/* ---- what the wire does to it --------------------------------------------------------------- */

/* The first yes to an allocation is bent. */
static int lose_yes(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    bool is_yes = !asked[4] && asked[5] == GOODWE_ALLOCATE && said->answer.length;

    return (is_yes && s->bends++ == 0) || !said->answer.length;
}

static int yes_from_elsewhere(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    struct answer *a = &said->answer;

    if (!asked[4] && asked[5] == GOODWE_ALLOCATE && a->length && s->bends++ == 0) {
        twin_of(s, 0)->address = 12;
        a->length = goodwe_make(a->bytes, 12, 0x80, 0, GOODWE_ALLOCATE | GOODWE_ANSWER, NULL, 0);
    }
    return !a->length;
}

/* The first request is cut off, the second one garbled. */
static int spoil_request(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    struct answer *a = &said->answer;
    bool is_request = !asked[4] && asked[5] == GOODWE_OFFLINE && a->length;

    if (is_request && s->bends == 0)
        a->length = 15;
    if (is_request && s->bends == 1)
        a->bytes[12] ^= 0x40;
    s->bends += is_request;
    return !a->length;
}

static void spoilt_answers(void **state)
{
    static const struct {
        int (*bend)(struct stage *, const uint8_t *, struct far_answer *);
        const char *sequence;
    } rows[] = {
        {lose_yes,
         "remove 11, remove 11, search, allocate 11, remove 11, allocate 11, running 11, running "
         "11"},
        {yes_from_elsewhere,
         "remove 11, remove 11, search, allocate 11, remove 12, allocate 11, running 11, running "
         "11"},
        {spoil_request, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        stage_begin(&s, 1, "-", "", "");
        s.bend = rows[i].bend;
        if (rows[i].sequence)
            expect_start(&s, rows[i].sequence, 2 * S_US);
        for (int n = 0; n < 6 && read_once(&s); n++)
            clock_sleep_us(10 * S_US);
        assert_true(twin_of(&s, 0)->is_registered); /* it may have passed over 28 searches */
        stage_end(&s);
    }
}

/* After a start it thinks for longer than it did before: what was learned of it is no measure. */
static int think(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    (void)asked;
    said->delay_us = s->bends * INT64_C(1000);
    return !said->answer.length;
}

static void slower_after_a_start(void **state)
{
    (void)state;
    for (unsigned ms = 50; ms <= 450; ms += 50) {
        struct stage s;
        struct tally t = {0};
        stage_begin(&s, 1, "1", "", "turnaround=5");
        for (int i = 0; i < 50; i++)
            assert_true(all_round(&s, 10 * S_US, &t));
        s.bend = think;
        s.bends = ms;
        goodwe_twin_restart(&s.cast.twins[0]);
        for (int i = 0; i < 3; i++)
            (void)all_round(&s, 10 * S_US, &t);
        assert_true(all_round(&s, 10 * S_US, &t)); /* by the fourth round */
        print_message("%3u ms after 5: %llu rounds of 4 missed\n", ms,
                      (unsigned long long)(t.rounds - t.answered));
        assert_int_equal(t.wrong, 0);
        stage_end(&s);
    }
}

/* ---- "I am new here", in the middle of it ---------------------------------------------------- */

enum { INSTEAD, BEFORE, BEHIND };

/* To a running query: its own request instead of the answer, before it, or behind it. */
static int ask_for_address(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    uint8_t right[ANSWER_MAX];
    struct answer *a = &said->answer;
    size_t length = a->length;

    if (asked[4] != GOODWE_READ || !length || s->bends > BEHIND)
        return !length;
    memcpy(right, a->bytes, length);
    unsigned where = s->bends;
    size_t at = where == BEHIND ? length : 0;
    a->length = at + goodwe_make(a->bytes + at, GOODWE_NOBODY, 0x80, GOODWE_REGISTER,
                                 GOODWE_OFFLINE | GOODWE_ANSWER,
                                 (const uint8_t *)s->cast.twins[0].serial, GOODWE_SERIAL);
    if (where == BEFORE) {
        memcpy(a->bytes + a->length, right, length);
        a->length += length;
    }
    goodwe_twin_restart(&s->cast.twins[0]);
    s->bends = BEHIND + 1;
    return OK;
}

static void new_in_the_middle(void **state)
{
    (void)state;
    for (unsigned where = INSTEAD; where <= BEHIND; where++)
        for (unsigned asked = 0; asked < 2; asked++) {
            struct stage s;
            struct tally t = {0};
            stage_begin(&s, 2, "12", "", "");
            assert_true(all_round(&s, 10 * S_US, &t));
            clear_trace(&s);
            s.bend = ask_for_address;
            s.bends = where;
            /* By the unit that was asked, or by its neighbour: it gets its address on the spot. */
            for (unsigned i = 0; i < 2; i++)
                assert_int_equal(one_round(&s, &s.house.devices[(asked + i) % 2], LIVE_ONLY, &t),
                                 OK);
            assert_int_equal(s.searches + s.removals, 0);
            assert_true(twin_of(&s, 0)->is_registered);
            assert_int_equal(t.wrong + t.misattributed, 0);
            stage_end(&s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one),
        cmocka_unit_test(one_that_has_our_address),
        cmocka_unit_test(one_that_forgets),
        cmocka_unit_test(spoilt_answers),
        cmocka_unit_test(slower_after_a_start),
        cmocka_unit_test(new_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
