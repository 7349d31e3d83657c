/* What it costs when nobody is there, and how soon a GoodWe is found that was away or passes over
 * searches: the wire may have others on it. */
#include "tests/contract/goodwe_stage.h"

static const int64_t MINUTE_US = 60000000;

/* Seconds until the first device reads; rounds every `every_us`. -1: not within two hours. */
static double wait_until_read(struct stage *s, int64_t every_us, struct tally *t)
{
    int64_t start = clock_us(), next = start;

    while (clock_us() - start < 120 * MINUTE_US) {
        bool is_read = one_round(s, &s->house.devices[0], LIVE_ONLY, t) == OK;
        if (is_read)
            return (double)(clock_us() - start) / 1e6;
        next += every_us;
        clock_sleep_us(next - clock_us());
    }
    return -1;
}

/* It was heard before us, or lost: as it may happen at the start and in the middle of a day. */
static void one_that_passes_over(void **state)
{
    (void)state;
    for (unsigned skips = 0; skips <= 14; skips += 7)
        for (int is_later = 0; is_later < 2; is_later++) {
            struct stage s;
            struct tally t = {0};
            stage_begin(&s, 1, "1", "", "");
            if (is_later)
                assert_true(wait_until_read(&s, 10 * S_US, &t) < 2);
            *twin_of(&s, 0) = (struct goodwe_twin){.skips = skips};
            double seconds = wait_until_read(&s, 10 * S_US, &t);
            print_message("passes over %2u searches %-13s: read after %.1f s\n", skips,
                          is_later ? "in the middle" : "at the start", seconds);
            assert_true(seconds > 0 && seconds < (is_later ? 62 : 32));
            stage_end(&s);
        }
}

/* A night with rounds every 10 s: what is said to the empty wire, and for how long at most. */
static void nobody_there(void **state)
{
    static const char *const whose[] = {"1", "123456"};

    (void)state;
    for (size_t i = 0; i < sizeof whose / sizeof *whose; i++) {
        enum { HOURS = 8, ROUNDS = HOURS * 360 };
        struct stage s;
        struct tally t = {0};
        int64_t busy = 0, first = 0, swept = 0, worst = 0;
        unsigned most = 0;
        stage_begin(&s, 0, whose[i], "", "");
        for (int n = 0; n < ROUNDS; n++) {
            int64_t before = clock_us();
            clear_trace(&s);
            (void)all_round(&s, 0, &t);
            int64_t took = clock_us() - before;
            first = n ? first : took;
            swept = n && n < 60 && took > swept ? took : swept; /* addresses are swept as well */
            worst = n >= 60 && took > worst ? took : worst;
            busy += took;
            most = n >= 60 && s.searches > most ? s.searches : most;
            clock_sleep_us(10 * S_US - took);
        }
        print_message("%zu missing: first round %.1f s, %.1f s in the first minutes, later "
                      "%.1f s and %u searches at most; "
                      "%.2f %% of %d hours\n",
                      strlen(whose[i]), (double)first / 1e6, (double)swept / 1e6,
                      (double)worst / 1e6, most, 100.0 * (double)busy / ((double)HOURS * 3600e6),
                      (int)HOURS);
        assert_int_equal(t.answered, 0);
        assert_true(first <= 7 * S_US && swept <= 6 * S_US && worst <= 4 * S_US && most <= 3);
        assert_true((double)busy < 0.07 * (double)HOURS * 3600e6);
        stage_end(&s);
    }
}

/* Neighbours are read as if nothing were: one that is missing costs what it costs, once a minute.
 */
static void one_missing_of_three(void **state)
{
    struct stage s;
    struct tally t = {0};
    int64_t busy = 0;

    (void)state;
    stage_begin(&s, 3, "123", "", "");
    s.absent = 2;
    trust_wire(&s);
    for (int n = 0; n < 360; n++) {
        int64_t before = clock_us();
        (void)all_round(&s, 0, &t);
        busy += clock_us() - before;
        clock_sleep_us(10 * S_US - (clock_us() - before));
    }
    print_message("one of three missing for an hour: %llu of 720 rounds of the others read, wire "
                  "used %.1f %%\n",
                  (unsigned long long)t.answered, (double)busy / 36e6);
    assert_int_equal(t.answered, 720);
    assert_int_equal(t.wrong + t.misattributed, 0);
    assert_true(busy < 3600 * S_US / 10);
    stage_end(&s);
}

/* Other programs give other addresses. Whoever has one forgets it after ten minutes; swept for, it
 * is there sooner. Nobody who is read meanwhile loses his. */
static void an_address_from_elsewhere(void **state)
{
    static const uint8_t theirs[] = {1, 2, 17, 63, 0x7e};

    (void)state;
    for (size_t i = 0; i < sizeof theirs; i++) {
        struct stage s;
        struct tally t = {0};
        stage_begin(&s, 1, "1", "", "");
        *twin_of(&s, 0) = (struct goodwe_twin){
            .is_registered = true, .address = theirs[i], .heard_us = clock_us()};
        double seconds = wait_until_read(&s, 10 * S_US, &t);
        print_message("address %3u from another program: read after %.0f s\n", theirs[i], seconds);
        assert_true(seconds > 0 && seconds < 400);
        stage_end(&s);
    }
}

/* The cable was out, and the inverter went on: for a while it keeps its address. */
static void away_for_a_while(void **state)
{
    static const int minutes[] = {1, 5, 9, 11, 60, 600};

    (void)state;
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        struct stage s;
        struct tally t = {0}, others = {0};
        stage_begin(&s, 2, "12", "", "");
        assert_true(all_round(&s, 10 * S_US, &t));
        s.cast.moods.dead = 1;
        for (int n = 0; n < 6 * minutes[i]; n++) {
            (void)(one_round(&s, &s.house.devices[0], LIVE_ONLY, &t) == OK); /* it is away */
            assert_int_equal(one_round(&s, &s.house.devices[1], LIVE_ONLY, &others), OK);
            clock_sleep_us(10 * S_US);
        }
        s.cast.moods.dead = 0;
        double seconds = wait_until_read(&s, 10 * S_US, &t);
        print_message("silent for %3d minutes: read %.0f s after\n", minutes[i], seconds);
        assert_true(seconds > 0 && seconds <= 72);
        assert_int_equal(t.wrong + t.misattributed + others.wrong + others.misattributed, 0);
        stage_end(&s);
    }
}

/* Rounds further apart than an inverter remembers: each of them reads all the same. */
static void a_round_every_quarter(void **state)
{
    struct stage s;
    struct tally t = {0};

    (void)state;
    stage_begin(&s, 3, "123", "", "");
    for (int n = 0; n < 40; n++)
        assert_true(all_round(&s, 15 * MINUTE_US, &t));
    print_message("a round every 15 minutes: %.1f s a device at most\n",
                  (double)t.longest_us / 1e6);
    assert_int_equal(t.wrong + t.misattributed, 0);
    stage_end(&s);
}

/* What it says of itself now is shorter than any answer that somebody described. */
static int say_44_bytes(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    enum { UNUSUAL = 44 };
    struct answer *a = &said->answer;
    uint8_t data[GOODWE_DATA_MAX];

    (void)asked;
    if (a->length < GOODWE_HEAD + UNUSUAL + 2 || a->bytes[4] != GOODWE_READ ||
        a->bytes[5] != (GOODWE_RUNNING & 0xff))
        return OK;
    s->bends++;
    memcpy(data, a->bytes + GOODWE_HEAD, UNUSUAL);
    a->length =
        goodwe_make(a->bytes, a->bytes[2], a->bytes[3], a->bytes[4], a->bytes[5], data, UNUSUAL);
    return OK;
}

/* Such units are known to lock up when they are asked too fast: no number of it is believed, and it
 * is asked ever more rarely. */
static void one_that_nobody_described(void **state)
{
    struct stage s;
    struct tally t = {0};

    (void)state;
    stage_begin(&s, 1, "1", "", "");
    s.bend = say_44_bytes;
    for (unsigned second = 0; second < 3600; second++)
        assert_false(all_round(&s, S_US, &t));
    assert_true(s.bends > 0);
    print_message("an hour of rounds a second: %llu packets\n", (unsigned long long)s.packets);
    assert_in_range(s.packets, 10, 60 * 12);
    assert_int_equal(t.answered, 0);
    assert_int_equal(s.house.devices[0].last_error, ERR_PROTOCOL);
    stage_end(&s);
}

static int count_no_days(struct stage *s, const uint8_t *asked, struct far_answer *said)
{
    struct answer *a = &said->answer;
    uint8_t data[GOODWE_DATA_MAX], length = a->length > GOODWE_HEAD ? a->bytes[6] : 0;

    (void)asked;
    if (length < DATA_ONE || a->bytes[5] != GOODWE_RUNNING)
        return OK;
    s->bends++;
    memcpy(data, a->bytes + GOODWE_HEAD, length);
    data[DATA_ONE - 2] = data[DATA_ONE - 1] = 0xff;
    a->length =
        goodwe_make(a->bytes, a->bytes[2], a->bytes[3], a->bytes[4], a->bytes[5], data, length);
    return OK;
}

/* All bits set are no 6553.5 kWh. */
static void one_that_counts_no_days(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, 1, "1", "", "");
    s.bend = count_no_days;
    assert_int_equal(device_round(&s.house.devices[0], LIVE_ONLY, 1, &r), OK);
    assert_true(s.bends > 0);
    assert_true(reading_has(&r, M_PV_ENERGY));
    assert_false(reading_has(&r, M_PV_ENERGY_TODAY));
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_passes_over),      cmocka_unit_test(nobody_there),
        cmocka_unit_test(one_missing_of_three),      cmocka_unit_test(an_address_from_elsewhere),
        cmocka_unit_test(away_for_a_while),          cmocka_unit_test(a_round_every_quarter),
        cmocka_unit_test(one_that_nobody_described), cmocka_unit_test(one_that_counts_no_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
